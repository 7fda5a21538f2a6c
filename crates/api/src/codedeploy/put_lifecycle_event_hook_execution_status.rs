//! `PutLifecycleEventHookExecutionStatus`: what a function of an `AppSpec` has found.
//!
//! INVARIANT: an answer counts once, for the run that it is for, while that run waits.

use aws_api::codedeploy::{
    LifecycleEventStatus, PutLifecycleEventHookExecutionStatusInput,
    PutLifecycleEventHookExecutionStatusOutput, errors,
};
use model::{DeploymentStatus, HookStatus, HookTarget};
use wire::ApiError;

use super::find;
use crate::{Api, Caller, Turn};

/// COMPAT: `CodeDeploy`'s own words ("Error codes for AWS `CodeDeploy`").
const VALIDATION_FAILED: &str = "The deployment failed because one or more of the lifecycle event \
    validation functions failed.";

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutLifecycleEventHookExecutionStatusInput,
) -> Result<PutLifecycleEventHookExecutionStatusOutput, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &PutLifecycleEventHookExecutionStatusInput,
) -> Result<PutLifecycleEventHookExecutionStatusOutput, ApiError> {
    let id = find::needed(input.deployment_id.as_ref())?;
    let native = find::deployment(turn.snapshot, turn.scope(), id)?.native;
    let status = match input.status {
        Some(LifecycleEventStatus::Succeeded) => HookStatus::Succeeded,
        Some(LifecycleEventStatus::Failed) => HookStatus::Failed,
        None | Some(_) => {
            return Err(errors::invalid_lifecycle_event_hook_execution_status_exception(
                "The status must be Succeeded or Failed.",
            ));
        }
    };
    let execution = input.lifecycle_event_hook_execution_id.as_deref().unwrap_or_default();
    let mut next = (*native.record).clone();
    let mut runs = next.progress.iter_mut().flat_map(|progress| &mut progress.hooks);
    let run =
        runs.find(|run| run.id == execution && matches!(run.target, HookTarget::CodeDeploy { .. }));
    let Some(run) = run else {
        return Err(errors::invalid_lifecycle_event_hook_execution_id_exception(
            "The lifecycle event hook execution ID is not valid.",
        ));
    };
    let is_under_way =
        matches!(native.status, DeploymentStatus::Pending | DeploymentStatus::InProgress);
    if run.status != HookStatus::InProgress || !is_under_way {
        return Err(errors::lifecycle_event_already_completed_exception(
            "The lifecycle event is already completed.",
        ));
    }
    run.status = status;
    if status == HookStatus::Failed {
        run.reason = Some(VALIDATION_FAILED.to_owned());
    }
    next.updated_at = turn.now();
    turn.plan.update(native, next);
    Ok(PutLifecycleEventHookExecutionStatusOutput {
        lifecycle_event_hook_execution_id: Some(execution.to_owned()),
    })
}
