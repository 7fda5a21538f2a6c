//! `ContinueServiceDeployment`: what is to become of a deployment that is paused at a hook.
//
// COMPAT: the refusals are those of "Troubleshooting Amazon ECS blue/green deployments" (ECS
// Developer Guide).

use aws_api::ecs::{
    ContinueServiceDeploymentRequest, ContinueServiceDeploymentResponse,
    DeploymentLifecycleHookAction, errors,
};
use model::{DeploymentStatus, HookStatus};
use wire::ApiError;

use super::stop_service_deployment;
use crate::{Api, Caller, Turn};

const ID_PREFIX: &str = "ecs-pause-";

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ContinueServiceDeploymentRequest,
) -> Result<ContinueServiceDeploymentResponse, ApiError> {
    if !input.hook_id.starts_with(ID_PREFIX) {
        return Err(errors::invalid_parameter_exception(
            "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}",
        ));
    }
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &ContinueServiceDeploymentRequest,
) -> Result<ContinueServiceDeploymentResponse, ApiError> {
    let arn = &input.service_deployment_arn;
    let deployment = stop_service_deployment::find(turn.snapshot, turn.scope(), arn)?;
    if deployment.status.is_final() {
        return Err(errors::invalid_parameter_exception(
            "Continuing a service deployment is not allowed for service deployment in terminal \
             states.",
        ));
    }
    let mut next = (*deployment.record).clone();
    let is_under_way =
        matches!(next.status, DeploymentStatus::Pending | DeploymentStatus::InProgress);
    let waiting = next.progress.iter_mut().flat_map(|progress| &mut progress.hooks).find(|run| {
        is_under_way && run.id == input.hook_id && run.status == HookStatus::AwaitingAction
    });
    let Some(run) = waiting else {
        return Err(errors::invalid_parameter_exception(
            "Provided hookId is either completed, unavailable, or not associated with the given \
             Resource ARN",
        ));
    };
    run.status = match input.action {
        None | Some(DeploymentLifecycleHookAction::Continue) => HookStatus::Succeeded,
        Some(DeploymentLifecycleHookAction::Rollback) => HookStatus::Failed,
    };
    next.updated_at = turn.now();
    turn.plan.update(deployment, next);
    Ok(ContinueServiceDeploymentResponse { service_deployment_arn: Some(deployment.arn()) })
}
