//! `AllocateAddress`: takes an address of the host's public range for the account.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use aws_api::ec2::{AllocateAddressRequest, AllocateAddressResult, DomainType, ResourceType};
use model::{ElasticIp, PublicAddress, PublicAddressHolder, PublicRange};
use wire::ApiError;

use super::{describe, elastic_ip, tags};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

/// LIMIT: COMPAT: Elastic IP addresses of a region ("Elastic IP address quota").
const PER_REGION_MAX: usize = 5;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AllocateAddressRequest,
) -> Result<AllocateAddressResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    check_supported(caller, &input)?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &AllocateAddressRequest,
) -> Result<AllocateAddressResult, ApiError> {
    let scope = turn.scope().clone();
    if turn.snapshot.elastic_ips.list(&scope).count() >= PER_REGION_MAX {
        return Err(ApiError::client(
            "AddressLimitExceeded",
            "The maximum number of addresses has been reached.",
        ));
    }
    let taken = ElasticIp {
        scope: scope.clone(),
        allocation_id: format!("eipalloc-{}", turn.rng.hex(17)),
        address: match input.address.as_deref() {
            Some(wanted) => specific(turn, wanted)?,
            None => any(turn)?,
        },
        association: None,
        tags: tags::of_new(ResourceType::ElasticIp, input.tag_specifications.as_deref())?,
    };
    let allocation_id = taken.allocation_id.clone();
    turn.plan.insert(PublicAddress {
        address: taken.address,
        holder: PublicAddressHolder::ElasticIp { scope, allocation_id },
    });
    let answer = AllocateAddressResult {
        allocation_id: Some(taken.allocation_id.clone()),
        public_ipv4_pool: Some(elastic_ip::POOL.to_owned()),
        network_border_group: Some(taken.scope.region.clone()),
        domain: Some(DomainType::Vpc),
        public_ip: Some(taken.address.to_string()),
        ..AllocateAddressResult::default()
    };
    turn.plan.insert(taken);
    Ok(answer)
}

fn any(turn: &mut Turn<'_>) -> Result<Ipv4Addr, ApiError> {
    planner::network::free_public_address(turn.snapshot, &BTreeSet::new(), &mut turn.rng).map_err(
        |_| {
            ApiError::client(
                "InsufficientAddressCapacity",
                "Not enough available addresses to satisfy your request",
            )
        },
    )
}

/// The address that is asked for, where it is in the range and nobody has it.
fn specific(turn: &Turn<'_>, wanted: &str) -> Result<Ipv4Addr, ApiError> {
    let address: Ipv4Addr = wanted.parse().map_err(|_| {
        super::invalid(format!("Value ({wanted}) for parameter address is invalid."))
    })?;
    let scope = PublicRange::scope();
    let known = turn.snapshot.public_ranges.get(&scope, PublicRange::ID);
    let is_in_range = known.is_some_and(|known| known.range.contains(address));
    let is_free = turn.snapshot.public_addresses.get(&scope, &address.to_string()).is_none();
    if is_in_range && is_free {
        return Ok(address);
    }
    Err(ApiError::client("InvalidAddress.NotFound", format!("Address '{address}' not found.")))
}

fn check_supported(caller: &Caller, input: &AllocateAddressRequest) -> Result<(), ApiError> {
    let group = input.network_border_group.as_deref();
    let is_own_pool = input.public_ipv4_pool.as_ref().is_some_and(|pool| pool != elastic_ip::POOL);
    refuse_given(
        &[
            ("Domain standard", input.domain == Some(DomainType::Standard)),
            ("PublicIpv4Pool", is_own_pool),
            ("NetworkBorderGroup", group.is_some_and(|group| group != caller.scope.region)),
            ("CustomerOwnedIpv4Pool", input.customer_owned_ipv4_pool.is_some()),
            ("IpamPoolId", input.ipam_pool_id.is_some()),
        ],
        super::unsupported,
    )
}
