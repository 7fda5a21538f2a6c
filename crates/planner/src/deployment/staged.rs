//! Blue/green, linear and canary: the target revision comes up beside the source, traffic is
//! moved by the weights of listeners' rules, and the source goes when all is well.
//!
//! A pass makes at most one step of the stages. What a stage does, its hooks, and what it
//! waits for are all read off the records, so that a pass may be lost or made twice.
//!
//! INVARIANT: the source stays whole until the bake time is over, so that going back is one
//! change of weights.
//! INVARIANT: traffic is moved only to a revision that has healthy tasks.
//
// COMPAT: stages and their order are "Amazon ECS blue/green deployment workflow",
// "… linear deployment workflow" and "… canary deployment workflow" (ECS Developer Guide).

use std::time::Duration;

use model::{
    DeploymentStatus, Entry, LifecycleStage as Stage, Progress, ServiceRevision, Timestamp,
};

use super::capacity::{self, Demand};
use super::pass::Pass;
use super::{Seen, protection, scaling_reason};
use crate::backoff::Backoff;
use crate::hooks;
use crate::traffic::{self, Shares};

/// One pass over a deployment under way.
pub(super) fn plan(pass: &mut Pass<'_>) {
    let Some(ready) = Ready::of(pass) else { return };
    match pass.known.status {
        DeploymentStatus::RollbackInProgress => roll_back(pass, &ready),
        DeploymentStatus::Pending
        | DeploymentStatus::InProgress
        | DeploymentStatus::RollbackRequested
        | DeploymentStatus::Successful
        | DeploymentStatus::Stopped
        | DeploymentStatus::RollbackSuccessful
        | DeploymentStatus::RollbackFailed => go_on(pass, &ready),
    }
    pass.fleet.look_after_targets();
    pass.fleet.announce_unplaced();
}

/// Moves all traffic back to the source, if it is there to take it. For the plan that begins
/// a rollback; the passes after it see to it again.
pub(super) fn go_back(pass: &mut Pass<'_>) {
    if let Some(ready) = Ready::of(pass)
        && ready.is_source_serving
    {
        shift(pass, &ready, Shares { production: 0, test: 0 });
    }
}

/// The two revisions.
struct Ready<'a> {
    target: &'a Entry<ServiceRevision>,
    source: Option<&'a Entry<ServiceRevision>>,
    is_source_serving: bool,
    /// The target has what is wanted, and all of it is healthy.
    is_target_whole: bool,
}

