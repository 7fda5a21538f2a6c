//! `SetSubnets`: takes a load balancer out of some of its subnets and into others.

use std::collections::BTreeMap;

use aws_api::elbv2::{EnablePrefixForIpv6SourceNatEnum, SetSubnetsInput, SetSubnetsOutput, errors};
use model::LoadBalancer;
use wire::ApiError;

use super::{create_load_balancer, load_balancer, network};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: SetSubnetsInput,
) -> Result<SetSubnetsOutput, ApiError> {
    create_load_balancer::check_ip_address_type(input.ip_address_type)?;
    let prefix = input.enable_prefix_for_ipv6_source_nat;
    let is_on = prefix == Some(EnablePrefixForIpv6SourceNatEnum::On);
    refuse_given(&[("EnablePrefixForIpv6SourceNat", is_on)], super::unsupported)?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

/// In a subnet that stays, its address stays.
fn decide(turn: &mut Turn<'_>, input: &SetSubnetsInput) -> Result<SetSubnetsOutput, ApiError> {
    let known = load_balancer::find(turn.snapshot, turn.scope(), &input.load_balancer_arn)?;
    let wanted = (input.subnets.as_deref(), input.subnet_mappings.as_deref());
    let subnets = network::subnets(turn.snapshot, turn.scope(), wanted)?;
    if subnets.iter().any(|subnet| subnet.vpc_id != known.vpc_id) {
        return Err(errors::invalid_configuration_request_exception(format!(
            "All subnets must be in the load balancer's VPC '{}'",
            known.vpc_id
        )));
    }
    for interface in network::interfaces(turn.snapshot, known) {
        if subnets.iter().all(|subnet| subnet.id != interface.subnet_id) {
            turn.plan.delete(interface);
        }
    }
    let mut addresses = BTreeMap::new();
    for subnet in subnets {
        let address = match known.addresses.get(&subnet.id) {
            Some(address) => *address,
            None => network::take_address(turn, subnet, known)?,
        };
        addresses.insert(subnet.id.clone(), address);
    }
    let changed = LoadBalancer { addresses, ..(*known.record).clone() };
    let availability_zones = load_balancer::availability_zones(turn.snapshot, &changed);
    turn.plan.update(known, changed);
    Ok(SetSubnetsOutput {
        availability_zones: Some(availability_zones),
        ip_address_type: Some(aws_api::elbv2::IpAddressType::Ipv4),
        ..SetSubnetsOutput::default()
    })
}
