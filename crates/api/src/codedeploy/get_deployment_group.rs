//! `GetDeploymentGroup`.

use aws_api::codedeploy::{GetDeploymentGroupInput, GetDeploymentGroupOutput};
use wire::ApiError;

use super::{find, group};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetDeploymentGroupInput,
) -> Result<GetDeploymentGroupOutput, ApiError> {
    let snapshot = api.snapshot();
    let named = (input.application_name.as_str(), input.deployment_group_name.as_str());
    let known = find::group(&snapshot, &caller.scope, named)?;
    Ok(GetDeploymentGroupOutput { deployment_group_info: Some(group::render(&snapshot, known)) })
}
