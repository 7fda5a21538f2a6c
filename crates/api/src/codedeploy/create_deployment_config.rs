//! `CreateDeploymentConfig`: a way of moving traffic gets a name.

use aws_api::codedeploy::{
    self, CreateDeploymentConfigInput, CreateDeploymentConfigOutput, errors,
};
use model::CodeDeployConfig;
use wire::ApiError;

use super::{config, new_id};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateDeploymentConfigInput,
) -> Result<CreateDeploymentConfigOutput, ApiError> {
    match input.compute_platform {
        Some(codedeploy::ComputePlatform::Ecs) => {}
        None | Some(codedeploy::ComputePlatform::Server | codedeploy::ComputePlatform::Lambda) => {
            return Err(errors::invalid_compute_platform_exception(
                "a `computePlatform` other than ECS is not supported by Longshore yet",
            ));
        }
    }
    if input.minimum_healthy_hosts.is_some() {
        return Err(errors::invalid_minimum_healthy_host_value_exception(
            "minimumHealthyHosts cannot be given for the ECS compute platform.",
        ));
    }
    if input.zonal_config.is_some() {
        return Err(errors::invalid_zonal_deployment_configuration_exception(
            "zonalConfig cannot be given for the ECS compute platform.",
        ));
    }
    let name = &input.deployment_config_name;
    if config::is_predefined(name) {
        return Err(errors::invalid_deployment_config_name_exception(format!(
            "Deployment configuration names cannot begin with CodeDeployDefault: {name}"
        )));
    }
    let strategy = config::parse(input.traffic_routing_config.as_ref())?;
    api.transact(caller, |turn| {
        if turn.snapshot.code_deploy_configs.get(turn.scope(), name).is_some() {
            return Err(errors::deployment_config_already_exists_exception(format!(
                "Deployment Configuration already exists: {name}"
            )));
        }
        let made = CodeDeployConfig {
            scope: turn.scope().clone(),
            name: name.clone(),
            id: new_id(&mut turn.rng),
            strategy,
            created_at: Some(turn.now()),
        };
        let id = Some(made.id.clone());
        turn.plan.insert(made);
        Ok(CreateDeploymentConfigOutput { deployment_config_id: id })
    })
    .await
}
