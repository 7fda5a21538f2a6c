//! What a request says of a route: where to, and by what.

use aws_api::ec2::{CreateRouteRequest, ReplaceRouteRequest};
use model::{Cidr, RouteTable, RouteTarget};
use wire::ApiError;

use super::describe::{self, IdKind};
use super::{range, route_table, unsupported};
use crate::Turn;
use crate::refuse::{Given, refuse_given};

const GATEWAY_ID: IdKind = IdKind {
    prefix: "igw",
    malformed: "InvalidInternetGatewayId.Malformed",
    not_found: "InvalidGatewayID.NotFound",
    noun: "gateway ID",
};

const NAT_GATEWAY_ID: IdKind = IdKind {
    prefix: "nat",
    malformed: "NatGatewayMalformed",
    not_found: "InvalidNatGatewayID.NotFound",
    noun: "natGateway ID",
};

/// The members that `CreateRoute` and `ReplaceRoute` have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub route_table_id: &'a str,
    destination: Option<&'a str>,
    gateway_id: Option<&'a str>,
    nat_gateway_id: Option<&'a str>,
    /// Destinations and targets of other kinds.
    others: [Given<'a>; 12],
}

impl<'a> From<&'a CreateRouteRequest> for Wanted<'a> {
    fn from(input: &'a CreateRouteRequest) -> Wanted<'a> {
        Wanted {
            route_table_id: &input.route_table_id,
            destination: input.destination_cidr_block.as_deref(),
            gateway_id: input.gateway_id.as_deref(),
            nat_gateway_id: input.nat_gateway_id.as_deref(),
            others: [
                ("DestinationIpv6CidrBlock", input.destination_ipv6_cidr_block.is_some()),
                ("DestinationPrefixListId", input.destination_prefix_list_id.is_some()),
                ("VpcEndpointId", input.vpc_endpoint_id.is_some()),
                ("TransitGatewayId", input.transit_gateway_id.is_some()),
                ("LocalGatewayId", input.local_gateway_id.is_some()),
                ("CarrierGatewayId", input.carrier_gateway_id.is_some()),
                ("CoreNetworkArn", input.core_network_arn.is_some()),
                ("OdbNetworkArn", input.odb_network_arn.is_some()),
                ("EgressOnlyInternetGatewayId", input.egress_only_internet_gateway_id.is_some()),
                ("InstanceId", input.instance_id.is_some()),
                ("NetworkInterfaceId", input.network_interface_id.is_some()),
                ("VpcPeeringConnectionId", input.vpc_peering_connection_id.is_some()),
            ],
        }
    }
}

impl<'a> From<&'a ReplaceRouteRequest> for Wanted<'a> {
    fn from(input: &'a ReplaceRouteRequest) -> Wanted<'a> {
        Wanted {
            route_table_id: &input.route_table_id,
            destination: input.destination_cidr_block.as_deref(),
            gateway_id: input.gateway_id.as_deref(),
            nat_gateway_id: input.nat_gateway_id.as_deref(),
            others: [
                ("DestinationIpv6CidrBlock", input.destination_ipv6_cidr_block.is_some()),
                ("DestinationPrefixListId", input.destination_prefix_list_id.is_some()),
                ("VpcEndpointId", input.vpc_endpoint_id.is_some()),
                ("TransitGatewayId", input.transit_gateway_id.is_some()),
                ("LocalGatewayId", input.local_gateway_id.is_some()),
                ("CarrierGatewayId", input.carrier_gateway_id.is_some()),
                ("CoreNetworkArn", input.core_network_arn.is_some()),
                ("OdbNetworkArn", input.odb_network_arn.is_some()),
                ("EgressOnlyInternetGatewayId", input.egress_only_internet_gateway_id.is_some()),
                ("InstanceId", input.instance_id.is_some()),
                ("NetworkInterfaceId", input.network_interface_id.is_some()),
                ("VpcPeeringConnectionId", input.vpc_peering_connection_id.is_some()),
            ],
        }
    }
}

impl Wanted<'_> {
    /// Refuses destinations and targets of kinds that there are none of.
    pub(super) fn check_supported(&self) -> Result<(), ApiError> {
        refuse_given(&self.others, unsupported)
    }

    pub(super) fn destination(&self) -> Result<Cidr, ApiError> {
        destination(self.destination)
    }

    pub(super) fn has_target(&self) -> bool {
        self.gateway_id.is_some() || self.nat_gateway_id.is_some()
    }

    /// The target of a route of this table, which the turn's plan then needs to stay as it is.
    pub(super) fn target(
        &self,
        turn: &mut Turn<'_>,
        table: &RouteTable,
    ) -> Result<RouteTarget, ApiError> {
        match (self.gateway_id, self.nat_gateway_id) {
            (Some(id), None) => internet_gateway(turn, table, id),
            (None, Some(id)) => nat_gateway(turn, table, id),
            (None, None) => Err(ApiError::client(
                "MissingParameter",
                "The request must contain exactly one of gatewayId and natGatewayId",
            )),
            (Some(_), Some(_)) => Err(ApiError::client(
                "InvalidParameterCombination",
                "The request must contain exactly one of gatewayId and natGatewayId",
            )),
        }
    }
}

/// The destination that a request names.
pub(super) fn destination(given: Option<&str>) -> Result<Cidr, ApiError> {
    let text = given.ok_or_else(|| {
        ApiError::client(
            "MissingParameter",
            "The request must contain the parameter destinationCidrBlock",
        )
    })?;
    range::ipv4("destinationCidrBlock", text)
}

/// COMPAT: a route into the VPC's own range cannot lead out of the VPC ("Route priority", Amazon
/// VPC User Guide). AWS takes one to a NAT gateway, which is not honoured here.
pub(super) fn check_destination(
    turn: &Turn<'_>,
    table: &RouteTable,
    destination: Cidr,
) -> Result<(), ApiError> {
    let local = route_table::local_range(turn.snapshot, table);
    if local.is_some_and(|local| range::is_within(destination, local)) {
        return Err(super::invalid(format!(
            "The destination CIDR block {destination} is equal to or more specific than one of \
             this VPC's CIDR blocks. This route can target only an interface or an instance."
        )));
    }
    Ok(())
}

fn internet_gateway(
    turn: &mut Turn<'_>,
    table: &RouteTable,
    id: &str,
) -> Result<RouteTarget, ApiError> {
    if id.starts_with("vgw-") || id == "local" {
        return Err(unsupported(format!("`GatewayId` {id} is not supported by Longshore yet")));
    }
    let gateways = &turn.snapshot.internet_gateways;
    let known = describe::find(gateways, turn.scope(), (GATEWAY_ID, id))?;
    if known.vpc_id.as_ref() != Some(&table.vpc_id) {
        return Err(route_table::other_network(table, &format!("network gateway {id}")));
    }
    turn.plan.read(known);
    Ok(RouteTarget::InternetGateway(id.to_owned()))
}

fn nat_gateway(turn: &mut Turn<'_>, table: &RouteTable, id: &str) -> Result<RouteTarget, ApiError> {
    let gateways = &turn.snapshot.nat_gateways;
    let known = describe::find(gateways, turn.scope(), (NAT_GATEWAY_ID, id))?;
    if known.deleted_at.is_some() {
        return Err(describe::not_found(NAT_GATEWAY_ID, id));
    }
    if known.vpc_id != table.vpc_id {
        return Err(route_table::other_network(table, &format!("NAT gateway {id}")));
    }
    turn.plan.read(known);
    Ok(RouteTarget::NatGateway(id.to_owned()))
}
