//! `StopDeployment`: back to the old tasks, or left as it is.
//
// COMPAT: where the request does not say, the group's automatic rollback does. Without it
// nothing is moved: each revision keeps the traffic that it has, and the tasks for it.

use aws_api::codedeploy::{StopDeploymentInput, StopDeploymentOutput, StopStatus, errors};
use model::{AutoRollbackEvent, DeploymentStatus, ServiceDeployment};
use planner::deployment::left_by_request;
use wire::ApiError;

use super::find::{self, Found};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: StopDeploymentInput,
) -> Result<StopDeploymentOutput, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &StopDeploymentInput,
) -> Result<StopDeploymentOutput, ApiError> {
    let id = &input.deployment_id;
    let Found { deployment, native } = find::deployment(turn.snapshot, turn.scope(), id)?;
    let covered = deployment.settings.auto_rollback.covers(AutoRollbackEvent::StopOnRequest);
    match native.status {
        DeploymentStatus::Pending | DeploymentStatus::InProgress => {}
        // It is on its way back already.
        DeploymentStatus::RollbackRequested | DeploymentStatus::RollbackInProgress => {
            return Ok(answer(StopStatus::Pending, "The deployment is being rolled back."));
        }
        DeploymentStatus::Successful
        | DeploymentStatus::Stopped
        | DeploymentStatus::RollbackSuccessful
        | DeploymentStatus::RollbackFailed => {
            return Err(errors::deployment_already_completed_exception(format!(
                "The deployment {id} is already complete"
            )));
        }
    }
    if let Some(service) = turn.snapshot.service(&native.service) {
        turn.plan.read(service);
    }
    if input.auto_rollback_enabled.unwrap_or(covered) {
        let next = ServiceDeployment {
            status: DeploymentStatus::RollbackRequested,
            updated_at: turn.now(),
            ..(*native.record).clone()
        };
        turn.plan.update(native, next);
        return Ok(answer(StopStatus::Pending, "The deployment is being rolled back."));
    }
    turn.plan.update(native, left_by_request(native, turn.caller.now));
    Ok(answer(StopStatus::Succeeded, "The deployment was stopped where it was."))
}

fn answer(status: StopStatus, message: &str) -> StopDeploymentOutput {
    StopDeploymentOutput { status: Some(status), status_message: Some(message.to_owned()) }
}
