//! What the host itself holds for its tasks: the gateway's address, the balancers' addresses, and
//! the routes that keep packets for vacant addresses at home.
//!
//! INVARIANT: nothing without a mark of ours is ever changed or removed.
//! INVARIANT: a range is claimed only where no route or address of the host's own lies in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

use rtnetlink::packet_route::route::RouteType;

use crate::{
    error::NetworkError,
    netlink::{
        Netlink, Tolerate,
        messages::{self as message, Address, LOOPBACK_INDEX, Link, PROTOCOL, Route},
    },
    range::Ipv4Range,
};

pub(crate) mod uplink;

/// Routes shorter than this stand for "everywhere": a default route, or the two halves of one.
const PREFIX_SPECIFIC_MIN: u8 = 2;

/// Refuses ranges that the host's own routes and addresses overlap, and a gateway it holds.
pub(crate) fn check(
    netlink: &mut Netlink,
    ranges: &[Ipv4Range],
    gateway: Ipv4Addr,
) -> Result<(), NetworkError> {
    let names = interface_names(netlink)?;
    let addresses: Vec<Address> =
        addresses(netlink)?.into_iter().filter(|address| !address.is_ours()).collect();
    let routes = routes(netlink)?;
    for range in ranges {
        if let Some(route) = routes.iter().find(|route| stands_against(route, *range)) {
            let route = describe(route, &names);
            return Err(NetworkError::RangeOverlapsRoute { range: *range, route });
        }
        if let Some(found) = addresses.iter().find(|found| lies_in(found, *range)) {
            let address =
                format!("{}/{} dev {}", found.local, found.prefix, name(&names, found.interface));
            return Err(NetworkError::RangeOverlapsAddress { range: *range, address });
        }
    }
    match addresses.iter().find(|found| found.local == gateway) {
        Some(found) => {
            let interface = name(&names, found.interface);
            Err(NetworkError::GatewayTaken { address: gateway, interface })
        }
        None => Ok(()),
    }
}

/// All that a VPC's range may not overlap.
pub(crate) fn foreign_ranges(netlink: &mut Netlink) -> Result<BTreeSet<Ipv4Range>, NetworkError> {
    let routes = routes(netlink)?.into_iter().filter(is_specific).map(|route| route.range);
    let held = addresses(netlink)?.into_iter().filter(|address| !address.is_ours());
    let held = held.filter_map(|found| Ipv4Range::covering(found.local, found.prefix));
    Ok(routes.chain(held).collect())
}

/// Makes every address of `range` unreachable but for those that tasks hold.
pub(crate) fn claim_range(netlink: &mut Netlink, range: Ipv4Range) -> Result<(), NetworkError> {
    let operation = format!("make `{range}` unreachable");
    netlink.change(&operation, message::unreachable_route(range), Tolerate::Nothing)
}

/// Raises loopback and gives it `address`.
pub(crate) fn add_address(netlink: &mut Netlink, address: Ipv4Addr) -> Result<(), NetworkError> {
    netlink.change("raise loopback", message::link_up(LOOPBACK_INDEX), Tolerate::Nothing)?;
    let operation = format!("add the address `{address}`");
    let request = message::address_create(LOOPBACK_INDEX, address);
    netlink.change(&operation, request, Tolerate::Present)
}

/// Takes `address` from loopback.
pub(crate) fn remove_address(netlink: &mut Netlink, address: Ipv4Addr) -> Result<(), NetworkError> {
    let operation = format!("remove the address `{address}`");
    let request = message::address_delete(LOOPBACK_INDEX, address);
    netlink.change(&operation, request, Tolerate::Absent)
}

/// Makes `address` one of the host's own: what listens there is reached, and what the host sends
/// there of itself comes from `source`. It is a route, since an address would be its own source.
pub(crate) fn hold_address(
    netlink: &mut Netlink,
    address: Ipv4Addr,
    source: Ipv4Addr,
) -> Result<(), NetworkError> {
    let operation = format!("hold the address `{address}`");
    netlink.change(&operation, message::local_route(address, source), Tolerate::Nothing)
}

/// Lets go of an address that is held.
pub(crate) fn release_address(
    netlink: &mut Netlink,
    address: Ipv4Addr,
) -> Result<(), NetworkError> {
    let held = routes(netlink)?.into_iter().filter(is_held);
    for route in held.filter(|route| route.range.address() == address) {
        let operation = format!("release the address `{address}`");
        netlink.change(&operation, message::route_delete(&route), Tolerate::Absent)?;
    }
    Ok(())
}

/// The addresses that are held.
pub(crate) fn held_addresses(netlink: &mut Netlink) -> Result<Vec<Ipv4Addr>, NetworkError> {
    let held = routes(netlink)?.into_iter().filter(is_held);
    Ok(held.map(|route| route.range.address()).collect())
}

fn is_held(route: &Route) -> bool {
    route.protocol == PROTOCOL && route.kind == RouteType::Local
}

/// The addresses of ours that loopback has.
pub(crate) fn own_addresses(netlink: &mut Netlink) -> Result<Vec<Ipv4Addr>, NetworkError> {
    let ours = addresses(netlink)?.into_iter().filter(Address::is_ours);
    Ok(ours.map(|found| found.local).collect())
}

/// Removes unreachable routes of ours for ranges that are no longer wanted.
pub(crate) fn release_ranges(
    netlink: &mut Netlink,
    keep: &[Ipv4Range],
) -> Result<(), NetworkError> {
    for route in routes(netlink)? {
        let is_ours = route.protocol == PROTOCOL && route.kind == RouteType::Unreachable;
        if is_ours && !keep.contains(&route.range) {
            let operation = format!("release `{}`", route.range);
            netlink.change(&operation, message::route_delete(&route), Tolerate::Absent)?;
        }
    }
    Ok(())
}

/// The names of interfaces, by index.
pub(crate) fn interface_names(
    netlink: &mut Netlink,
) -> Result<BTreeMap<u32, String>, NetworkError> {
    let links = netlink.dump("list interfaces", &message::link_list())?;
    Ok(links.into_iter().filter_map(Link::read).map(|link| (link.index, link.name)).collect())
}

/// The IPv4 routes of every table.
pub(crate) fn routes(netlink: &mut Netlink) -> Result<Vec<Route>, NetworkError> {
    let found = netlink.dump("list routes", &message::route_list())?;
    Ok(found.into_iter().filter_map(Route::read).collect())
}

fn addresses(netlink: &mut Netlink) -> Result<Vec<Address>, NetworkError> {
    let found = netlink.dump("list addresses", &message::address_list())?;
    Ok(found.into_iter().filter_map(Address::read).collect())
}

fn stands_against(route: &Route, range: Ipv4Range) -> bool {
    is_specific(route) && route.range.overlaps(range)
}

/// The local table only repeats the addresses, and cannot say which of them are ours.
fn is_specific(route: &Route) -> bool {
    route.protocol != PROTOCOL
        && !route.is_local_table
        && route.range.prefix() >= PREFIX_SPECIFIC_MIN
}

fn lies_in(found: &Address, range: Ipv4Range) -> bool {
    Ipv4Range::covering(found.local, found.prefix).is_some_and(|held| held.overlaps(range))
}

fn describe(route: &Route, names: &BTreeMap<u32, String>) -> String {
    let range = route.range;
    match route.interface {
        Some(index) => format!("{range} dev {}", name(names, index)),
        None => range.to_string(),
    }
}

fn name(names: &BTreeMap<u32, String>, index: u32) -> String {
    names.get(&index).cloned().unwrap_or_else(|| format!("#{index}"))
}
