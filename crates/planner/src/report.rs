//! What a node's report makes of a task's record.
//!
//! A report is whole, so applying one again changes nothing, and one that comes
//! late cannot take a task back.

use model::session::{ContainerReport, TaskReport};
use model::{Actor, DesiredStatus, Plan, Snapshot, StopCode, Task, TaskContainer, TaskState};

/// What a node's report changes. One about a task that is no more says nothing to anybody.
pub fn heard(snapshot: &Snapshot, report: &TaskReport) -> Plan {
    let mut plan = Plan::new();
    if let Some(task) = snapshot.task(&report.task) {
        let next = applied(task, report);
        if next != *task.record {
            plan.update(task, next);
        }
    }
    plan
}

/// The record after the report; the same record where there is nothing new in it.
pub fn applied(task: &Task, report: &TaskReport) -> Task {
    let mut next = task.clone();
    if report.last_status < task.last_status && task.last_status != TaskState::Deactivating {
        return next;
    }
    if let Ok(to) = task.last_status.advance(Actor::Node, report.last_status) {
        next.last_status = to;
    }
    for container in &mut next.containers {
        if let Some(seen) = report.containers.iter().find(|seen| seen.name == container.name) {
            observe(container, seen);
        }
    }
    next.health_status = report.health_status;
    next.pull_started_at = report.pull_started_at.or(next.pull_started_at);
    next.pull_stopped_at = report.pull_stopped_at.or(next.pull_stopped_at);
    next.started_at = report.started_at.or(next.started_at);
    next.stopping_at = next.stopping_at.or(report.stopping_at);
    next.execution_stopped_at = report.execution_stopped_at.or(next.execution_stopped_at);
    next.stopped_at = report.stopped_at.or(next.stopped_at);
    // Who asked for the stop first is who is named.
    if next.stop_code.is_none() {
        next.stop_code = report.stop_code;
        next.stopped_reason.clone_from(&report.stopped_reason);
    }
    if next.last_status > TaskState::Deactivating {
        next.desired_status = DesiredStatus::Stopped;
        next.stop_code.get_or_insert(StopCode::EssentialContainerExited);
    }
    if next != *task {
        next.version += 1;
    }
    next
}

fn observe(container: &mut TaskContainer, seen: &ContainerReport) {
    container.last_status = container.last_status.max(seen.last_status);
    container.image_digest = seen.image_digest.clone().or(container.image_digest.take());
    container.runtime_id = seen.runtime_id.clone().or(container.runtime_id.take());
    container.exit_code = seen.exit_code.or(container.exit_code);
    container.reason = seen.reason.clone().or(container.reason.take());
    container.health_status = seen.health_status;
}
