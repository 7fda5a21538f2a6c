//! `Targets`: how callers name them, and how healthy they are.

use std::net::Ipv4Addr;

use aws_api::elbv2::{TargetDescription, errors};
use model::{Target, TargetGroup, TargetHealth, TargetHealthState};
use wire::ApiError;

use super::target_group::Usage;

/// The address and port that a caller means.
pub(super) fn address(
    group: &TargetGroup,
    given: &TargetDescription,
) -> Result<(Ipv4Addr, u16), ApiError> {
    let id = given.id.as_deref().unwrap_or_default();
    let address = id.parse().map_err(|_| {
        errors::invalid_target_exception(format!(
            "The target ID '{id}' is not valid: it must be an IPv4 address, since the target \
             type of the target group is 'ip'"
        ))
    })?;
    let port = given.port.map_or(Ok(group.port), super::port)?;
    Ok((address, port))
}

/// The health of a target as of now: its group may have come into use, or gone out of it,
/// since the balancer spoke.
pub(super) fn health(usage: &Usage, target: &Target) -> TargetHealth {
    let is_used = usage.contains_key(&target.target_group_arn);
    let is_unused = target.health.state == TargetHealthState::Unused;
    match (target.draining_since, is_used, is_unused) {
        (None, false, _) => unused(),
        (None, true, true) => TargetHealth::registering(),
        (None, true, false) | (Some(_), _, _) => target.health.clone(),
    }
}

/// What a target of a group is that no load balancer forwards to.
pub(super) fn unused() -> TargetHealth {
    TargetHealth {
        state: TargetHealthState::Unused,
        reason: Some("Target.NotInUse".to_owned()),
        description: Some(
            "Target group is not configured to receive traffic from the load balancer".to_owned(),
        ),
    }
}
