//! What `CreateService` and `UpdateService` take alike: what is refused by name, the
//! deployment's bounds, and how tags are propagated.

use std::ops::RangeInclusive;

use aws_api::ecs::{self, errors};
use model::{
    AwsvpcConfiguration, DeploymentConfiguration, PropagateTags, Scope, ServiceLoadBalancer,
    Snapshot, TaskDefinition,
};
use wire::ApiError;

use super::{network_configuration, unsupported};
use crate::refuse::{Given, refuse_given};

/// LIMIT: AWS's quota of tasks of one service.
const DESIRED_COUNT_MAX: i32 = 5_000;

/// LIMIT: the upper bound of a service's tasks, in percent of its desired count.
const MAXIMUM_PERCENT_MAX: i32 = 2_000;

/// COMPAT: the defaults of a REPLICA service ("`DeploymentConfiguration`", ECS API Reference).
const DEFAULTS: DeploymentConfiguration =
    DeploymentConfiguration { minimum_healthy_percent: 100, maximum_percent: 200 };

/// The fields of both requests that are honoured only where they say nothing.
#[derive(Debug)]
pub(super) struct Unhonoured<'a> {
    pub deployment_configuration: Option<&'a ecs::DeploymentConfiguration>,
    pub deployment_controller: Option<&'a ecs::DeploymentController>,
    pub availability_zone_rebalancing: Option<ecs::AvailabilityZoneRebalancing>,
    pub service_connect: Option<&'a ecs::ServiceConnectConfiguration>,
    /// Further fields, and whether each asks for anything.
    pub others: &'a [Given<'a>],
}

/// Refuses by name what would be stored and ignored.
pub(super) fn refuse_unhonoured(given: &Unhonoured<'_>) -> Result<(), ApiError> {
    match given.deployment_controller.and_then(|controller| controller.r#type) {
        None | Some(ecs::DeploymentControllerType::Ecs) => {}
        Some(
            other @ (ecs::DeploymentControllerType::CodeDeploy
            | ecs::DeploymentControllerType::External),
        ) => return Err(unsupported_value("deploymentController.type", other.as_str())),
    }
    match given.availability_zone_rebalancing {
        None | Some(ecs::AvailabilityZoneRebalancing::Disabled) => {}
        Some(enabled @ ecs::AvailabilityZoneRebalancing::Enabled) => {
            return Err(unsupported_value("availabilityZoneRebalancing", enabled.as_str()));
        }
    }
    let is_connected =
        given.service_connect.is_some_and(|connect| connect.enabled.unwrap_or(false));
    refuse_given(&[("serviceConnectConfiguration", is_connected)], unsupported)?;
    refuse_given(given.others, unsupported)?;
    given.deployment_configuration.map_or(Ok(()), refuse_strategies)
}

/// A field whose other values are honoured.
pub(super) fn unsupported_value(field: &str, value: &str) -> ApiError {
    unsupported(format!("`{field}` {value} is not supported by Longshore yet"))
}

/// Whether a list was given that is not empty.
pub(super) fn is_filled<T>(list: Option<&Vec<T>>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}

/// The percentages that a request gives, over those that there are or AWS's defaults.
pub(super) fn deployment_configuration(
    given: Option<&ecs::DeploymentConfiguration>,
    known: Option<DeploymentConfiguration>,
) -> Result<DeploymentConfiguration, ApiError> {
    let known = known.unwrap_or(DEFAULTS);
    let minimum = given.and_then(|given| given.minimum_healthy_percent);
    let maximum = given.and_then(|given| given.maximum_percent);
    let configuration = DeploymentConfiguration {
        minimum_healthy_percent: minimum.map_or(Ok(known.minimum_healthy_percent), |given| {
            percent("minimumHealthyPercent", given, 0..=100)
        })?,
        maximum_percent: maximum.map_or(Ok(known.maximum_percent), |given| {
            percent("maximumPercent", given, 100..=MAXIMUM_PERCENT_MAX)
        })?,
    };
    // A rolling update needs room to replace a task.
    if (configuration.minimum_healthy_percent, configuration.maximum_percent) == (100, 100) {
        return Err(errors::invalid_parameter_exception(
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block \
             deployments.",
        ));
    }
    Ok(configuration)
}

