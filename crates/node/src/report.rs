//! What a node tells control of a task: a pure function of what it observed.

use model::session::{Assignment, ContainerReport, TaskReport};
use model::{ContainerState, HealthStatus, TaskState};

use crate::observed::{Container, Observed, Phase};

pub fn report(assignment: &Assignment, observed: &Observed) -> TaskReport {
    let containers = assignment
        .spec
        .containers
        .iter()
        .filter_map(|container| {
            let name = &container.definition.name;
            observed.containers.get(name).map(|seen| container_report(name, seen))
        })
        .collect();
    TaskReport {
        task: assignment.task.clone(),
        last_status: state(assignment, observed),
        health_status: health(assignment, observed),
        containers,
        pull_started_at: observed.pull_started_at,
        pull_stopped_at: observed.pull_stopped_at,
        started_at: observed.started_at,
        stopping_at: observed.stopping_at,
        execution_stopped_at: observed.execution_stopped_at,
        stopped_at: observed.stopped_at,
        stop_code: observed.stop.as_ref().map(|stop| stop.code),
        stopped_reason: observed.stop.as_ref().map(|stop| stop.reason.clone()),
    }
}

fn state(assignment: &Assignment, observed: &Observed) -> TaskState {
    if observed.stopped_at.is_some() {
        return TaskState::Stopped;
    }
    if assignment.is_stopping || observed.stop.is_some() {
        // A container that waits may be starting at this moment, and there is no way back
        // from a later state.
        let is_over = observed.containers.values().all(|c| matches!(c.phase, Phase::Exited { .. }));
        return if is_over { TaskState::Deprovisioning } else { TaskState::Stopping };
    }
    if observed.started_at.is_some() {
        TaskState::Running
    } else if observed.pull_stopped_at.is_some() {
        TaskState::Activating
    } else {
        TaskState::Pending
    }
}

fn container_report(name: &str, seen: &Container) -> ContainerReport {
    let (last_status, exit_code, reason) = match &seen.phase {
        Phase::Waiting => (ContainerState::Pending, None, None),
        Phase::Running { .. } => (ContainerState::Running, None, None),
        Phase::Exited { code, reason, .. } => (ContainerState::Stopped, *code, reason.clone()),
    };
    ContainerReport {
        name: name.to_owned(),
        image_digest: seen.image.as_ref().map(|image| image.digest.clone()),
        runtime_id: seen.runtime_id.clone(),
        last_status,
        exit_code,
        reason,
        health_status: seen.probe.status,
    }
}

/// COMPAT: a task's health is that of its essential containers with a check ("Determine
/// Amazon ECS task health using container health checks").
fn health(assignment: &Assignment, observed: &Observed) -> HealthStatus {
    let mut checked = assignment
        .spec
        .containers
        .iter()
        .map(|container| &container.definition)
        .filter(|definition| definition.is_essential && definition.health_check.is_some())
        .filter_map(|definition| observed.containers.get(&definition.name))
        .map(|seen| seen.probe.status)
        .peekable();
    if checked.peek().is_none() {
        return HealthStatus::Unknown;
    }
    let mut all = HealthStatus::Healthy;
    for status in checked {
        match status {
            HealthStatus::Unhealthy => return HealthStatus::Unhealthy,
            HealthStatus::Unknown => all = HealthStatus::Unknown,
            HealthStatus::Healthy => {}
        }
    }
    all
}
