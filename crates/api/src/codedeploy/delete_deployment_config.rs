//! `DeleteDeploymentConfig`: one of the caller's that no group uses.

use aws_api::codedeploy::{DeleteDeploymentConfigInput, DeleteDeploymentConfigResponse, errors};
use wire::ApiError;

use super::config;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteDeploymentConfigInput,
) -> Result<DeleteDeploymentConfigResponse, ApiError> {
    let name = &input.deployment_config_name;
    if config::is_predefined(name) {
        return Err(errors::invalid_operation_exception(format!(
            "The predefined deployment configuration {name} cannot be deleted."
        )));
    }
    api.transact(caller, |turn| {
        let scope = turn.scope().clone();
        let mut groups = turn.snapshot.code_deploy_groups.list(&scope);
        if let Some(group) = groups.find(|group| group.settings.config == *name) {
            return Err(errors::deployment_config_in_use_exception(format!(
                "The deployment configuration {name} is used by the deployment group {}.",
                group.name
            )));
        }
        if let Some(known) = turn.snapshot.code_deploy_configs.get(&scope, name) {
            turn.plan.delete(known);
        }
        Ok(DeleteDeploymentConfigResponse::default())
    })
    .await
}
