//! Listeners as the API shows them, and how callers name them.

use aws_api::elbv2::{self, errors};
use model::{Arn, Entry, Listener, LoadBalancer, Scope, Snapshot};
use wire::ApiError;

use super::action;

/// The listener that an ARN names.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<&'a Entry<Listener>, ApiError> {
    get(snapshot, scope, arn)?
        .ok_or_else(|| errors::listener_not_found_exception(format!("Listener '{arn}' not found")))
}

/// As [`find`], or `None` where there is none.
pub(super) fn get<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<Option<&'a Entry<Listener>>, ApiError> {
    let is_one = Arn::parse(arn).is_some_and(|parsed| parsed.resource_id("listener").is_some());
    if !is_one {
        return Err(super::invalid(format!("'{arn}' is not a valid listener ARN")));
    }
    Ok(snapshot.listeners.get(scope, arn))
}

/// The listeners of a load balancer, in the order of their ARNs.
pub(super) fn of_load_balancer<'a>(
    snapshot: &'a Snapshot,
    balancer: &'a LoadBalancer,
) -> impl Iterator<Item = &'a Entry<Listener>> {
    let (name, id) = (&balancer.name, &balancer.id);
    let prefix =
        balancer.scope.arn("elasticloadbalancing", format_args!("listener/app/{name}/{id}/"));
    snapshot.listeners.list_under(&balancer.scope, &prefix)
}

/// The load balancer that a listener is of.
pub(super) fn load_balancer<'a>(
    snapshot: &'a Snapshot,
    listener: &Listener,
) -> Result<&'a Entry<LoadBalancer>, ApiError> {
    super::load_balancer::find(snapshot, &listener.scope, &listener.load_balancer_arn())
}

pub(super) fn render(listener: &Listener) -> elbv2::Listener {
    elbv2::Listener {
        listener_arn: Some(listener.arn()),
        load_balancer_arn: Some(listener.load_balancer_arn()),
        port: Some(listener.port.into()),
        protocol: Some(elbv2::ProtocolEnum::Http),
        default_actions: Some(action::render(&listener.default_actions)),
        ..elbv2::Listener::default()
    }
}

/// Refuses a port that another listener of the load balancer has.
pub(super) fn check_port(
    snapshot: &Snapshot,
    balancer: &LoadBalancer,
    (port, own_arn): (u16, Option<&str>),
) -> Result<(), ApiError> {
    let is_taken = of_load_balancer(snapshot, balancer)
        .any(|other| other.port == port && own_arn != Some(other.arn().as_str()));
    if is_taken {
        return Err(errors::duplicate_listener_exception(format!(
            "A listener already exists on this port for this load balancer '{}'",
            balancer.arn()
        )));
    }
    Ok(())
}

/// Refuses any protocol but HTTP.
pub(super) fn check_protocol(given: Option<elbv2::ProtocolEnum>) -> Result<(), ApiError> {
    match given {
        None | Some(elbv2::ProtocolEnum::Http) => Ok(()),
        Some(other) => Err(errors::unsupported_protocol_exception(format!(
            "`Protocol` {} is not supported by Longshore yet; say HTTP",
            other.as_str()
        ))),
    }
}
