//! `StopTask`: says that a task is to stop; its node stops it.

use aws_api::ecs::{StopTaskRequest, StopTaskResponse, errors};
use model::{DesiredStatus, StopCode, TaskState};
use wire::ApiError;

use super::cluster;
use super::task::{self, Shown};
use crate::{Api, Caller, Turn};

/// LIMIT: characters of `reason`; more would not be shown by the console either.
const REASON_LENGTH_MAX: usize = 1024;

// COMPAT: what ECS says where the caller gives no reason.
const REASON_DEFAULT: &str = "Task stopped by user";

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: StopTaskRequest,
) -> Result<StopTaskResponse, ApiError> {
    if input.reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_LENGTH_MAX) {
        return Err(errors::invalid_parameter_exception(format!(
            "Reason can have at most {REASON_LENGTH_MAX} characters."
        )));
    }
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(turn: &mut Turn<'_>, input: &StopTaskRequest) -> Result<StopTaskResponse, ApiError> {
    let snapshot = turn.snapshot;
    let cluster = cluster::find(snapshot, turn.scope(), input.cluster.as_deref())?;
    let found = task::key(turn.scope(), &cluster.name, &input.task)
        .and_then(|key| snapshot.task(&key))
        .ok_or_else(|| errors::invalid_parameter_exception("The referenced task was not found."))?;
    let reason =
        input.reason.as_deref().filter(|reason| !reason.is_empty()).unwrap_or(REASON_DEFAULT);
    let stopped = planner::task::stopped(found, StopCode::UserInitiated, reason, turn.now());
    let is_running =
        found.desired_status == DesiredStatus::Running && found.last_status != TaskState::Stopped;
    if is_running {
        turn.plan.update(found, stopped.clone());
    }
    Ok(StopTaskResponse { task: Some(task::render(snapshot, &stopped, Shown::WithTags)) })
}
