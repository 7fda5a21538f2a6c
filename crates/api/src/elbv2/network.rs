//! Where a load balancer is: its subnets, its security groups, and its interfaces.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use aws_api::elbv2::{self, errors};
use model::{
    Entry, Interface, InterfaceOwner, LoadBalancer, Scope, SecurityGroup, Snapshot, Subnet, Tags,
};
use wire::ApiError;

use crate::Turn;
use crate::address;
use crate::refuse::refuse_given;

/// LIMIT: security groups of one load balancer.
const SECURITY_GROUPS_MAX: usize = 5;

/// The name of the group that a VPC is made with.
const DEFAULT_GROUP: &str = "default";

/// The subnets that a caller names, in either form, each in a zone of its own.
pub(super) fn subnets<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    (ids, mappings): (Option<&[String]>, Option<&[elbv2::SubnetMapping]>),
) -> Result<Vec<&'a Entry<Subnet>>, ApiError> {
    let ids = subnet_ids(ids, mappings)?;
    let subnets: Vec<_> = ids
        .iter()
        .map(|id| {
            snapshot.subnets.get(scope, id).ok_or_else(|| {
                errors::subnet_not_found_exception(format!("The subnet ID '{id}' does not exist"))
            })
        })
        .collect::<Result<_, _>>()?;
    if subnets.iter().any(|subnet| subnet.vpc_id != subnets[0].vpc_id) {
        return Err(errors::invalid_configuration_request_exception(
            "All subnets must be in the same VPC",
        ));
    }
    let zones: BTreeSet<&str> = subnets.iter().map(|s| s.availability_zone.as_str()).collect();
    if zones.len() < subnets.len() {
        return Err(errors::invalid_configuration_request_exception(
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        ));
    }
    if zones.len() < 2 {
        return Err(super::invalid(
            "At least two subnets in two different Availability Zones must be specified",
        ));
    }
    Ok(subnets)
}

/// The groups that are named, or the VPC's default group where none is.
pub(super) fn security_groups(
    snapshot: &Snapshot,
    scope: &Scope,
    (vpc_id, ids): (&str, &[String]),
) -> Result<Vec<String>, ApiError> {
    if ids.is_empty() {
        let is_default =
            |group: &&SecurityGroup| group.vpc_id == vpc_id && group.name == DEFAULT_GROUP;
        let group = snapshot.security_groups.list(scope).map(|entry| &**entry).find(is_default);
        return Ok(group.map(|group| group.id.clone()).into_iter().collect());
    }
    let ids: Vec<String> = ids.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    if ids.len() > SECURITY_GROUPS_MAX {
        return Err(errors::invalid_configuration_request_exception(format!(
            "A load balancer cannot have more than '{SECURITY_GROUPS_MAX}' security groups"
        )));
    }
    for id in &ids {
        let group = snapshot.security_groups.get(scope, id).ok_or_else(|| {
            errors::invalid_security_group_exception(format!(
                "The security group ID '{id}' does not exist"
            ))
        })?;
        if group.vpc_id != vpc_id {
            return Err(errors::invalid_configuration_request_exception(
                "One or more security groups are invalid",
            ));
        }
    }
    Ok(ids)
}

/// The interfaces of a load balancer, one in each of its subnets.
pub(super) fn interfaces<'a>(
    snapshot: &'a Snapshot,
    balancer: &LoadBalancer,
) -> Vec<&'a Entry<Interface>> {
    let ids = balancer.interface_ids();
    ids.filter_map(|id| snapshot.interfaces.get(&balancer.scope, &id)).collect()
}

/// Takes a free address of a subnet and puts the interface that has it into the plan.
///
/// INVARIANT: no two load balancers have one address, though their regions' VPCs may have
/// one range: a balancer listens on all of them.
pub(super) fn take_address(
    turn: &mut Turn<'_>,
    subnet: &Entry<Subnet>,
    balancer: &LoadBalancer,
) -> Result<Ipv4Addr, ApiError> {
    let vpc_id = &subnet.vpc_id;
    let taken: BTreeSet<(String, Ipv4Addr)> =
        turn.snapshot.interfaces.all().map(|held| (vpc_id.clone(), held.address)).collect();
    let found = planner::network::free_address(turn.snapshot, subnet, &taken, &mut turn.rng);
    let address = found.map_err(|_| {
        errors::invalid_subnet_exception(format!(
            "Not enough IP space available in {}. A load balancer requires one free IP address in \
             each of its subnets.",
            subnet.id
        ))
    })?;
    address::keep_from_others(turn, vpc_id, address);
    // A deletion of the subnet that saw nobody use it is decided again.
    super::hold(turn, subnet);
    let interface = Interface {
        scope: turn.scope().clone(),
        vpc_id: vpc_id.clone(),
        address,
        id: format!("eni-{}", turn.rng.hex(17)),
        subnet_id: subnet.id.clone(),
        mac_address: planner::network::mac_address(&mut turn.rng),
        security_group_ids: balancer.security_group_ids.clone(),
        owner: InterfaceOwner::LoadBalancer { arn: balancer.arn() },
        public_address: None,
        description: String::new(),
        tags: Tags::new(),
        created_at: turn.now(),
    };
    turn.plan.insert(interface);
    Ok(address)
}

fn subnet_ids(
    ids: Option<&[String]>,
    mappings: Option<&[elbv2::SubnetMapping]>,
) -> Result<BTreeSet<String>, ApiError> {
    let ids = ids.unwrap_or_default();
    let mappings = mappings.unwrap_or_default();
    if !ids.is_empty() && !mappings.is_empty() {
        return Err(super::invalid(
            "You must specify either subnets or subnet mappings, but not both",
        ));
    }
    for mapping in mappings {
        refuse_given(
            &[
                ("AllocationId", mapping.allocation_id.is_some()),
                ("PrivateIPv4Address", mapping.private_i_pv4_address.is_some()),
                ("IPv6Address", mapping.i_pv6_address.is_some()),
                ("SourceNatIpv6Prefix", mapping.source_nat_ipv6_prefix.is_some()),
            ],
            super::unsupported,
        )?;
    }
    let mapped = mappings.iter().filter_map(|mapping| mapping.subnet_id.clone());
    Ok(ids.iter().cloned().chain(mapped).collect())
}
