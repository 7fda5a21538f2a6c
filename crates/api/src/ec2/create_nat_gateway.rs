//! `CreateNatGateway`: a way out for subnets that nobody outside reaches.

use aws_api::ec2::{
    AvailabilityMode, ConnectivityType, CreateNatGatewayRequest, CreateNatGatewayResult,
    ResourceType,
};
use model::{
    ElasticIp, ElasticIpAssociation, Entry, Interface, InterfaceOwner, NatConnectivity, NatGateway,
    Snapshot, Subnet, Tags,
};
use wire::ApiError;

use super::new_interface::{self, NewInterface};
use super::{associate_address, describe, elastic_ip, internet_gateway, nat_gateway, subnet, tags};
use crate::client_token::{Seen, TokenRequest};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

/// LIMIT: COMPAT: NAT gateways of an availability zone ("Amazon VPC quotas"); deleted ones do not
/// count.
const PER_ZONE_MAX: usize = 5;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateNatGatewayRequest,
) -> Result<CreateNatGatewayResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    check_supported(&input)?;
    let token = TokenRequest::new("CreateNatGateway", &input, |rest| rest.client_token.take());
    api.transact(caller, |turn| decide(turn, &input, &token)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &CreateNatGatewayRequest,
    token: &TokenRequest,
) -> Result<CreateNatGatewayResult, ApiError> {
    let answer = |snapshot: &Snapshot, gateway: &NatGateway| CreateNatGatewayResult {
        client_token: input.client_token.clone(),
        nat_gateway: Some(nat_gateway::render(snapshot, gateway)),
    };
    let snapshot = turn.snapshot;
    match token.seen(turn) {
        Seen::Never => {}
        Seen::Done(ids) => {
            let named = (nat_gateway::ID, ids.first().map(String::as_str).unwrap_or_default());
            let known = describe::find(&snapshot.nat_gateways, turn.scope(), named)?;
            return Ok(answer(snapshot, known));
        }
        Seen::Otherwise(_) => return Err(super::token_mismatch()),
    }
    let subnet_id = input.subnet_id.as_deref().ok_or_else(|| super::missing("SubnetId"))?;
    let subnet = describe::find(&snapshot.subnets, turn.scope(), (subnet::ID, subnet_id))?;
    check_count(turn, subnet)?;
    let address = public_address(turn, input, subnet)?;
    let gateway = insert(turn, input, (subnet, address))?;
    token.remember(turn, vec![gateway.id.clone()]);
    // With what the plan writes, so that the address is shown as the gateway's.
    let mut after = snapshot.clone();
    after.apply(snapshot.revision + 1, &turn.plan.changes);
    Ok(answer(&after, &gateway))
}

fn insert(
    turn: &mut Turn<'_>,
    input: &CreateNatGatewayRequest,
    (subnet, address): (&Entry<Subnet>, Option<&Entry<ElasticIp>>),
) -> Result<NatGateway, ApiError> {
    let id = format!("nat-{}", turn.rng.hex(17));
    let new = NewInterface {
        owner: InterfaceOwner::NatGateway { id: id.clone() },
        security_group_ids: Vec::new(),
        description: String::new(),
        tags: Tags::new(),
    };
    let wanted = input.private_ip_address.as_deref();
    let interface = new_interface::insert(turn, (subnet, wanted), new)?;
    if let Some(address) = address {
        associate(turn, address, &interface)?;
    }
    let gateway = NatGateway {
        scope: turn.scope().clone(),
        id,
        vpc_id: subnet.vpc_id.clone(),
        subnet_id: subnet.id.clone(),
        interface_id: interface.id,
        private_address: interface.address,
        connectivity: match address {
            Some(address) => {
                NatConnectivity::Public { allocation_id: address.allocation_id.clone() }
            }
            None => NatConnectivity::Private,
        },
        created_at: turn.now(),
        deleted_at: None,
        tags: tags::of_new(ResourceType::Natgateway, input.tag_specifications.as_deref())?,
    };
    turn.plan.insert(gateway.clone());
    Ok(gateway)
}

/// The address of a public gateway; `None` for a private one.
fn public_address<'a>(
    turn: &Turn<'a>,
    input: &CreateNatGatewayRequest,
    subnet: &Subnet,
) -> Result<Option<&'a Entry<ElasticIp>>, ApiError> {
    let given = input.allocation_id.as_deref();
    match input.connectivity_type {
        Some(ConnectivityType::Private) if given.is_some() => Err(ApiError::client(
            "InvalidParameterCombination",
            "AllocationId cannot be specified for a private NAT gateway",
        )),
        Some(ConnectivityType::Private) => Ok(None),
        Some(ConnectivityType::Public) | None => {
            let id = given.ok_or_else(|| super::missing("AllocationId"))?;
            let named = (elastic_ip::ID, id);
            let address = describe::find(&turn.snapshot.elastic_ips, turn.scope(), named)?;
            if let Some(current) = &address.association {
                return Err(associate_address::already_associated(address, current));
            }
            internet_gateway::of_vpc(turn.snapshot, turn.scope(), &subnet.vpc_id)?;
            Ok(Some(address))
        }
    }
}

fn associate(
    turn: &mut Turn<'_>,
    address: &Entry<ElasticIp>,
    interface: &Interface,
) -> Result<(), ApiError> {
    let gateway = internet_gateway::of_vpc(turn.snapshot, turn.scope(), &interface.vpc_id)?;
    // It may not be detached meanwhile.
    super::hold(&mut turn.plan, gateway);
    let association = ElasticIpAssociation {
        id: format!("eipassoc-{}", turn.rng.hex(17)),
        interface_id: interface.id.clone(),
        private_address: interface.address,
    };
    let associated = ElasticIp { association: Some(association), ..(*address.record).clone() };
    turn.plan.update(address, associated);
    Ok(())
}

fn check_count(turn: &Turn<'_>, subnet: &Subnet) -> Result<(), ApiError> {
    let is_in_zone = |gateway: &&Entry<NatGateway>| {
        let other = turn.snapshot.subnets.get(turn.scope(), &gateway.subnet_id);
        gateway.deleted_at.is_none()
            && other.is_some_and(|other| other.availability_zone == subnet.availability_zone)
    };
    if turn.snapshot.nat_gateways.list(turn.scope()).filter(is_in_zone).count() < PER_ZONE_MAX {
        return Ok(());
    }
    Err(ApiError::client(
        "NatGatewayLimitExceeded",
        format!("The maximum number of NAT gateways ({PER_ZONE_MAX}) has been reached."),
    ))
}

fn check_supported(input: &CreateNatGatewayRequest) -> Result<(), ApiError> {
    let is_listed = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|it| !it.is_empty());
    let is_regional = input.availability_mode == Some(AvailabilityMode::Regional);
    let is_counted = input.secondary_private_ip_address_count.is_some_and(|count| count != 0);
    let has_zones = input.availability_zone_addresses.as_ref().is_some_and(|it| !it.is_empty());
    refuse_given(
        &[
            ("AvailabilityMode regional", is_regional),
            ("VpcId", input.vpc_id.is_some()),
            ("AvailabilityZoneAddresses", has_zones),
            ("SecondaryAllocationIds", is_listed(&input.secondary_allocation_ids)),
            ("SecondaryPrivateIpAddresses", is_listed(&input.secondary_private_ip_addresses)),
            ("SecondaryPrivateIpAddressCount", is_counted),
        ],
        super::unsupported,
    )
}
