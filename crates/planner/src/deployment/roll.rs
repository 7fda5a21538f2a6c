//! One pass of a rolling deployment over one service: tasks are replaced within the bounds.

use std::time::Duration;

use model::{DeploymentStatus, Entry, Task};

use super::home::{self, Traffic};
use super::pass::Pass;
use super::{Seen, View, protection, scaling_reason};
use crate::backoff::Backoff;
use crate::bounds::{Bounds, bounds};
use crate::health::Verdict;

pub(super) fn plan(pass: &mut Pass<'_>) {
    let view = pass.fleet.view;
    let backoff = pass.fleet.backoff(pass.revision);
    // At rest the rules are the caller's.
    let is_at_rest = pass.known.status.is_final();
    let traffic = if is_at_rest { Traffic::Home } else { home::bring(pass) };
    let counts = Counts { traffic, ..Counts::of(view, &backoff) };
    let stops = choose_stops(view, &counts);
    let stopped = pass.fleet.stop(&stops.chosen);
    protection::hold(&mut pass.fleet, &stops.held);
    let started = start_tasks(pass, &counts);
    pass.fleet.look_after_targets();
    let is_settled = stopped == 0 && started == 0 && counts.is_settled(view);
    if is_settled {
        finish(pass);
    } else {
        pass.fleet.announcer.unsteady();
        pass.progress();
        pass.deployment.baking_since = None;
        pass.fleet.announce_trouble(&backoff);
    }
    pass.fleet.announce_unplaced();
}

/// The tasks that are to run, by what they are.
#[derive(Debug)]
struct Counts {
    bounds: Bounds,
    desired: u32,
    /// Of the primary revision and not unhealthy.
    primary: u32,
    primary_healthy: u32,
    healthy: u32,
    /// All that are to run, but those that are unhealthy: this pass stops them.
    alive: u32,
    unhealthy: u32,
    /// The new revision does not stay up.
    is_failing: bool,
    traffic: Traffic,
}

impl Counts {
    fn of(view: &View<'_>, backoff: &Backoff) -> Counts {
        let present = || view.tasks.iter().filter(|seen| !seen.is_leaving());
        let primary = || present().filter(|seen| seen.is_primary);
        let unhealthy = present().filter(|seen| seen.is_unhealthy()).count() as u32;
        Counts {
            bounds: bounds(view.service.desired_count, &view.service.deployment_configuration),
            desired: view.service.desired_count,
            primary: primary().filter(|seen| !seen.is_unhealthy()).count() as u32,
            primary_healthy: primary().filter(|seen| seen.is_healthy()).count() as u32,
            healthy: present().filter(|seen| seen.is_healthy()).count() as u32,
            alive: present().count() as u32 - unhealthy,
            unhealthy,
            is_failing: backoff.failed_tasks > 0,
            traffic: Traffic::Home,
        }
    }

    /// What serves while the new revision is failing: what of it is healthy, and all of the old.
    fn kept(&self) -> u32 {
        self.alive - self.primary + self.primary_healthy
    }

    /// Every task is the one wanted, is healthy, and nothing of the old is left.
    fn is_settled(&self, view: &View<'_>) -> bool {
        self.traffic == Traffic::Home
            && self.primary_healthy == self.desired
            && self.alive == self.desired
            && self.unhealthy == 0
            && view.tasks.iter().all(|seen| seen.is_primary || !seen.is_leaving())
    }
}

/// What is to be stopped, each for its reason, and what is protected from it.
struct Stops<'a> {
    chosen: Vec<(&'a Seen<'a>, String)>,
    held: Vec<&'a Seen<'a>>,
}

