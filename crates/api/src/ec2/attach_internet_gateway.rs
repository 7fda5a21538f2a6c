//! `AttachInternetGateway`: gives a VPC its way out.

use aws_api::ec2::{AttachInternetGatewayRequest, AttachInternetGatewayResponse};
use model::InternetGateway;
use wire::ApiError;

use super::{describe, internet_gateway, vpc};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AttachInternetGatewayRequest,
) -> Result<AttachInternetGatewayResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &AttachInternetGatewayRequest,
) -> Result<AttachInternetGatewayResponse, ApiError> {
    let (id, vpc_id) = (input.internet_gateway_id.as_str(), input.vpc_id.as_str());
    let snapshot = turn.snapshot;
    let gateways = &snapshot.internet_gateways;
    let known = describe::find(gateways, turn.scope(), (internet_gateway::ID, id))?;
    let vpc = describe::find(&snapshot.vpcs, turn.scope(), (vpc::ID, vpc_id))?;
    if let Some(attached) = &known.vpc_id {
        return Err(ApiError::client(
            "Resource.AlreadyAssociated",
            format!("resource {id} is already attached to network {attached}"),
        ));
    }
    if internet_gateway::of_vpc(snapshot, turn.scope(), vpc_id).is_ok() {
        let message = format!("Network {vpc_id} already has an internet gateway attached");
        return Err(super::invalid(message));
    }
    // Two gateways that are attached at once would each find the VPC without one.
    super::hold(&mut turn.plan, vpc);
    let attached = InternetGateway { vpc_id: Some(vpc_id.to_owned()), ..(*known.record).clone() };
    turn.plan.update(known, attached);
    Ok(AttachInternetGatewayResponse {})
}
