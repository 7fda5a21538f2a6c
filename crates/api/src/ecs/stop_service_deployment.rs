//! `StopServiceDeployment`: a deployment under way goes back to where it came from.

use aws_api::ecs::{self, StopServiceDeploymentRequest, StopServiceDeploymentResponse, errors};
use model::{DeploymentStatus, Entry, Scope, ServiceDeployment, Snapshot};
use wire::ApiError;

use super::{service_name, unsupported};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: StopServiceDeploymentRequest,
) -> Result<StopServiceDeploymentResponse, ApiError> {
    match input.stop_type {
        None | Some(ecs::StopServiceDeploymentStopType::Rollback) => {}
        // COMPAT: ECS knows the word and refuses it so.
        Some(ecs::StopServiceDeploymentStopType::Abort) => {
            return Err(unsupported(
                "ECS StopServiceDeployment API with ABORT stopType is not supported.".to_owned(),
            ));
        }
    }
    api.transact(caller, |turn| decide(turn, &input.service_deployment_arn)).await
}

fn decide(turn: &mut Turn<'_>, arn: &str) -> Result<StopServiceDeploymentResponse, ApiError> {
    let deployment = find(turn.snapshot, turn.scope(), arn)?;
    let service = turn.snapshot.service(&deployment.service);
    match deployment.status {
        DeploymentStatus::Pending | DeploymentStatus::InProgress => {
            let next = ServiceDeployment {
                status: DeploymentStatus::RollbackRequested,
                updated_at: turn.now(),
                ..(*deployment.record).clone()
            };
            turn.plan.update(deployment, next);
            if let Some(service) = service {
                turn.plan.read(service);
            }
        }
        // It is on its way back already.
        DeploymentStatus::RollbackRequested | DeploymentStatus::RollbackInProgress => {}
        DeploymentStatus::Successful
        | DeploymentStatus::Stopped
        | DeploymentStatus::RollbackSuccessful
        | DeploymentStatus::RollbackFailed => {
            return Err(errors::conflict_exception(format!(
                "The service deployment is in a terminal state: {}.",
                deployment.status.as_str()
            )));
        }
    }
    let arn = Some(deployment.arn());
    Ok(StopServiceDeploymentResponse { service_deployment_arn: arn })
}

/// The deployment that a request names.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<&'a Entry<ServiceDeployment>, ApiError> {
    service_name::child(scope, "service-deployment", arn)
        .and_then(|(key, id)| snapshot.service_deployment(&key, &id))
        .ok_or_else(|| {
            errors::service_deployment_not_found_exception("The service deployment does not exist.")
        })
}
