//! `GetDeployment`.

use aws_api::codedeploy::{GetDeploymentInput, GetDeploymentOutput};
use wire::ApiError;

use super::{deployment, find};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetDeploymentInput,
) -> Result<GetDeploymentOutput, ApiError> {
    let snapshot = api.snapshot();
    let found = find::deployment(&snapshot, &caller.scope, &input.deployment_id)?;
    Ok(GetDeploymentOutput { deployment_info: Some(deployment::render(found)) })
}
