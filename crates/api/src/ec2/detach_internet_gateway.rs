//! `DetachInternetGateway`: takes a VPC's way out.

use aws_api::ec2::{DetachInternetGatewayRequest, DetachInternetGatewayResponse};
use model::{InternetGateway, Scope, Snapshot};
use wire::ApiError;

use super::{describe, elastic_ip, internet_gateway, vpc};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DetachInternetGatewayRequest,
) -> Result<DetachInternetGatewayResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &DetachInternetGatewayRequest,
) -> Result<DetachInternetGatewayResponse, ApiError> {
    let (id, vpc_id) = (input.internet_gateway_id.as_str(), input.vpc_id.as_str());
    let snapshot = turn.snapshot;
    let gateways = &snapshot.internet_gateways;
    let known = describe::find(gateways, turn.scope(), (internet_gateway::ID, id))?;
    describe::find(&snapshot.vpcs, turn.scope(), (vpc::ID, vpc_id))?;
    if known.vpc_id.as_deref() != Some(vpc_id) {
        return Err(ApiError::client(
            "Gateway.NotAttached",
            format!("resource {id} is not attached to network {vpc_id}"),
        ));
    }
    if has_public_addresses(snapshot, turn.scope(), vpc_id) {
        return Err(ApiError::client(
            "DependencyViolation",
            format!(
                "Network {vpc_id} has some mapped public address(es). Please unmap those public \
                 address(es) before detaching the gateway."
            ),
        ));
    }
    let detached = InternetGateway { vpc_id: None, ..(*known.record).clone() };
    turn.plan.update(known, detached);
    Ok(DetachInternetGatewayResponse {})
}

fn has_public_addresses(snapshot: &Snapshot, scope: &Scope, vpc_id: &str) -> bool {
    snapshot.interfaces.list_under(scope, &format!("{vpc_id}/")).any(|interface| {
        interface.public_address.is_some()
            || elastic_ip::of_interface(snapshot, interface).is_some()
    })
}
