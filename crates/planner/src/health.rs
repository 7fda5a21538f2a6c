//! Whether a task serves: running, its containers healthy, its targets healthy.

use std::time::Duration;

use model::{
    DesiredStatus, Entry, HealthStatus, Service, ServiceRevision, Snapshot, TargetHealthState,
    Task, TaskState, Timestamp,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Counts against the lower bound.
    Healthy,
    /// Not healthy yet; no reason to end it. `look_again` is when that may change by itself.
    Starting { look_again: Option<Timestamp> },
    /// To be stopped for this reason, in ECS's words.
    Unhealthy { reason: String },
    /// It is to stop, is stopping or has stopped.
    Leaving,
}

/// What a service thinks of one of its tasks at `now`.
pub fn verdict(
    snapshot: &Snapshot,
    service: &Service,
    revision: &ServiceRevision,
    (task, now): (&Entry<Task>, Timestamp),
) -> Verdict {
    if task.desired_status == DesiredStatus::Stopped || task.last_status > TaskState::Running {
        return Verdict::Leaving;
    }
    if task.last_status != TaskState::Running {
        return Verdict::Starting { look_again: None };
    }
    let has_container_checks = has_container_checks(snapshot, task);
    let grace_end = grace_end(service, task);
    if has_container_checks && task.health_status == HealthStatus::Unhealthy {
        // COMPAT: the grace period is of container health checks too ("CreateService", ECS
        // API Reference).
        if now < grace_end {
            return Verdict::Starting { look_again: Some(grace_end) };
        }
        return Verdict::Unhealthy { reason: "Task failed container health checks".to_owned() };
    }
    match target_verdict(snapshot, service, revision, (task, now)) {
        Verdict::Healthy if has_container_checks && task.health_status != HealthStatus::Healthy => {
            Verdict::Starting { look_again: None }
        }
        verdict => verdict,
    }
}

/// Whether any container of the task says how its health is checked.
pub fn has_container_checks(snapshot: &Snapshot, task: &Task) -> bool {
    let id = format!("{}:{:08}", task.definition.family, task.definition.revision);
    snapshot.task_definitions.get(&task.key.scope, &id).is_some_and(|definition| {
        definition.containers.iter().any(|container| container.health_check.is_some())
    })
}

/// Until when a task's bad health is no reason to end it.
fn grace_end(service: &Service, task: &Task) -> Timestamp {
    let grace = Duration::from_secs(service.health_check_grace_period_secs.unwrap_or(0).into());
    task.started_at.unwrap_or(task.created_at) + grace
}

fn target_verdict(
    snapshot: &Snapshot,
    service: &Service,
    revision: &ServiceRevision,
    (task, now): (&Entry<Task>, Timestamp),
) -> Verdict {
    let grace_end = grace_end(service, task);
    let mut starting = None;
    for (load_balancer, group) in revision.registrations() {
        let target = snapshot.targets_of_task(&task.key).find(|target| {
            target.target_group_arn == group && target.port == load_balancer.container_port
        });
        let state = target.map_or(TargetHealthState::Initial, |target| target.health.state);
        match state {
            // A group that no listener uses is not checked, so it holds nothing up.
            TargetHealthState::Healthy | TargetHealthState::Unused => {}
            TargetHealthState::Initial | TargetHealthState::Draining => {
                starting = Some(Verdict::Starting { look_again: None });
            }
            TargetHealthState::Unhealthy if now < grace_end => {
                starting = Some(Verdict::Starting { look_again: Some(grace_end) });
            }
            TargetHealthState::Unhealthy => {
                return Verdict::Unhealthy {
                    reason: format!("Task failed ELB health checks in (target-group {group})"),
                };
            }
        }
    }
    starting.unwrap_or(Verdict::Healthy)
}
