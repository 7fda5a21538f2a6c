//! `ContinueDeployment`: ends a wait, before production traffic moves or before the old tasks go.

use aws_api::codedeploy::{
    ContinueDeploymentInput, ContinueDeploymentResponse, DeploymentWaitType, errors,
};
use model::{HookStatus, HookTarget};
use wire::ApiError;

use super::{deployment, find};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ContinueDeploymentInput,
) -> Result<ContinueDeploymentResponse, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &ContinueDeploymentInput,
) -> Result<ContinueDeploymentResponse, ApiError> {
    let id = find::needed(input.deployment_id.as_ref())?;
    let native = find::deployment(turn.snapshot, turn.scope(), id)?.native;
    if native.status.is_final() {
        return Err(errors::deployment_already_completed_exception(format!(
            "The deployment {id} is already complete"
        )));
    }
    let not_ready = || {
        Err(errors::deployment_is_not_in_ready_state_exception(format!(
            "The deployment {id} is not waiting to be continued"
        )))
    };
    let mut next = (*native.record).clone();
    match input.deployment_wait_type {
        None | Some(DeploymentWaitType::ReadyWait) => {
            if !deployment::is_ready(native) {
                return not_ready();
            }
            let runs = next.progress.iter_mut().flat_map(|progress| &mut progress.hooks);
            for run in runs.filter(|run| run.target == HookTarget::Pause) {
                run.status = HookStatus::Succeeded;
            }
        }
        Some(DeploymentWaitType::TerminationWait) => {
            if !deployment::is_baking(native) {
                return not_ready();
            }
            // The wait is the bake time of the service's deployment, and is over.
            next.deployment_configuration.bake_time_mins = 0;
        }
    }
    next.updated_at = turn.now();
    turn.plan.update(native, next);
    Ok(ContinueDeploymentResponse::default())
}