pub(super) fn desired_count(given: i32) -> Result<u32, ApiError> {
    match given {
        0..=DESIRED_COUNT_MAX => Ok(given as u32),
        _ => Err(errors::invalid_parameter_exception(format!(
            "desiredCount must be between 0 and {DESIRED_COUNT_MAX}."
        ))),
    }
}

/// The grace period of a service's load balancers' health checks.
pub(super) fn grace_period(
    given: Option<i32>,
    load_balancers: &[ServiceLoadBalancer],
) -> Result<Option<u32>, ApiError> {
    match (given, !load_balancers.is_empty()) {
        // What says nothing asks for nothing.
        (None | Some(0), false) => Ok(None),
        (None, true) => Ok(Some(0)),
        (Some(_), false) => Err(errors::invalid_parameter_exception(
            "Health check grace period is only valid for services configured to use load balancers",
        )),
        (Some(seconds), true) => u32::try_from(seconds).map(Some).map_err(|_| {
            errors::invalid_parameter_exception("Health check grace period can not be negative")
        }),
    }
}

/// The network of a service's tasks. What was asked for is kept: where no security group
/// is named, none is shown, and each interface gets the VPC's default group when it is made.
pub(super) fn network(
    (snapshot, scope): (&Snapshot, &Scope),
    definition: &TaskDefinition,
    given: Option<&ecs::NetworkConfiguration>,
) -> Result<Option<AwsvpcConfiguration>, ApiError> {
    let mode = definition.network_mode;
    let network = network_configuration::resolve(snapshot, scope, given, mode)?;
    let awsvpc = given.and_then(|given| given.awsvpc_configuration.as_ref());
    let groups = awsvpc.and_then(|awsvpc| awsvpc.security_groups.as_ref());
    Ok(network.map(|mut network| {
        if !is_filled(groups) {
            network.security_group_ids.clear();
        }
        network
    }))
}

pub(super) fn propagate_tags(given: Option<ecs::PropagateTags>) -> PropagateTags {
    match given {
        None | Some(ecs::PropagateTags::None) => PropagateTags::None,
        Some(ecs::PropagateTags::Service) => PropagateTags::Service,
        Some(ecs::PropagateTags::TaskDefinition) => PropagateTags::TaskDefinition,
    }
}

fn percent(name: &str, given: i32, range: RangeInclusive<i32>) -> Result<u32, ApiError> {
    if range.contains(&given) {
        return Ok(given as u32);
    }
    Err(errors::invalid_parameter_exception(format!(
        "{name} must be between {} and {}.",
        range.start(),
        range.end()
    )))
}

fn refuse_strategies(given: &ecs::DeploymentConfiguration) -> Result<(), ApiError> {
    match given.strategy {
        None | Some(ecs::DeploymentStrategy::Rolling) => {}
        Some(
            other @ (ecs::DeploymentStrategy::BlueGreen
            | ecs::DeploymentStrategy::Linear
            | ecs::DeploymentStrategy::Canary),
        ) => return Err(unsupported_value("deploymentConfiguration.strategy", other.as_str())),
    }
    let breaker = given.deployment_circuit_breaker.as_ref();
    let is_enabled = |enable: Option<bool>| enable.unwrap_or(false);
    let alarms = given.alarms.as_ref();
    let early = given.early_success_criteria.as_ref();
    refuse_given(
        &[
            (
                "deploymentConfiguration.deploymentCircuitBreaker",
                breaker.is_some_and(|breaker| is_enabled(breaker.enable)),
            ),
            (
                "deploymentConfiguration.alarms",
                alarms.is_some_and(|alarms| is_enabled(alarms.enable)),
            ),
            (
                "deploymentConfiguration.bakeTimeInMinutes",
                given.bake_time_in_minutes.is_some_and(|minutes| minutes != 0),
            ),
            ("deploymentConfiguration.lifecycleHooks", is_filled(given.lifecycle_hooks.as_ref())),
            ("deploymentConfiguration.linearConfiguration", given.linear_configuration.is_some()),
            ("deploymentConfiguration.canaryConfiguration", given.canary_configuration.is_some()),
            (
                "deploymentConfiguration.earlySuccessCriteria",
                early.is_some_and(|early| is_enabled(early.enable)),
            ),
        ],
        unsupported,
    )
}
