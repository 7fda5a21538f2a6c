//! A new interface in a subnet: a free address, or the one that is asked for.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use model::{Entry, Interface, InterfaceOwner, Subnet, Tags};
use wire::ApiError;

use crate::{Turn, address};

/// LIMIT: COMPAT: interfaces of a region ("Amazon VPC quotas").
const PER_REGION_MAX: usize = 5_000;

/// All that is not decided by where it is.
#[derive(Clone, Debug)]
pub(super) struct NewInterface {
    pub owner: InterfaceOwner,
    pub security_group_ids: Vec<String>,
    pub description: String,
    pub tags: Tags,
}

/// Puts an interface into the turn's plan, and keeps its subnet and its address for it.
pub(super) fn insert(
    turn: &mut Turn<'_>,
    (subnet, wanted): (&Entry<Subnet>, Option<&str>),
    new: NewInterface,
) -> Result<Interface, ApiError> {
    if turn.snapshot.interfaces.list(turn.scope()).count() >= PER_REGION_MAX {
        return Err(ApiError::client(
            "NetworkInterfaceLimitExceeded",
            "The maximum number of network interfaces has been reached.",
        ));
    }
    let address = match wanted {
        Some(wanted) => specific(turn, subnet, wanted)?,
        None => any(turn, subnet)?,
    };
    address::keep_from_others(turn, &subnet.vpc_id, address);
    super::hold(&mut turn.plan, subnet);
    let interface = Interface {
        scope: turn.scope().clone(),
        vpc_id: subnet.vpc_id.clone(),
        address,
        id: format!("eni-{}", turn.rng.hex(17)),
        subnet_id: subnet.id.clone(),
        mac_address: planner::network::mac_address(&mut turn.rng),
        security_group_ids: new.security_group_ids,
        owner: new.owner,
        public_address: None,
        description: new.description,
        tags: new.tags,
        created_at: turn.now(),
    };
    turn.plan.insert(interface.clone());
    Ok(interface)
}

fn any(turn: &mut Turn<'_>, subnet: &Entry<Subnet>) -> Result<Ipv4Addr, ApiError> {
    let taken = BTreeSet::new();
    planner::network::free_address(turn.snapshot, subnet, &taken, &mut turn.rng).map_err(|_| {
        ApiError::client(
            "InsufficientFreeAddressesInSubnet",
            format!(
                "The specified subnet '{}' does not have enough free addresses to satisfy the \
                 request.",
                subnet.id
            ),
        )
    })
}

fn specific(turn: &Turn<'_>, subnet: &Entry<Subnet>, wanted: &str) -> Result<Ipv4Addr, ApiError> {
    let address: Ipv4Addr = wanted
        .parse()
        .map_err(|_| super::invalid(format!("invalid value for parameter address: {wanted}")))?;
    if !subnet.cidr.contains(address) {
        return Err(super::invalid("Address does not fall within the subnet's address range"));
    }
    if !subnet.usable_addresses().any(|usable| usable == address) {
        return Err(super::invalid("Address is in subnet's reserved address range"));
    }
    if planner::network::is_held(turn.snapshot, address) {
        let message = format!("Address {address} is in use.");
        return Err(ApiError::client("InvalidIPAddress.InUse", message));
    }
    Ok(address)
}
