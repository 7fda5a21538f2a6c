//! `CreateSubnet`: makes a subnet of a VPC in one zone.

use aws_api::ec2::{CreateSubnetRequest, CreateSubnetResult, ResourceType};
use model::{Cidr, Snapshot, Subnet, Tags, Vpc};
use wire::ApiError;

use super::zone::Zone;
use super::{describe, range, subnet, tags, unsupported, vpc, zone};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn, default_network};

/// COMPAT: the sizes that a subnet may have ("Subnet CIDR blocks", Amazon VPC User Guide).
const PREFIXES: std::ops::RangeInclusive<u8> = 16..=28;

/// LIMIT: COMPAT: subnets of a VPC ("Amazon VPC quotas").
const PER_VPC_MAX: usize = 200;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateSubnetRequest,
) -> Result<CreateSubnetResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    check_supported(&input)?;
    let named = (input.availability_zone.as_deref(), input.availability_zone_id.as_deref());
    let wanted = Wanted {
        vpc_id: &input.vpc_id,
        cidr: cidr(&input)?,
        zone: zone::named(&caller.scope, named)?,
        tags: tags::of_new(ResourceType::Subnet, input.tag_specifications.as_deref())?,
    };
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &wanted)).await
}

struct Wanted<'a> {
    vpc_id: &'a str,
    cidr: Cidr,
    zone: Option<Zone>,
    tags: Tags,
}

fn decide(turn: &mut Turn<'_>, wanted: &Wanted<'_>) -> Result<CreateSubnetResult, ApiError> {
    let (snapshot, scope) = (turn.snapshot, turn.scope().clone());
    let vpc = vpc::find(turn, wanted.vpc_id)?;
    check_free(snapshot, vpc, wanted.cidr)?;
    let zone = wanted.zone.as_ref().map(|zone| zone.name.clone());
    let made = Subnet {
        id: format!("subnet-{}", turn.rng.hex(17)),
        vpc_id: vpc.id.clone(),
        cidr: wanted.cidr,
        availability_zone: zone.unwrap_or_else(|| emptiest_zone(snapshot, vpc)),
        is_default: false,
        maps_public_ip_on_launch: false,
        tags: wanted.tags.clone(),
        scope,
    };
    let shown = subnet::render(snapshot, &made);
    turn.plan.read(vpc);
    subnet::insert(turn, made);
    Ok(CreateSubnetResult { subnet: Some(shown) })
}

fn check_free(snapshot: &Snapshot, vpc: &Vpc, cidr: Cidr) -> Result<(), ApiError> {
    if !range::is_within(cidr, vpc.cidr) {
        return Err(invalid_range(cidr));
    }
    if subnet::of_vpc(snapshot, vpc).any(|known| known.cidr.overlaps(cidr)) {
        return Err(ApiError::client(
            "InvalidSubnet.Conflict",
            format!("The CIDR '{cidr}' conflicts with another subnet"),
        ));
    }
    if subnet::of_vpc(snapshot, vpc).count() >= PER_VPC_MAX {
        return Err(ApiError::client(
            "SubnetLimitExceeded",
            "The maximum number of subnets has been reached.",
        ));
    }
    Ok(())
}

/// COMPAT: who names no zone gets one that AWS selects; here it is the one with the fewest of
/// the VPC's subnets, and of those the first.
fn emptiest_zone(snapshot: &Snapshot, vpc: &Vpc) -> String {
    let zones = zone::list(&vpc.scope).into_iter().map(|zone| zone.name);
    let count = |zone: &String| {
        subnet::of_vpc(snapshot, vpc).filter(|known| known.availability_zone == *zone).count()
    };
    zones.min_by_key(count).expect("a region has zones")
}

fn cidr(input: &CreateSubnetRequest) -> Result<Cidr, ApiError> {
    let text = input.cidr_block.as_deref().ok_or_else(|| {
        ApiError::client(
            "MissingParameter",
            "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.",
        )
    })?;
    let cidr = range::ipv4("cidrBlock", text)?;
    if !PREFIXES.contains(&cidr.prefix()) {
        return Err(invalid_range(cidr));
    }
    Ok(cidr)
}

fn invalid_range(cidr: Cidr) -> ApiError {
    ApiError::client("InvalidSubnet.Range", format!("The CIDR '{cidr}' is invalid."))
}

fn check_supported(input: &CreateSubnetRequest) -> Result<(), ApiError> {
    refuse_given(
        &[
            ("Ipv6CidrBlock", input.ipv6_cidr_block.is_some()),
            ("Ipv6Native", input.ipv6_native == Some(true)),
            ("OutpostArn", input.outpost_arn.is_some()),
            ("Ipv4IpamPoolId", input.ipv4_ipam_pool_id.is_some()),
            ("Ipv4NetmaskLength", input.ipv4_netmask_length.is_some()),
            ("Ipv6IpamPoolId", input.ipv6_ipam_pool_id.is_some()),
            ("Ipv6NetmaskLength", input.ipv6_netmask_length.is_some()),
        ],
        unsupported,
    )
}
