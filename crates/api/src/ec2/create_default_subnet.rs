//! `CreateDefaultSubnet`: makes the default subnet of a zone in the default VPC again.

use aws_api::ec2::{CreateDefaultSubnetRequest, CreateDefaultSubnetResult};
use model::{Cidr, Snapshot, Subnet, Vpc};
use wire::ApiError;

use super::{describe, subnet, unsupported, zone};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateDefaultSubnetRequest,
) -> Result<CreateDefaultSubnetResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    refuse_given(&[("Ipv6Native", input.ipv6_native == Some(true))], unsupported)?;
    let named = (input.availability_zone.as_deref(), input.availability_zone_id.as_deref());
    let zone = zone::named(&caller.scope, named)?.ok_or_else(|| {
        ApiError::client(
            "MissingParameter",
            "Either availabilityZone or availabilityZoneId must be specified",
        )
    })?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &zone.name)).await
}

fn decide(turn: &mut Turn<'_>, zone: &str) -> Result<CreateDefaultSubnetResult, ApiError> {
    let (snapshot, scope) = (turn.snapshot, turn.scope().clone());
    let vpc = snapshot.vpcs.list(&scope).find(|vpc| vpc.is_default).ok_or_else(|| {
        ApiError::client(
            "DefaultVpcDoesNotExist",
            "No default VPC exists for this account in this region.",
        )
    })?;
    let is_there =
        |subnet: &&model::Entry<Subnet>| subnet.is_default && subnet.availability_zone == zone;
    if let Some(known) = subnet::of_vpc(snapshot, vpc).find(is_there) {
        return Err(ApiError::client(
            "DefaultSubnetAlreadyExistsInAvailabilityZone",
            format!("'{}' is already the default subnet in {zone}.", known.id),
        ));
    }
    let letter = zone.chars().last().unwrap_or_default();
    let mut made = planner::network::default_subnet(vpc, letter, &mut turn.rng);
    made.cidr = free_range(snapshot, vpc, made.cidr)?;
    let shown = subnet::render(snapshot, &made);
    turn.plan.read(vpc);
    subnet::insert(turn, made);
    Ok(CreateDefaultSubnetResult { subnet: Some(shown) })
}

/// The zone's own part of the VPC's range, or the first that no other subnet has any of.
fn free_range(snapshot: &Snapshot, vpc: &Vpc, own: Cidr) -> Result<Cidr, ApiError> {
    let is_free =
        |range: &Cidr| subnet::of_vpc(snapshot, vpc).all(|known| !known.cidr.overlaps(*range));
    let mut ranges = std::iter::once(own).chain(planner::network::default_subnet_ranges(vpc));
    ranges.find(is_free).ok_or_else(|| {
        ApiError::client(
            "InvalidSubnet.Conflict",
            format!("No range of the size of a default subnet is free in {}", vpc.id),
        )
    })
}
