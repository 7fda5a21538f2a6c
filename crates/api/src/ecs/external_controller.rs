//! Services under an external controller: what they do not take, for it is their task sets'.
//
// COMPAT: "you can specify only parameters that aren't controlled at the task set level"
// (`CreateService`), "you can update only the desired count, … health check grace period,
// enable ECS managed tags option, and propagate tags option" (`UpdateService`, ECS API
// Reference). The words that ECS answers with are known of the network, the load balancers and
// an empty definition, and of services whose controller is CODE_DEPLOY; the others are put alike.

use aws_api::ecs::{CreateServiceRequest, UpdateServiceRequest, errors};
use model::{CircuitBreaker, DeploymentAlarms, DeploymentConfiguration};
use wire::ApiError;

use super::service_settings::is_filled;

pub(super) fn check_create(input: &CreateServiceRequest) -> Result<(), ApiError> {
    match input.task_definition.as_deref() {
        None => {}
        Some("") => return Err(refuse("Family should not be null or empty.")),
        Some(_) => return Err(refuse("TaskDefinition must be null.")),
    }
    let nulls = [
        ("LaunchType", input.launch_type.is_some()),
        ("PlatformVersion", input.platform_version.is_some()),
        ("NetworkConfiguration", input.network_configuration.is_some()),
    ];
    if let Some((name, _)) = nulls.iter().find(|(_, is_given)| *is_given) {
        return Err(refuse(format!("{name} must be null.")));
    }
    let empties = [
        ("LoadBalancers", is_filled(input.load_balancers.as_ref())),
        ("CapacityProviderStrategy", is_filled(input.capacity_provider_strategy.as_ref())),
    ];
    match empties.iter().find(|(_, is_filled)| *is_filled) {
        Some((name, _)) => Err(refuse(format!("{name} must be empty or null."))),
        None => Ok(()),
    }
}

pub(super) fn check_update(input: &UpdateServiceRequest) -> Result<(), ApiError> {
    if input.force_new_deployment.unwrap_or(false) {
        return Err(refuse(
            "Cannot force a new deployment on services with an EXTERNAL deployment controller. \
             Create a new task set instead.",
        ));
    }
    let given = [
        ("task definition", input.task_definition.is_some()),
        ("network parameters", input.network_configuration.is_some()),
        ("load balancers", input.load_balancers.is_some()),
        ("platform version", input.platform_version.is_some()),
        ("capacity provider strategy", input.capacity_provider_strategy.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((what, _)) => Err(refuse(format!(
            "Unable to update {what} on services with an EXTERNAL deployment controller. Create a \
             new task set instead."
        ))),
        None => Ok(()),
    }
}

/// Refuses what watches and shapes deployments. The bounds are taken, as by ECS, which returns
/// them and does not use them where tasks run on Fargate.
pub(super) fn check_configuration(configuration: &DeploymentConfiguration) -> Result<(), ApiError> {
    let rolling = DeploymentConfiguration::rolling(0, 0);
    let given = [
        ("deploymentCircuitBreaker", configuration.circuit_breaker != CircuitBreaker::default()),
        ("alarms", configuration.alarms != DeploymentAlarms::default()),
        ("strategy", configuration.strategy != rolling.strategy),
        ("bakeTimeInMinutes", configuration.bake_time_mins > 0),
        ("lifecycleHooks", !configuration.lifecycle_hooks.is_empty()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(refuse(format!(
            "{name} is not supported for services with an EXTERNAL deployment controller."
        ))),
        None => Ok(()),
    }
}

fn refuse(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_exception(message)
}