impl<'a> Ready<'a> {
    fn of(pass: &Pass<'a>) -> Option<Ready<'a>> {
        let view = pass.fleet.view;
        let target = view.revision_of(&pass.known.target_revision)?;
        let source = pass.known.progress.as_ref()?.source.as_deref();
        let source = source.and_then(|id| view.revision_of(id));
        let desired = view.service.desired_count;
        Some(Ready {
            target,
            source,
            is_source_serving: source
                .is_some_and(|source| view.healthy_count(&source.id) > 0 || desired == 0),
            is_target_whole: view.healthy_count(&target.id) >= desired,
        })
    }
}

fn go_on(pass: &mut Pass<'_>, ready: &Ready<'_>) {
    pass.progress();
    pass.fleet.announcer.unsteady();
    let Some(mut progress) = pass.deployment.progress.clone() else { return };
    hooks::expire(&mut progress, pass.fleet.view.now, &mut pass.fleet.plan);
    pass.deployment.progress = Some(progress.clone());
    let backoff = keep_capacity(pass, ready, progress.stage);
    match step(pass, ready, &progress) {
        Next::Wait(until) => {
            if let Some(at) = until {
                pass.fleet.plan.wake_at(at);
            }
            pass.fleet.announce_trouble(&backoff);
        }
        Next::Enter(stage) => enter(pass, ready, stage),
        Next::Done => {
            pass.complete(DeploymentStatus::Successful);
            pass.fleet.steady();
        }
    }
}

/// Both revisions have their tasks, but for those that the stage does without.
fn keep_capacity(pass: &mut Pass<'_>, ready: &Ready<'_>, stage: Stage) -> Backoff {
    let wanted = pass.fleet.view.service.desired_count;
    let demand = Demand { wanted, is_starting: true };
    if stage >= Stage::ScaleUp {
        capacity::scale(&mut pass.fleet, ready.target, demand);
    }
    if let Some(source) = ready.source.filter(|_| stage < Stage::CleanUp) {
        capacity::scale(&mut pass.fleet, source, demand);
    }
    pass.fleet.backoff(ready.target)
}

/// What comes after a pass.
enum Next {
    /// Nothing, until something happens or it is this late.
    Wait(Option<Timestamp>),
    Enter(Stage),
    Done,
}

fn step(pass: &mut Pass<'_>, ready: &Ready<'_>, progress: &Progress) -> Next {
    if !hooks::are_done(progress) {
        return Next::Wait(None);
    }
    let stage = progress.stage;
    let when = |is_so: bool, next: Stage| if is_so { Next::Enter(next) } else { Next::Wait(None) };
    match stage {
        Stage::ReconcileService => {
            let is_clear = reconcile(pass, ready);
            when(is_clear, Stage::PreScaleUp)
        }
        Stage::PreScaleUp => Next::Enter(Stage::ScaleUp),
        Stage::ScaleUp => when(ready.is_target_whole, Stage::PostScaleUp),
        Stage::PostScaleUp => when(ready.is_target_whole, Stage::TestTrafficShift),
        Stage::TestTrafficShift => Next::Enter(Stage::PostTestTrafficShift),
        Stage::PostTestTrafficShift => Next::Enter(Stage::PreProductionTrafficShift),
        Stage::PreProductionTrafficShift => {
            when(ready.is_target_whole, Stage::ProductionTrafficShift)
        }
        Stage::ProductionTrafficShift => after_shift(pass, progress),
        Stage::PostProductionTrafficShift => Next::Enter(Stage::BakeTime),
        Stage::BakeTime => {
            let minutes = pass.known.deployment_configuration.bake_time_mins;
            after(pass, progress.entered_at, (minutes, Stage::CleanUp))
        }
        Stage::CleanUp => {
            if remove_all_but(pass, &[Some(ready.target)]) && ready.is_target_whole {
                Next::Done
            } else {
                Next::Wait(None)
            }
        }
    }
}

/// The next share of traffic, once this one was watched long enough.
fn after_shift(pass: &Pass<'_>, progress: &Progress) -> Next {
    let steps = steps(pass, progress);
    if progress.step as usize + 1 >= steps.len() {
        return Next::Enter(Stage::PostProductionTrafficShift);
    }
    let strategy = pass.known.deployment_configuration.strategy;
    let since = progress.shifted_at.unwrap_or(progress.entered_at);
    after(pass, since, (strategy.step_bake_mins(), Stage::PreProductionTrafficShift))
}

fn after(pass: &Pass<'_>, since: Timestamp, (minutes, next): (u32, Stage)) -> Next {
    let end = since + Duration::from_mins(minutes.into());
    if pass.fleet.view.now >= end { Next::Enter(next) } else { Next::Wait(Some(end)) }
}

/// The shares of production traffic. Without a source there is nothing to compare with, and
/// all of it moves at once.
fn steps(pass: &Pass<'_>, progress: &Progress) -> Vec<u32> {
    match progress.source {
        Some(_) => pass.known.deployment_configuration.strategy.steps(),
        None => vec![1_000],
    }
}

/// Enters a stage: its traffic is moved and its hooks begin.
fn enter(pass: &mut Pass<'_>, ready: &Ready<'_>, stage: Stage) {
    let now = pass.fleet.view.now;
    let Some(mut progress) = pass.deployment.progress.clone() else { return };
    let was = progress.stage;
    progress.stage = stage;
    progress.entered_at = now;
    if (was, stage) == (Stage::ProductionTrafficShift, Stage::PreProductionTrafficShift) {
        progress.step += 1;
    }
    let hooks = &pass.known.deployment_configuration.lifecycle_hooks;
    let chance = (now, pass.fleet.announcer.rng());
    progress.hooks = hooks::begin(hooks, (stage, progress.step), chance);
    let mut shares =
        Shares { production: progress.production_permille, test: progress.test_permille };
    match stage {
        Stage::TestTrafficShift => shares.test = 1_000,
        Stage::ProductionTrafficShift => {
            let steps = steps(pass, &progress);
            shares.production = steps.get(progress.step as usize).copied().unwrap_or(1_000);
            progress.shifted_at = Some(now);
        }
        Stage::ReconcileService
        | Stage::PreScaleUp
        | Stage::ScaleUp
        | Stage::PostScaleUp
        | Stage::PostTestTrafficShift
        | Stage::PreProductionTrafficShift
        | Stage::PostProductionTrafficShift
        | Stage::BakeTime
        | Stage::CleanUp => {}
    }
    pass.deployment.progress = Some(progress);
    // The rules name both target groups from the start of the target's tasks on: a group that
    // no rule names is not checked.
    if stage >= Stage::ScaleUp {
        shift(pass, ready, shares);
    }
}

/// Puts the shares into the rules and into the record. Whether any rule changes.
fn shift(pass: &mut Pass<'_>, ready: &Ready<'_>, shares: Shares) -> bool {
    let revisions = (ready.source.map(|source| &*source.record), &*ready.target.record);
    let is_changed =
        traffic::shift(pass.fleet.view.snapshot, revisions, shares, &mut pass.fleet.plan);
    if let Some(progress) = &mut pass.deployment.progress {
        progress.production_permille = shares.production;
        progress.test_permille = shares.test;
    }
    is_changed
}

/// All traffic to the source, and then away with what a deployment before this one left.
///
/// The source is waited for while others serve. Where nobody does there is nothing to lose, and
/// a source that does not come up would hold up what mends it.
fn reconcile(pass: &mut Pass<'_>, ready: &Ready<'_>) -> bool {
    let view = pass.fleet.view;
    if let Some(source) = ready.source {
        let is_whole = view.healthy_count(&source.id) >= view.service.desired_count;
        let is_of_another = |seen: &Seen<'_>| seen.revision != source.id;
        let do_others_serve =
            view.tasks.iter().any(|seen| view.is_serving(seen) && is_of_another(seen));
        let is_waiting = !is_whole && do_others_serve;
        if is_waiting || shift(pass, ready, Shares { production: 0, test: 0 }) {
            return false;
        }
    }
    remove_all_but(pass, &[ready.source])
}

/// Back to the source: its tasks first, then traffic, then away with all others.
fn roll_back(pass: &mut Pass<'_>, ready: &Ready<'_>) {
    pass.fleet.announcer.unsteady();
    let Some(source) = ready.source else { return };
    let demand = Demand { wanted: pass.fleet.view.service.desired_count, is_starting: true };
    let is_whole = capacity::scale(&mut pass.fleet, source, demand);
    // The deployment before this one may have moved traffic as well, so the rules are asked too.
    let shares = pass.known.progress.as_ref();
    let is_back = shares
        .is_some_and(|progress| (progress.production_permille, progress.test_permille) == (0, 0))
        && !traffic::is_elsewhere(pass.fleet.view.snapshot, source);
    if !is_back {
        // While the source comes up again, the target goes on serving.
        capacity::scale(&mut pass.fleet, ready.target, demand);
        if ready.is_source_serving && is_whole {
            shift(pass, ready, Shares { production: 0, test: 0 });
        }
        return;
    }
    if remove_all_but(pass, &[Some(source)]) && is_whole {
        pass.complete(DeploymentStatus::RollbackSuccessful);
        pass.fleet.steady();
    }
}

/// Stops the tasks of all other revisions. Whether none of them is left.
fn remove_all_but(pass: &mut Pass<'_>, kept: &[Option<&Entry<ServiceRevision>>]) -> bool {
    let view = pass.fleet.view;
    let is_kept =
        |seen: &&Seen<'_>| kept.iter().flatten().any(|revision| revision.id == seen.revision);
    let others: Vec<&Seen<'_>> = view.tasks.iter().filter(|seen| !is_kept(seen)).collect();
    let alive: Vec<&Seen<'_>> = others.iter().copied().filter(|seen| !seen.is_leaving()).collect();
    let (free, held) = protection::choose(&alive, alive.len());
    let chosen: Vec<(&Seen<'_>, String)> =
        free.into_iter().map(|seen| (seen, scaling_reason(view.snapshot, seen.task))).collect();
    pass.fleet.stop(&chosen);
    protection::hold(&mut pass.fleet, &held);
    others.is_empty()
}
