//! One pass of a rolling deployment over one service.

use model::{
    DeploymentStatus, Entry, LaunchType, Plan, Rng, ServiceDeployment, Task, TaskOverride,
    TaskService, TaskState,
};

use super::events::Announcer;
use super::{Seen, View, missing_targets, scaling_reason, stopped_by_scheduler, task_ids};
use crate::backoff::{self, Backoff};
use crate::bounds::{Bounds, bounds};
use crate::health::Verdict;
use crate::placement;
use crate::rollout;
use crate::task::{Draw, NewTask, TakenAddresses, new_task};

/// LIMIT: tasks that one plan of one service starts; the rest follow in the next.
const TASKS_STARTED_MAX: usize = 100;

pub(super) fn plan(view: &View<'_>, rng: &mut Rng) -> Plan {
    let mut plan = Plan::new();
    let mut announcer = Announcer::new(view.service, view.now, rng);
    let counts = Counts::of(view);
    let backoff = backoff::backoff(
        view.snapshot,
        view.revision,
        view.service.desired_count,
        last_success(view),
    );

    let stopped = stop_tasks(view, &counts, &mut announcer, &mut plan);
    let started = start_tasks(view, &counts, &backoff, &mut announcer, &mut plan);
    register_targets(view, &mut announcer, &mut plan);
    wake_for_grace(view, &mut plan);

    let is_settled = stopped == 0 && started == 0 && counts.is_settled(view);
    if is_settled {
        finish(view, &mut announcer, &mut plan);
    } else {
        announcer.unsteady();
        progress(view, &backoff, &mut plan);
    }
    if backoff.rounds >= backoff::ROUNDS_UNTIL_EVENT && !is_settled {
        announcer.cannot_start();
    }
    announce_unplaced(view, &mut announcer);
    let next = announcer.finish();
    if next != *view.service.record {
        plan.update(view.service, next);
    } else if !plan.is_empty() {
        plan.read(view.service);
    }
    plan
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
}

impl Counts {
    fn of(view: &View<'_>) -> Counts {
        let count = |admits: fn(&Seen<'_>) -> bool| {
            view.tasks.iter().filter(|seen| !seen.is_leaving() && admits(seen)).count() as u32
        };
        let is_unhealthy: fn(&Seen<'_>) -> bool =
            |seen| matches!(seen.verdict, Verdict::Unhealthy { .. });
        let unhealthy = count(is_unhealthy);
        Counts {
            bounds: bounds(view.service.desired_count, view.service.deployment_configuration),
            desired: view.service.desired_count,
            primary: count(|seen| {
                seen.is_primary && !matches!(seen.verdict, Verdict::Unhealthy { .. })
            }),
            primary_healthy: count(|seen| seen.is_primary && seen.is_healthy()),
            healthy: count(|seen| seen.is_healthy()),
            alive: count(|_| true) - unhealthy,
            unhealthy,
        }
    }

    /// Every task is the one wanted, is healthy, and nothing of the old is left.
    fn is_settled(&self, view: &View<'_>) -> bool {
        self.primary_healthy == self.desired
            && self.alive == self.desired
            && self.unhealthy == 0
            && view.tasks.iter().all(|seen| seen.is_primary || !seen.is_leaving())
    }
}

/// When the youngest task that now serves was started.
fn last_success(view: &View<'_>) -> Option<model::Timestamp> {
    view.tasks
        .iter()
        .filter(|seen| seen.is_primary && seen.is_healthy())
        .filter_map(|seen| seen.task.started_at)
        .max()
}

/// Stops what is unhealthy, what is of an old revision and replaced, and what is
/// too many. Returns how many.
fn stop_tasks(
    view: &View<'_>,
    counts: &Counts,
    announcer: &mut Announcer<'_>,
    plan: &mut Plan,
) -> u32 {
    let chosen = choose_stops(view, counts);
    let mut drained = Vec::new();
    let mut stopped = Vec::new();
    for (seen, reason) in &chosen {
        if let Verdict::Unhealthy { reason } = &seen.verdict {
            announcer.unhealthy(&seen.task.key.id, reason);
        }
        let has_targets = view.snapshot.targets_of_task(&seen.task.key).next().is_some();
        if has_targets {
            drained.push(seen.task)
        } else {
            stopped.push(seen.task)
        }
        plan.update(seen.task, stopped_by_scheduler(seen.task, reason, view.now));
    }
    announcer.draining(&task_ids(drained.iter().copied()));
    announcer.stopped(&task_ids(stopped.iter().copied()));
    chosen.len() as u32
}

fn choose_stops<'a>(view: &'a View<'_>, counts: &Counts) -> Vec<(&'a Seen<'a>, String)> {
    let mut chosen = Vec::new();
    let mut healthy = counts.healthy;
    let reason = |task: &Entry<Task>| scaling_reason(view.snapshot, task);
    for seen in &view.tasks {
        if let Verdict::Unhealthy { reason } = &seen.verdict {
            chosen.push((seen, reason.clone()));
        }
    }
    let mut spend = |seen: &Seen<'_>| {
        let is_affordable = !seen.is_healthy() || healthy > counts.bounds.healthy_min;
        if is_affordable && seen.is_healthy() {
            healthy -= 1;
        }
        is_affordable
    };

    let excess = counts.primary.saturating_sub(counts.desired) as usize;
    for seen in in_stop_order(view, true).into_iter().take(excess) {
        if spend(seen) {
            chosen.push((seen, reason(seen.task)));
        }
    }

    // Each healthy task of the new revision stands for one of the old. Beyond those,
    // old ones go only to make room where the upper bound leaves none.
    let old = in_stop_order(view, false);
    let replaced =
        (old.len() as u32).saturating_sub(counts.desired.saturating_sub(counts.primary_healthy));
    let wanted = counts.desired.saturating_sub(counts.primary);
    let room = counts.bounds.running_max.saturating_sub(counts.alive);
    let in_the_way = wanted.saturating_sub(room);
    let quota = replaced.max(in_the_way.min(old.len() as u32)) as usize;
    for seen in old.into_iter().take(quota) {
        if spend(seen) {
            chosen.push((seen, reason(seen.task)));
        }
    }
    chosen
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
    tasks.sort_by_key(|seen| {
        let age = std::cmp::Reverse(seen.task.created_at);
        (seen.is_healthy(), seen.task.last_status, age, seen.task.key.clone())
    });
    tasks
}

