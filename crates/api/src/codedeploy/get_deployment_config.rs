//! `GetDeploymentConfig`.

use aws_api::codedeploy::{GetDeploymentConfigInput, GetDeploymentConfigOutput};
use wire::ApiError;

use super::config;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetDeploymentConfigInput,
) -> Result<GetDeploymentConfigOutput, ApiError> {
    let known = config::find(&api.snapshot(), &caller.scope, &input.deployment_config_name)?;
    Ok(GetDeploymentConfigOutput { deployment_config_info: Some(config::render(&known)) })
}
