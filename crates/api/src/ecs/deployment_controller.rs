//! Who begins a service's deployments, and what is then not a service's own to say.
//
// COMPAT: the refusals of `UpdateService` are what ECS answers with; those of `CreateService`,
// for which no text is known, are put alike. What may be changed is said at "UpdateService"
// (ECS API Reference).

use aws_api::ecs::{self, errors};
use model::{DeploymentController, ServiceLoadBalancer};
use wire::ApiError;

use super::service_settings::is_filled;
use super::unsupported;

/// The controller that a request names.
pub(super) fn parse(given: Option<&ecs::DeploymentController>) -> DeploymentController {
    match given.and_then(|controller| controller.r#type) {
        None | Some(ecs::DeploymentControllerType::Ecs) => DeploymentController::Ecs,
        Some(ecs::DeploymentControllerType::CodeDeploy) => DeploymentController::CodeDeploy,
        Some(ecs::DeploymentControllerType::External) => DeploymentController::External,
    }
}

pub(super) fn render(controller: DeploymentController) -> ecs::DeploymentController {
    let kind = match controller {
        DeploymentController::Ecs => ecs::DeploymentControllerType::Ecs,
        DeploymentController::CodeDeploy => ecs::DeploymentControllerType::CodeDeploy,
        DeploymentController::External => ecs::DeploymentControllerType::External,
    };
    ecs::DeploymentController { r#type: Some(kind) }
}

/// Refuses what a new service of this controller cannot have.
pub(super) fn check_create(
    controller: DeploymentController,
    input: &ecs::CreateServiceRequest,
    load_balancers: &[ServiceLoadBalancer],
) -> Result<(), ApiError> {
    match controller {
        DeploymentController::Ecs | DeploymentController::External => return Ok(()),
        DeploymentController::CodeDeploy => {}
    }
    check_configuration(input.deployment_configuration.as_ref())?;
    match load_balancers {
        [one] if one.advanced.is_none() => Ok(()),
        [_] => Err(only_of_ecs("advancedConfiguration")),
        _ => Err(errors::invalid_parameter_exception(
            "Services with a CODE_DEPLOY deployment controller must have exactly one target group.",
        )),
    }
}

/// Refuses what only a deployment of the controller may change.
pub(super) fn check_update(
    controller: DeploymentController,
    input: &ecs::UpdateServiceRequest,
) -> Result<(), ApiError> {
    if let Some(given) = &input.deployment_controller
        && parse(Some(given)) != controller
    {
        return Err(unsupported(
            "another `deploymentController` than the service was made with is not supported by \
             Longshore yet"
                .to_owned(),
        ));
    }
    match controller {
        DeploymentController::Ecs | DeploymentController::External => return Ok(()),
        DeploymentController::CodeDeploy => {}
    }
    check_configuration(input.deployment_configuration.as_ref())?;
    let is_named = input.task_definition.as_ref().is_some_and(|named| !named.is_empty());
    let changes = [
        ("task definition", is_named),
        ("network parameters", input.network_configuration.is_some()),
        ("load balancers", input.load_balancers.is_some()),
        ("platform version", input.platform_version.is_some()),
        ("capacity provider strategy", is_filled(input.capacity_provider_strategy.as_ref())),
    ];
    let then = "on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to \
                trigger a new deployment.";
    if let Some((what, _)) = changes.iter().find(|(_, is_given)| *is_given) {
        return Err(errors::invalid_parameter_exception(format!("Unable to update {what} {then}")));
    }
    if input.force_new_deployment.unwrap_or(false) {
        return Err(errors::invalid_parameter_exception(format!(
            "Cannot force a new deployment {then}"
        )));
    }
    Ok(())
}

/// How traffic moves and what ends a deployment is for the deployment group to say.
fn check_configuration(given: Option<&ecs::DeploymentConfiguration>) -> Result<(), ApiError> {
    let Some(given) = given else { return Ok(()) };
    let breaker = given.deployment_circuit_breaker.as_ref();
    let of_ecs = [
        ("deploymentCircuitBreaker", breaker.is_some_and(|one| one.enable.unwrap_or(false))),
        ("alarms", given.alarms.as_ref().is_some_and(|one| one.enable.unwrap_or(false))),
        ("strategy", given.strategy.is_some()),
        ("bakeTimeInMinutes", given.bake_time_in_minutes.is_some_and(|minutes| minutes != 0)),
        ("lifecycleHooks", is_filled(given.lifecycle_hooks.as_ref())),
        ("linearConfiguration", given.linear_configuration.is_some()),
        ("canaryConfiguration", given.canary_configuration.is_some()),
    ];
    match of_ecs.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(only_of_ecs(name)),
        None => Ok(()),
    }
}

fn only_of_ecs(name: &str) -> ApiError {
    errors::invalid_parameter_exception(format!(
        "{name} can only be used with services that have an ECS deployment controller."
    ))
}