/// What is unhealthy, what is of an old revision and replaced, and what is too many.
///
/// While the new revision is failing, tasks of the old one that are coming up count as
/// serving: they were started to keep the lower bound.
fn choose_stops<'a>(view: &'a View<'_>, counts: &Counts) -> Stops<'a> {
    let mut chosen = Vec::new();
    let counts_as_serving =
        |seen: &Seen<'_>| seen.is_healthy() || (counts.is_failing && !seen.is_primary);
    let mut serving = if counts.is_failing { counts.kept() } else { counts.healthy };
    let mut healthy = counts.healthy;
    let reason = |task: &Entry<Task>| scaling_reason(view.snapshot, task);
    for seen in &view.tasks {
        if let Verdict::Unhealthy { reason } = &seen.verdict {
            chosen.push((seen, reason.clone()));
        }
    }
    let mut spend = |seen: &Seen<'_>| {
        let minimum = counts.bounds.healthy_min;
        let (is_serving, is_healthy) = (counts_as_serving(seen), seen.is_healthy());
        // What comes up goes before what is healthy, but where it is protected.
        let is_affordable =
            (!is_serving || serving > minimum) && (!is_healthy || healthy > minimum);
        if is_affordable {
            serving -= u32::from(is_serving);
            healthy -= u32::from(is_healthy);
        }
        is_affordable
    };

    let excess = counts.primary.saturating_sub(counts.desired) as usize;
    let (free, mut held) = protection::choose(&in_stop_order(view, true), excess);
    for seen in free {
        if spend(seen) {
            chosen.push((seen, reason(seen.task)));
        }
    }

    // Each healthy task of the new revision stands for one of the old. Beyond those,
    // old ones go only to make room where the upper bound leaves none.
    // Of the healthy first those that get no requests, where there are two target groups.
    let mut old = in_stop_order(view, false);
    let is_home = counts.traffic == Traffic::Home;
    old.sort_by_key(|seen| (seen.is_healthy(), view.is_at_home(seen) == is_home));
    let replaced =
        (old.len() as u32).saturating_sub(counts.desired.saturating_sub(counts.primary_healthy));
    let wanted = counts.desired.saturating_sub(counts.primary);
    let room = counts.bounds.running_max.saturating_sub(counts.alive);
    let in_the_way = wanted.saturating_sub(room);
    let in_the_way = in_the_way.min(old.len() as u32);
    let quota = match counts.traffic {
        Traffic::Home => replaced.max(in_the_way),
        Traffic::Coming => 0,
        // The old ones that get requests serve alone.
        Traffic::Elsewhere => in_the_way,
    };
    let (free, held_old) = protection::choose(&old, quota as usize);
    held.extend(held_old);
    for seen in free {
        if spend(seen) {
            chosen.push((seen, reason(seen.task)));
        }
    }
    Stops { chosen, held }
}

/// Tasks that may be stopped, first the least useful: not yet healthy, then the
/// youngest; unhealthy ones are stopped anyway and are not among them.
fn in_stop_order<'a>(view: &'a View<'_>, is_primary: bool) -> Vec<&'a Seen<'a>> {
    let mut tasks: Vec<&Seen<'_>> = view
        .tasks
        .iter()
        .filter(|seen| seen.is_primary == is_primary)
        .filter(|seen| matches!(seen.verdict, Verdict::Healthy | Verdict::Starting { .. }))
        .collect();
    tasks.sort_by_cached_key(|seen| {
        let age = std::cmp::Reverse(seen.task.created_at);
        (seen.is_healthy(), seen.task.last_status, age, seen.task.key.clone())
    });
    tasks
}

/// Starts what is missing, as far as the upper bound and the back-off allow.
/// Returns how many.
fn start_tasks(pass: &mut Pass<'_>, counts: &Counts) -> u32 {
    let wanted = counts.desired.saturating_sub(counts.primary);
    let room = counts.bounds.running_max.saturating_sub(counts.alive);
    let started = pass.fleet.start(pass.revision, wanted.min(room));
    started + keep_capacity(pass, counts, room - started.min(room))
}

/// While the new revision does not stay up, tasks of the old one that end are replaced by
/// their like, so that what serves does not fall below the lower bound.
fn keep_capacity(pass: &mut Pass<'_>, counts: &Counts, room: u32) -> u32 {
    let view = pass.fleet.view;
    let completed = view.completed_revision().filter(|old| old.id != pass.revision.id);
    let Some(old) = completed.filter(|_| counts.is_failing) else { return 0 };
    let missing = counts.bounds.healthy_min.saturating_sub(counts.kept());
    pass.fleet.start(old, missing.min(room))
}

/// The service is what it is to be: its deployment is done, once it has baked.
fn finish(pass: &mut Pass<'_>) {
    let view = pass.fleet.view;
    let status = match pass.known.status {
        DeploymentStatus::RollbackInProgress => DeploymentStatus::RollbackSuccessful,
        DeploymentStatus::Pending | DeploymentStatus::InProgress => DeploymentStatus::Successful,
        DeploymentStatus::Successful
        | DeploymentStatus::Stopped
        | DeploymentStatus::RollbackRequested
        | DeploymentStatus::RollbackSuccessful
        | DeploymentStatus::RollbackFailed => {
            pass.fleet.announcer.steady();
            return;
        }
    };
    let bake = pass.known.deployment_configuration.bake_time_mins;
    let since = *pass.deployment.baking_since.get_or_insert(view.now);
    let end = since + Duration::from_mins(bake.into());
    if status == DeploymentStatus::Successful && view.now < end {
        pass.progress();
        pass.fleet.plan.wake_at(end);
        return;
    }
    pass.complete(status);
    pass.fleet.announcer.steady();
}
