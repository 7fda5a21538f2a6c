//! `CreateLoadBalancer`: makes an application load balancer, which serves at once.

use std::collections::BTreeMap;

use aws_api::elbv2::{self, CreateLoadBalancerInput, CreateLoadBalancerOutput, errors};
use model::{Attributes, Entry, LoadBalancer, Subnet};
use wire::ApiError;

use super::{load_balancer, name, network, tags};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn, security_group_use};

/// LIMIT: COMPAT: application load balancers of a region.
pub(super) const PER_REGION_MAX: usize = 50;

/// LIMIT: load balancers of all accounts and regions, which one balancer serves.
const TOTAL_MAX: usize = 1_000;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateLoadBalancerInput,
) -> Result<CreateLoadBalancerOutput, ApiError> {
    check_supported(&input)?;
    name::check_load_balancer(&input.name)?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &CreateLoadBalancerInput,
) -> Result<CreateLoadBalancerOutput, ApiError> {
    let (snapshot, scope) = (turn.snapshot, turn.scope().clone());
    let wanted = (input.subnets.as_deref(), input.subnet_mappings.as_deref());
    let subnets = network::subnets(snapshot, &scope, wanted)?;
    let vpc_id = subnets[0].vpc_id.clone();
    let groups = input.security_groups.as_deref().unwrap_or_default();
    let mut wanted = LoadBalancer {
        scope: scope.clone(),
        name: input.name.clone(),
        id: turn.rng.hex(16),
        is_internal: input.scheme == Some(elbv2::LoadBalancerSchemeEnum::Internal),
        security_group_ids: network::security_groups(snapshot, &scope, (&vpc_id, groups))?,
        vpc_id,
        addresses: BTreeMap::new(),
        dns_name: String::new(),
        attributes: Attributes::new(),
        tags: tags::parse(input.tags.as_deref())?,
        created_at: turn.now(),
    };
    if let Some(known) = snapshot.load_balancers.get(&scope, &input.name) {
        let is_in = |subnet: &&Entry<Subnet>| known.addresses.contains_key(&subnet.id);
        let is_there = subnets.len() == known.addresses.len() && subnets.iter().all(is_in);
        if !is_there || !is_same(known, &wanted) {
            return Err(errors::duplicate_load_balancer_name_exception(format!(
                "A load balancer with the same name '{}' exists, but with different settings",
                input.name
            )));
        }
        return Ok(answer(snapshot, known));
    }
    check_count(turn)?;
    wanted.dns_name = dns_name(turn, &wanted);
    for subnet in subnets {
        let address = network::take_address(turn, subnet, &wanted)?;
        wanted.addresses.insert(subnet.id.clone(), address);
    }
    security_group_use::hold(turn, &wanted.security_group_ids);
    turn.plan.insert(wanted.clone());
    Ok(answer(snapshot, &wanted))
}

fn answer(snapshot: &model::Snapshot, balancer: &LoadBalancer) -> CreateLoadBalancerOutput {
    let shown = load_balancer::render(snapshot, balancer);
    CreateLoadBalancerOutput { load_balancers: Some(vec![shown]) }
}

/// Whether making `wanted` asks for nothing that `known` is not.
fn is_same(known: &LoadBalancer, wanted: &LoadBalancer) -> bool {
    known.is_internal == wanted.is_internal
        && known.security_group_ids == wanted.security_group_ids
        && (wanted.tags.is_empty() || known.tags == wanted.tags)
}

fn check_count(turn: &Turn<'_>) -> Result<(), ApiError> {
    let balancers = &turn.snapshot.load_balancers;
    if balancers.list(turn.scope()).count() >= PER_REGION_MAX || balancers.len() >= TOTAL_MAX {
        return Err(errors::too_many_load_balancers_exception(format!(
            "The maximum number of load balancers ('{PER_REGION_MAX}') has been reached"
        )));
    }
    Ok(())
}

/// `NAME-ID.REGION.elb.localhost`, which resolvers answer with a loopback address.
fn dns_name(turn: &mut Turn<'_>, balancer: &LoadBalancer) -> String {
    let prefix = if balancer.is_internal { name::INTERNAL_PREFIX } else { "" };
    let id = 1_000_000_000 + turn.rng.below(9_000_000_000);
    let name = balancer.name.to_ascii_lowercase();
    format!("{prefix}{name}-{id}.{}.elb.localhost", balancer.scope.region)
}

fn check_supported(input: &CreateLoadBalancerInput) -> Result<(), ApiError> {
    match input.r#type {
        None | Some(elbv2::LoadBalancerTypeEnum::Application) => {}
        Some(other) => {
            return Err(super::unsupported(format!(
                "`Type` {} is not supported by Longshore yet; say application",
                other.as_str()
            )));
        }
    }
    check_ip_address_type(input.ip_address_type)?;
    let prefix = input.enable_prefix_for_ipv6_source_nat;
    refuse_given(
        &[
            ("CustomerOwnedIpv4Pool", input.customer_owned_ipv4_pool.is_some()),
            (
                "EnablePrefixForIpv6SourceNat",
                prefix == Some(elbv2::EnablePrefixForIpv6SourceNatEnum::On),
            ),
            ("IpamPools", input.ipam_pools.is_some()),
        ],
        super::unsupported,
    )
}

/// Refuses any but IPv4.
pub(super) fn check_ip_address_type(given: Option<elbv2::IpAddressType>) -> Result<(), ApiError> {
    match given {
        None | Some(elbv2::IpAddressType::Ipv4) => Ok(()),
        Some(other) => Err(super::unsupported(format!(
            "`IpAddressType` {} is not supported by Longshore yet; say ipv4",
            other.as_str()
        ))),
    }
}
