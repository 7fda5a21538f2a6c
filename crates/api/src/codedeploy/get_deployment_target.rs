//! `GetDeploymentTarget`.

use aws_api::codedeploy::{GetDeploymentTargetInput, GetDeploymentTargetOutput};
use wire::ApiError;

use super::{find, target};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetDeploymentTargetInput,
) -> Result<GetDeploymentTargetOutput, ApiError> {
    let snapshot = api.snapshot();
    let found = find::deployment(&snapshot, &caller.scope, &input.deployment_id)?;
    let target = target::find(&snapshot, found, &input.target_id)?;
    Ok(GetDeploymentTargetOutput { deployment_target: Some(target) })
}
