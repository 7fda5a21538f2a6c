//! Targets of tasks: registered when a task runs, drained before it is stopped.
//!
//! INVARIANT: a task that is to stop is told so only when none of its targets is left.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{
    Action, Actor, DesiredStatus, Entry, Plan, ServiceRevision, Snapshot, Target, TargetGroup,
    TargetHealth, TargetHealthState, Task, TaskState, Timestamp,
};

/// COMPAT: the default of `deregistration_delay.timeout_seconds` ("Target groups for your
/// Application Load Balancers").
const DEREGISTRATION_DELAY_DEFAULT: Duration = Duration::from_mins(5);

/// How long the balancer is waited for beyond the delay before a target is taken for drained.
const BALANCER_GRACE: Duration = Duration::from_secs(5);

/// The targets that a running task of this revision lacks.
pub fn missing(
    snapshot: &Snapshot,
    task: &Entry<Task>,
    revision: &ServiceRevision,
    now: Timestamp,
) -> Vec<Target> {
    let is_serving =
        task.last_status == TaskState::Running && task.desired_status == DesiredStatus::Running;
    let Some(interface) = task.interface.as_ref().filter(|_| is_serving) else {
        return Vec::new();
    };
    revision
        .registrations()
        .filter(|(load_balancer, group)| {
            !snapshot.targets_of_task(&task.key).any(|known| {
                known.target_group_arn == *group && known.port == load_balancer.container_port
            })
        })
        .map(|(load_balancer, group)| Target {
            scope: task.key.scope.clone(),
            target_group_arn: group.to_owned(),
            address: interface.address,
            port: load_balancer.container_port,
            availability_zone: Some(task.availability_zone.clone()),
            task: Some(task.key.clone()),
            registered_at: now,
            healthy_at: None,
            draining_since: None,
            health: TargetHealth::registering(),
        })
        .collect()
}

/// Takes tasks that are to stop out of the load balancers' reach, and forgets
/// targets that are drained.
pub fn plan_draining(snapshot: &Snapshot, now: Timestamp) -> Plan {
    let mut plan = Plan::new();
    for task in snapshot.tasks.all() {
        if task.desired_status == DesiredStatus::Stopped {
            advance_leaving(task, now, &mut plan);
        }
    }
    let used = groups_in_use(snapshot);
    for target in snapshot.targets.all() {
        let is_deserted = target.task.as_ref().is_some_and(|key| {
            snapshot.task(key).is_none_or(|task| {
                task.desired_status == DesiredStatus::Stopped
                    || task.last_status > TaskState::Running
            })
        });
        match target.draining_since {
            None if is_deserted => plan.update(target, draining(target, now)),
            None => {
                if let Some(health) = changed_use(target, &used) {
                    plan.update(target, Target { health, ..(*target.record).clone() });
                }
            }
            Some(since) => forget_drained(snapshot, target, (since, now), (&used, &mut plan)),
        }
    }
    plan
}

/// What a target becomes when its group comes into use or goes out of it.
fn changed_use(target: &Target, used: &BTreeSet<String>) -> Option<TargetHealth> {
    let is_unused = target.health.state == TargetHealthState::Unused;
    match (used.contains(&target.target_group_arn), is_unused) {
        (true, true) => Some(TargetHealth::registering()),
        (false, false) => Some(TargetHealth {
            state: TargetHealthState::Unused,
            reason: Some("Target.NotInUse".to_owned()),
            description: Some(
                "Target group is not configured to receive traffic from the load balancer"
                    .to_owned(),
            ),
        }),
        (true, false) | (false, true) => None,
    }
}

/// A target that gets no new request from now on.
pub fn draining(target: &Target, now: Timestamp) -> Target {
    let mut target = target.clone();
    target.draining_since.get_or_insert(now);
    target.health = TargetHealth {
        state: TargetHealthState::Draining,
        reason: Some("Target.DeregistrationInProgress".to_owned()),
        description: Some("Target deregistration is in progress".to_owned()),
    };
    target
}

/// The target groups that some listener or rule forwards to.
pub fn groups_in_use(snapshot: &Snapshot) -> BTreeSet<String> {
    let of_listeners = snapshot.listeners.all().flat_map(|l| l.record.default_actions.iter());
    let of_rules = snapshot.rules.all().flat_map(|rule| rule.record.actions.iter());
    of_listeners.chain(of_rules).flat_map(forwarded_to).cloned().collect()
}

/// The target groups that an action names.
pub fn forwarded_to(action: &Action) -> impl Iterator<Item = &String> {
    let groups = match action {
        Action::Forward { target_groups, .. } => target_groups.as_slice(),
        Action::Redirect { .. } | Action::FixedResponse { .. } => &[],
    };
    groups.iter().map(|group| &group.target_group_arn)
}

/// `deregistration_delay.timeout_seconds` of a target group.
pub fn deregistration_delay(group: &TargetGroup) -> Duration {
    group
        .attributes
        .get("deregistration_delay.timeout_seconds")
        .and_then(|text| text.parse().ok())
        .map_or(DEREGISTRATION_DELAY_DEFAULT, Duration::from_secs)
}

fn advance_leaving(task: &Entry<Task>, now: Timestamp, plan: &mut Plan) {
    let to = match task.last_status {
        TaskState::Provisioning => TaskState::Stopped,
        TaskState::Running => TaskState::Deactivating,
        TaskState::Pending
        | TaskState::Activating
        | TaskState::Deactivating
        | TaskState::Stopping
        | TaskState::Deprovisioning
        | TaskState::Stopped => return,
    };
    let mut moved = (*task.record).clone();
    moved.last_status =
        moved.last_status.advance(Actor::Deployer, to).expect("the deployer's own move");
    moved.version += 1;
    if to == TaskState::Stopped {
        moved.stopped_at = Some(now);
        for container in &mut moved.containers {
            container.last_status = model::ContainerState::Stopped;
        }
    }
    plan.update(task, moved);
}

fn forget_drained(
    snapshot: &Snapshot,
    target: &Entry<Target>,
    (since, now): (Timestamp, Timestamp),
    (used, plan): (&BTreeSet<String>, &mut Plan),
) {
    let name = target.target_group_arn.split('/').nth(1).unwrap_or_default();
    let group = snapshot.target_groups.get(&target.scope, name);
    let delay = group.map_or(Duration::ZERO, |group| deregistration_delay(&group.record));
    let deadline = since + delay + BALANCER_GRACE;
    if !used.contains(&target.target_group_arn) || group.is_none() || now >= deadline {
        plan.delete(target);
    } else {
        plan.wake_at(deadline);
    }
}
