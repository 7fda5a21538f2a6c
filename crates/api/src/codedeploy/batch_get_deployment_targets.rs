//! `BatchGetDeploymentTargets`: an ECS deployment has one.

use aws_api::codedeploy::{
    BatchGetDeploymentTargetsInput, BatchGetDeploymentTargetsOutput, errors,
};
use wire::ApiError;

use super::{find, target};
use crate::{Api, Caller};

/// LIMIT: AWS's own.
const IDS_MAX: usize = 25;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &BatchGetDeploymentTargetsInput,
) -> Result<BatchGetDeploymentTargetsOutput, ApiError> {
    if input.target_ids.len() > IDS_MAX {
        return Err(errors::deployment_target_list_size_exceeded_exception(format!(
            "At most {IDS_MAX} targets can be named."
        )));
    }
    let snapshot = api.snapshot();
    let found = find::deployment(&snapshot, &caller.scope, &input.deployment_id)?;
    let targets = input.target_ids.iter().map(|id| target::find(&snapshot, found, id));
    let targets = targets.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(BatchGetDeploymentTargetsOutput { deployment_targets: Some(targets) })
}
