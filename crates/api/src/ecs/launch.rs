//! Where a service's tasks are to run: launch type, strategy, platform version.
//
// COMPAT: the codes are the ECS API Reference's.

use aws_api::ecs::{self, errors};
use model::{CapacityProviderStrategyItem, Cluster, LaunchType, TaskDefinition};
use wire::ApiError;

use super::{capacity, unsupported};

/// What a request says of where tasks are to run.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'a> {
    pub launch_type: Option<ecs::LaunchType>,
    pub strategy: Option<&'a [ecs::CapacityProviderStrategyItem]>,
}

/// What was made of it: a launch type, or a strategy where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Launch {
    pub launch_type: Option<LaunchType>,
    pub strategy: Vec<CapacityProviderStrategyItem>,
}

/// Decides how the tasks of a service in this cluster are launched.
pub(super) fn resolve(cluster: &Cluster, wanted: &Wanted<'_>) -> Result<Launch, ApiError> {
    let has_strategy = wanted.strategy.is_some_and(|items| !items.is_empty());
    if let Some(launch_type) = wanted.launch_type {
        if has_strategy {
            return Err(errors::invalid_parameter_exception(
                "Specifying both a launch type and capacity provider strategy is not supported. \
                 Remove one and try again.",
            ));
        }
        let launch_type = Some(supported(launch_type)?);
        return Ok(Launch { launch_type, strategy: Vec::new() });
    }
    let strategy = capacity::strategy_of(wanted.strategy, cluster)?;
    if strategy.is_empty() {
        // COMPAT: EC2 is the launch type where neither the request nor the cluster says.
        let launch_type = Some(supported(ecs::LaunchType::Ec2)?);
        return Ok(Launch { launch_type, strategy });
    }
    // A rolling deployment takes the heaviest provider for all tasks, so a strategy must
    // leave just one.
    if strategy.iter().filter(|item| item.weight > 0 || item.base > 0).count() > 1 {
        return Err(unsupported(
            "a `capacityProviderStrategy` that divides a service's tasks among several capacity \
             providers is not supported by Longshore yet"
                .to_owned(),
        ));
    }
    Ok(Launch { launch_type: None, strategy })
}

/// Refuses a definition that was not registered for Fargate.
pub(super) fn check_definition(definition: &TaskDefinition) -> Result<(), ApiError> {
    if definition.requires_compatibilities.contains(&LaunchType::Fargate) {
        return Ok(());
    }
    Err(errors::invalid_parameter_exception(
        "Task definition does not support launch_type FARGATE.",
    ))
}

/// The platform version as a service shows it: what was asked for.
pub(super) fn platform_version(given: Option<&str>) -> Result<String, ApiError> {
    match given.filter(|given| !given.is_empty()) {
        None => Ok("LATEST".to_owned()),
        Some(version @ ("LATEST" | planner::rollout::FARGATE_PLATFORM_VERSION)) => {
            Ok(version.to_owned())
        }
        Some(_) => {
            Err(errors::platform_unknown_exception("The specified platform does not exist."))
        }
    }
}

fn supported(launch_type: ecs::LaunchType) -> Result<LaunchType, ApiError> {
    match launch_type {
        ecs::LaunchType::Fargate => Ok(LaunchType::Fargate),
        ecs::LaunchType::Ec2 | ecs::LaunchType::External | ecs::LaunchType::ManagedInstances => {
            Err(unsupported(format!(
                "`launchType` {} is not supported by Longshore yet; say FARGATE",
                launch_type.as_str()
            )))
        }
    }
}
