//! `CreateNetworkInterface`: takes an address of a subnet, for nothing to be attached to yet.

use aws_api::ec2::{CreateNetworkInterfaceRequest, CreateNetworkInterfaceResult, ResourceType};
use model::{Entry, InterfaceOwner, Subnet};
use wire::ApiError;

use super::new_interface::{self, NewInterface};
use super::{describe, network_interface, subnet, tags};
use crate::client_token::{Seen, TokenRequest};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateNetworkInterfaceRequest,
) -> Result<CreateNetworkInterfaceResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    check_supported(&input)?;
    let token =
        TokenRequest::new("CreateNetworkInterface", &input, |rest| rest.client_token.take());
    api.transact(caller, |turn| decide(turn, &input, &token)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &CreateNetworkInterfaceRequest,
    token: &TokenRequest,
) -> Result<CreateNetworkInterfaceResult, ApiError> {
    let snapshot = turn.snapshot;
    let answer = |interface| CreateNetworkInterfaceResult {
        network_interface: Some(interface),
        client_token: input.client_token.clone(),
    };
    match token.seen(turn) {
        Seen::Never => {}
        Seen::Done(ids) => {
            let id = ids.first().map(String::as_str).unwrap_or_default();
            let known = network_interface::find(snapshot, turn.scope(), id)?;
            return Ok(answer(network_interface::render(snapshot, known)));
        }
        Seen::Otherwise(_) => return Err(super::token_mismatch()),
    }
    let named = (subnet::ID, input.subnet_id.as_str());
    let subnet = describe::find(&snapshot.subnets, turn.scope(), named)?;
    let new = NewInterface {
        owner: InterfaceOwner::User,
        security_group_ids: groups(turn, input, subnet)?,
        description: input.description.clone().unwrap_or_default(),
        tags: tags::of_new(ResourceType::NetworkInterface, input.tag_specifications.as_deref())?,
    };
    let made = new_interface::insert(turn, (subnet, wanted_address(input)?), new)?;
    token.remember(turn, vec![made.id.clone()]);
    Ok(answer(network_interface::render(snapshot, &made)))
}

/// The groups that are named, or the VPC's default group, kept from being deleted meanwhile.
fn groups(
    turn: &mut Turn<'_>,
    input: &CreateNetworkInterfaceRequest,
    subnet: &Entry<Subnet>,
) -> Result<Vec<String>, ApiError> {
    let (snapshot, vpc_id) = (turn.snapshot, subnet.vpc_id.as_str());
    let named = input.groups.as_deref().unwrap_or_default();
    let mut groups = network_interface::named_groups(snapshot, turn.scope(), (vpc_id, named))?;
    if groups.is_empty() {
        groups.extend(network_interface::default_group(snapshot, turn.scope(), vpc_id));
    }
    for group in &groups {
        super::hold(&mut turn.plan, group);
    }
    Ok(groups.into_iter().map(|group| group.id.clone()).collect())
}

/// COMPAT: the one address that is primary, in either form.
fn wanted_address(input: &CreateNetworkInterfaceRequest) -> Result<Option<&str>, ApiError> {
    let listed = input.private_ip_addresses.as_deref().unwrap_or_default();
    let single = input.private_ip_address.as_deref();
    match (single, listed) {
        (single, []) => Ok(single),
        (None, [only]) if only.primary == Some(true) => Ok(only.private_ip_address.as_deref()),
        (_, _) => Err(super::unsupported(
            "`PrivateIpAddresses` other than one that is primary is not supported by Longshore yet"
                .to_owned(),
        )),
    }
}

fn check_supported(input: &CreateNetworkInterfaceRequest) -> Result<(), ApiError> {
    fn is_listed<T>(list: Option<&Vec<T>>) -> bool {
        list.is_some_and(|list| !list.is_empty())
    }
    let is_counted = |count: Option<i32>| count.is_some_and(|count| count != 0);
    refuse_given(
        &[
            ("Ipv4Prefixes", is_listed(input.ipv4_prefixes.as_ref())),
            ("Ipv4PrefixCount", is_counted(input.ipv4_prefix_count)),
            ("Ipv6Prefixes", is_listed(input.ipv6_prefixes.as_ref())),
            ("Ipv6PrefixCount", is_counted(input.ipv6_prefix_count)),
            ("Ipv6Addresses", is_listed(input.ipv6_addresses.as_ref())),
            ("Ipv6AddressCount", is_counted(input.ipv6_address_count)),
            (
                "SecondaryPrivateIpAddressCount",
                is_counted(input.secondary_private_ip_address_count),
            ),
            ("InterfaceType", input.interface_type.is_some()),
            ("EnablePrimaryIpv6", input.enable_primary_ipv6 == Some(true)),
            ("ConnectionTrackingSpecification", input.connection_tracking_specification.is_some()),
            ("Operator", input.operator.is_some()),
        ],
        super::unsupported,
    )
}
