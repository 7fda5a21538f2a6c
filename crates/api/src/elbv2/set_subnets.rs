//! `SetSubnets`: takes the subnets that a load balancer has, and no others yet.

use aws_api::elbv2::{EnablePrefixForIpv6SourceNatEnum, SetSubnetsInput, SetSubnetsOutput};
use wire::ApiError;

use super::{create_load_balancer, load_balancer, network};
use crate::refuse::refuse_given;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &SetSubnetsInput,
) -> Result<SetSubnetsOutput, ApiError> {
    create_load_balancer::check_ip_address_type(input.ip_address_type)?;
    let prefix = input.enable_prefix_for_ipv6_source_nat;
    let is_on = prefix == Some(EnablePrefixForIpv6SourceNatEnum::On);
    refuse_given(&[("EnablePrefixForIpv6SourceNat", is_on)], super::unsupported)?;
    let snapshot = api.snapshot();
    let known = load_balancer::find(&snapshot, &caller.scope, &input.load_balancer_arn)?;
    let wanted = (input.subnets.as_deref(), input.subnet_mappings.as_deref());
    let subnets = network::subnets(&snapshot, &caller.scope, wanted)?;
    let ids: Vec<&String> = subnets.iter().map(|subnet| &subnet.id).collect();
    if !ids.into_iter().eq(&known.subnet_ids) {
        return Err(super::unsupported(
            "other `Subnets` than those of the load balancer are not supported by Longshore yet; \
             make another load balancer"
                .to_owned(),
        ));
    }
    Ok(SetSubnetsOutput {
        availability_zones: Some(load_balancer::availability_zones(&snapshot, known)),
        ip_address_type: Some(aws_api::elbv2::IpAddressType::Ipv4),
        ..SetSubnetsOutput::default()
    })
}