/// Starts what is missing, as far as the upper bound and the back-off allow.
/// Returns how many.
fn start_tasks(
    view: &View<'_>,
    counts: &Counts,
    backoff: &Backoff,
    announcer: &mut Announcer<'_>,
    plan: &mut Plan,
) -> u32 {
    let wanted = counts.desired.saturating_sub(counts.primary);
    let room = counts.bounds.running_max.saturating_sub(counts.alive);
    let count = (wanted.min(room) as usize).min(TASKS_STARTED_MAX);
    if count == 0 {
        return 0;
    }
    if let Some(at) = backoff.retry_at.filter(|at| *at > view.now) {
        plan.wake_at(at);
        return 0;
    }
    let Some(definition) = view.snapshot.task_definitions.get(
        &view.service.key.scope,
        &format!("{}:{:08}", view.revision.definition.family, view.revision.definition.revision),
    ) else {
        announcer.cannot_place("the task definition no longer exists");
        return 0;
    };
    let mut started = Vec::new();
    let mut taken = TakenAddresses::new();
    for _ in 0..count {
        let mut draw = Draw { now: view.now, rng: announcer.rng(), taken: &mut taken };
        match new_task(view.snapshot, definition, wanted_task(view, &definition.record), &mut draw)
        {
            Ok((task, interface)) => {
                started.push(task.key.id.clone());
                if let Some(interface) = interface {
                    plan.insert(interface);
                }
                plan.insert(task);
            }
            Err(refused) => {
                announcer.cannot_place(&refused.to_string());
                break;
            }
        }
    }
    announcer.started(&started);
    started.len() as u32
}

fn wanted_task(view: &View<'_>, definition: &model::TaskDefinition) -> NewTask {
    let service = view.service;
    let (launch_type, capacity_provider) = rollout::launch(view.revision);
    NewTask {
        cluster: service.key.cluster.clone(),
        group: format!("service:{}", service.key.name),
        service: Some(TaskService {
            name: service.key.name.clone(),
            revision: view.revision.id.clone(),
        }),
        started_by: Some(view.revision.deployment_id()),
        launch_type,
        capacity_provider,
        // The revision keeps what was asked for, which may be `LATEST`.
        platform_version: (launch_type == LaunchType::Fargate)
            .then(|| rollout::FARGATE_PLATFORM_VERSION.to_owned()),
        network: view.revision.network.clone(),
        overrides: TaskOverride::default(),
        tags: rollout::task_tags(service, definition),
    }
}

fn register_targets(view: &View<'_>, announcer: &mut Announcer<'_>, plan: &mut Plan) {
    let missing = missing_targets(view);
    let mut groups: Vec<&str> =
        missing.iter().map(|target| target.target_group_arn.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    for group in groups {
        let count = missing.iter().filter(|target| target.target_group_arn == group).count();
        announcer.registered(group, count);
    }
    for target in missing {
        plan.insert(target);
    }
}

/// Looks again when a grace period ends.
fn wake_for_grace(view: &View<'_>, plan: &mut Plan) {
    for seen in &view.tasks {
        if let Verdict::Starting { look_again: Some(at) } = seen.verdict {
            plan.wake_at(at);
        }
    }
}

/// The deployment is under way.
fn progress(view: &View<'_>, backoff: &Backoff, plan: &mut Plan) {
    let deployment = view.deployment;
    if deployment.status.is_final() {
        return;
    }
    let mut next = (*deployment.record).clone();
    if next.status == DeploymentStatus::Pending {
        next.status = DeploymentStatus::InProgress;
        next.started_at = Some(view.now);
        next.updated_at = view.now;
    }
    if next.failed_tasks < backoff.failed_tasks {
        next.failed_tasks = backoff.failed_tasks;
        next.updated_at = view.now;
    }
    if next != *deployment.record {
        plan.update(deployment, next);
    }
}

/// The service is what it is to be.
fn finish(view: &View<'_>, announcer: &mut Announcer<'_>, plan: &mut Plan) {
    let deployment = view.deployment;
    if !deployment.status.is_final() {
        announcer.deployment_completed(&view.revision.deployment_id());
        let done = ServiceDeployment {
            status: DeploymentStatus::Successful,
            started_at: deployment.started_at.or(Some(view.now)),
            finished_at: Some(view.now),
            updated_at: view.now,
            ..(*deployment.record).clone()
        };
        plan.update(deployment, done);
    }
    announcer.steady();
}

/// Says why a task still has no node, where none can be found for it.
fn announce_unplaced(view: &View<'_>, announcer: &mut Announcer<'_>) {
    let waiting = view
        .tasks
        .iter()
        .map(|seen| seen.task)
        .find(|task| task.last_status == TaskState::Provisioning && task.node.is_none());
    let Some(task) = waiting else { return };
    let request = placement::Request::of(view.snapshot, task);
    if let Err(refusals) = placement::place(&placement::candidates(view.snapshot), &request) {
        announcer.cannot_place(&placement::explain(&refusals));
    }
}
