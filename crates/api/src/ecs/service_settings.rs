//! What `CreateService` and `UpdateService` take alike: what is refused by name, counts, the
//! network, and how tags are propagated.

use aws_api::ecs::{self, errors};
use model::{
    AwsvpcConfiguration, PropagateTags, Scope, ServiceLoadBalancer, Snapshot, TaskDefinition,
};
use wire::ApiError;

use super::{network_configuration, unsupported};
use crate::refuse::{Given, refuse_given};

/// LIMIT: AWS's quota of tasks of one service.
const DESIRED_COUNT_MAX: i32 = 5_000;

/// The fields of both requests that are honoured only where they say nothing.
#[derive(Debug)]
pub(super) struct Unhonoured<'a> {
    pub availability_zone_rebalancing: Option<ecs::AvailabilityZoneRebalancing>,
    pub service_connect: Option<&'a ecs::ServiceConnectConfiguration>,
    /// Further fields, and whether each asks for anything.
    pub others: &'a [Given<'a>],
}

/// Refuses by name what would be stored and ignored.
pub(super) fn refuse_unhonoured(given: &Unhonoured<'_>) -> Result<(), ApiError> {
    match given.availability_zone_rebalancing {
        None | Some(ecs::AvailabilityZoneRebalancing::Disabled) => {}
        Some(enabled @ ecs::AvailabilityZoneRebalancing::Enabled) => {
            return Err(unsupported_value("availabilityZoneRebalancing", enabled.as_str()));
        }
    }
    let is_connected =
        given.service_connect.is_some_and(|connect| connect.enabled.unwrap_or(false));
    refuse_given(&[("serviceConnectConfiguration", is_connected)], unsupported)?;
    refuse_given(given.others, unsupported)
}

/// A field whose other values are honoured.
pub(super) fn unsupported_value(field: &str, value: &str) -> ApiError {
    unsupported(format!("`{field}` {value} is not supported by Longshore yet"))
}

/// Whether a list was given that is not empty.
pub(super) fn is_filled<T>(list: Option<&Vec<T>>) -> bool {
    list.is_some_and(|list| !list.is_empty())
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
        (Some(seconds), true) => grace_secs(seconds).map(Some),
    }
}

pub(super) fn grace_secs(given: i32) -> Result<u32, ApiError> {
    u32::try_from(given).map_err(|_| {
        errors::invalid_parameter_exception("Health check grace period can not be negative")
    })
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
