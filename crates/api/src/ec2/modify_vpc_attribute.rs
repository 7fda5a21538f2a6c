//! `ModifyVpcAttribute`: switches one of a VPC's attributes.

use aws_api::ec2::{AttributeBooleanValue, ModifyVpcAttributeRequest, ModifyVpcAttributeResponse};
use model::{Vpc, VpcAttributes};
use wire::ApiError;

use super::{attribute, unsupported, vpc};
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifyVpcAttributeRequest,
) -> Result<ModifyVpcAttributeResponse, ApiError> {
    let wanted = Wanted::of(&input)?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input.vpc_id, wanted)).await
}

/// The attribute that a request is about.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    DnsSupport(bool),
    DnsHostnames(bool),
    AddressUsageMetrics(bool),
}

impl Wanted {
    fn of(input: &ModifyVpcAttributeRequest) -> Result<Wanted, ApiError> {
        type Member<'a> = (&'static str, Option<&'a AttributeBooleanValue>, fn(bool) -> Wanted);
        let members: [Member<'_>; 3] = [
            ("enableDnsHostnames", input.enable_dns_hostnames.as_ref(), Wanted::DnsHostnames),
            ("enableDnsSupport", input.enable_dns_support.as_ref(), Wanted::DnsSupport),
            (
                "enableNetworkAddressUsageMetrics",
                input.enable_network_address_usage_metrics.as_ref(),
                Wanted::AddressUsageMetrics,
            ),
        ];
        let index = attribute::only_one(&members.map(|(name, value, _)| (name, value.is_some())))?;
        let (name, value, wanted) = members[index];
        attribute::value(name, value).map(wanted)
    }
}

fn decide(
    turn: &mut Turn<'_>,
    id: &str,
    wanted: Wanted,
) -> Result<ModifyVpcAttributeResponse, ApiError> {
    let known = vpc::find(turn, id)?;
    let attributes = changed(known, wanted)?;
    if attributes != known.attributes {
        turn.plan.update(known, Vpc { attributes, ..(*known.record).clone() });
    }
    Ok(ModifyVpcAttributeResponse {})
}

/// COMPAT: "You can only enable DNS hostnames if you've enabled DNS support"
/// (`ModifyVpcAttribute`). The other way round, support may go while hostnames stay switched on.
fn changed(vpc: &Vpc, wanted: Wanted) -> Result<VpcAttributes, ApiError> {
    let known = vpc.attributes;
    match wanted {
        Wanted::DnsSupport(is_dns_supported) => Ok(VpcAttributes { is_dns_supported, ..known }),
        Wanted::DnsHostnames(true) if !known.is_dns_supported => Err(ApiError::client(
            "InvalidParameterCombination",
            format!("DNS hostnames cannot be enabled in {}: DNS support is disabled", vpc.id),
        )),
        Wanted::DnsHostnames(has_dns_hostnames) => Ok(VpcAttributes { has_dns_hostnames, ..known }),
        // Nothing here measures the usage of addresses.
        Wanted::AddressUsageMetrics(true) => Err(unsupported(
            "`EnableNetworkAddressUsageMetrics` is not supported by Longshore".to_owned(),
        )),
        Wanted::AddressUsageMetrics(false) => Ok(known),
    }
}
