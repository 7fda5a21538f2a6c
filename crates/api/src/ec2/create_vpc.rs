//! `CreateVpc`: makes a VPC with its route table, its network ACL and its security group.

use std::net::Ipv4Addr;

use aws_api::ec2::{CreateVpcRequest, CreateVpcResult, ResourceType, Tenancy};
use model::{Cidr, Snapshot, Tags};
use wire::ApiError;

use super::{describe, range, tags, unsupported, vpc};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn, default_network};

/// COMPAT: the sizes that a VPC may have ("VPC CIDR blocks", Amazon VPC User Guide).
const PREFIXES: std::ops::RangeInclusive<u8> = 16..=28;

/// What no network can have: "this" network, loopback, link-local, multicast and reserved.
const NEVER: [(Ipv4Addr, u8); 5] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateVpcRequest,
) -> Result<CreateVpcResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    check_supported(&input)?;
    let cidr = cidr(&input)?;
    let tags = tags::of_new(ResourceType::Vpc, input.tag_specifications.as_deref())?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, cidr, &tags)).await
}

fn decide(turn: &mut Turn<'_>, cidr: Cidr, tags: &Tags) -> Result<CreateVpcResult, ApiError> {
    vpc::check_count(turn)?;
    check_reachable(turn.snapshot, cidr)?;
    let scope = turn.scope().clone();
    let mut made = planner::network::new_vpc(&scope, cidr, &mut turn.rng);
    made.vpc.tags.clone_from(tags);
    let shown = vpc::render(&made.vpc);
    made.insert_into(&mut turn.plan);
    Ok(CreateVpcResult { vpc: Some(shown) })
}

fn cidr(input: &CreateVpcRequest) -> Result<Cidr, ApiError> {
    let text = input.cidr_block.as_deref().ok_or_else(|| {
        ApiError::client(
            "MissingParameter",
            "Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.",
        )
    })?;
    let cidr = range::ipv4("cidrBlock", text)?;
    if !PREFIXES.contains(&cidr.prefix()) {
        return Err(invalid_range(format!("The CIDR '{cidr}' is invalid.")));
    }
    Ok(cidr)
}

/// Refuses what a host of the cluster has, or would, reach by other ways.
fn check_reachable(snapshot: &Snapshot, cidr: Cidr) -> Result<(), ApiError> {
    let never = NEVER.iter().filter_map(|(base, prefix)| Cidr::new(*base, *prefix));
    if let Some(never) = never.into_iter().find(|never| never.overlaps(cidr)) {
        return Err(invalid_range(format!(
            "The CIDR '{cidr}' is invalid. It overlaps with {never}, which no VPC can have."
        )));
    }
    let nodes = snapshot.nodes.all().filter(|node| node.is_connected);
    let mut ranges = nodes.flat_map(|node| node.host_ranges.iter().map(|range| (&node.id, range)));
    match ranges.find(|(_, range)| range.overlaps(cidr)) {
        None => Ok(()),
        Some((node, range)) => Err(invalid_range(format!(
            "The CIDR '{cidr}' is invalid. It overlaps with {range}, which the host of node \
             {node} reaches by other ways."
        ))),
    }
}

fn invalid_range(message: String) -> ApiError {
    ApiError::client("InvalidVpc.Range", message)
}

fn check_supported(input: &CreateVpcRequest) -> Result<(), ApiError> {
    let tenancy = input.instance_tenancy;
    refuse_given(
        &[
            ("InstanceTenancy", tenancy.is_some_and(|tenancy| tenancy != Tenancy::Default)),
            ("AmazonProvidedIpv6CidrBlock", input.amazon_provided_ipv6_cidr_block == Some(true)),
            ("Ipv6Pool", input.ipv6_pool.is_some()),
            ("Ipv6CidrBlock", input.ipv6_cidr_block.is_some()),
            ("Ipv4IpamPoolId", input.ipv4_ipam_pool_id.is_some()),
            ("Ipv4NetmaskLength", input.ipv4_netmask_length.is_some()),
            ("Ipv6IpamPoolId", input.ipv6_ipam_pool_id.is_some()),
            ("Ipv6NetmaskLength", input.ipv6_netmask_length.is_some()),
            (
                "Ipv6CidrBlockNetworkBorderGroup",
                input.ipv6_cidr_block_network_border_group.is_some(),
            ),
            ("VpcEncryptionControl", input.vpc_encryption_control.is_some()),
        ],
        unsupported,
    )
}
