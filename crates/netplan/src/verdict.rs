//! Whether a connection may be opened, and what says so.
//!
//! INVARIANT: the packet filter decides in the same order: the host's own addresses, network ACLs,
//! the egress of the source's groups, then the ingress of the destination's, or the way outside.

use std::net::Ipv4Addr;

use model::packet_rules::{FilteredInterface, HOST_ADDRESS, PacketRules, Permit, WayEnd, WayRule};
use model::{
    NetworkAclAction, NetworkAclEntry, NetworkAclRange, Traffic, TrafficDirection, TrafficPeer,
};

/// The packet that opens a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub source: Ipv4Addr,
    pub destination: Ipv4Addr,
    /// The protocol's number (RFC 5237).
    pub protocol: u8,
    /// The destination's port of TCP and UDP; type and code of ICMP; zeros otherwise.
    pub port: u16,
    pub icmp: (u8, u8),
    /// The source's port, to which answers go: network ACLs know no connections.
    pub source_port: u16,
}

/// What is decided of an opening, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// The rules that let it out of its source and into its destination, and the route outside;
    /// `None` where there is nothing to ask.
    Allowed {
        egress: Option<&'a Permit>,
        ingress: Option<&'a Permit>,
        way: Option<&'a WayRule>,
    },
    Denied(Refusal<'a>),
}

/// Why an opening is denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal<'a> {
    /// An address of a VPC's range that no interface has.
    Vacant(Ipv4Addr),
    /// Its two ends are in different VPCs.
    OtherVpc { source: &'a str, destination: &'a str },
    /// An entry of a subnet's network ACL, or none; answers are asked as well.
    NetworkAcl {
        acl_id: &'a str,
        entry: Option<&'a NetworkAclEntry>,
        direction: TrafficDirection,
        packet: Packet,
    },
    /// No rule of the source's groups lets it out.
    Egress { group_ids: &'a [String] },
    /// No rule of the destination's groups lets it in.
    Ingress { group_ids: &'a [String] },
    /// No route leads there; or one does, to no end.
    NoWay(Option<&'a WayRule>),
    /// The host serves nothing there but names; and those not where its VPC has no resolver.
    Host,
    /// Link-local and multicast addresses stay out of reach, whatever rules and routes say.
    LinkLocal,
    /// A public address, which leads to this one from outside only.
    PublicAddress(Ipv4Addr),
}

/// Which packet of a connection was denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet {
    Opening,
    Answer,
}

/// Where the host's resolver listens (RFC 1035).
const DNS_PORT: u16 = 53;

/// The numbers of the protocols that have ports or types.
pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;

/// COMPAT: the answer to an echo request, by its type.
pub(crate) const ECHO_REQUEST: u8 = 8;
const ECHO_REPLY: u8 = 0;

/// Decides on one opening, as the packet filter does.
pub fn verdict<'a>(rules: &'a PacketRules, opening: &Opening) -> Verdict<'a> {
    match decide(rules, opening) {
        Ok(allowed) => allowed,
        Err(refusal) => Verdict::Denied(refusal),
    }
}

/// The ranges that no packet leaves to: link-local (RFC 3927) and multicast (RFC 5771).
fn is_link_local(address: Ipv4Addr) -> bool {
    address.is_link_local() || address.is_multicast()
}

fn decide<'a>(rules: &'a PacketRules, opening: &Opening) -> Result<Verdict<'a>, Refusal<'a>> {
    let source = end(rules, opening.source)?;
    if let Some(from) = source
        && let Some(decided) = host(rules, from, opening)
    {
        return decided;
    }
    let destination = end(rules, opening.destination)?;
    if let (Some(from), Some(to)) = (source, destination)
        && from.vpc_id != to.vpc_id
    {
        return Err(Refusal::OtherVpc { source: &from.vpc_id, destination: &to.vpc_id });
    }
    pass_acls(rules, (source, destination), (opening, Packet::Opening))?;
    pass_acls(rules, (destination, source), (&opening.answer(), Packet::Answer))?;
    let egress = source.map(|from| egress(rules, from, opening)).transpose()?;
    let ingress = destination.map(|to| ingress(rules, to, opening)).transpose()?;
    let way = match (source, destination) {
        (Some(from), None) => Some(way(rules, from, opening.destination)?),
        (Some(_) | None, Some(_)) | (None, None) => None,
    };
    Ok(Verdict::Allowed { egress, ingress, way })
}

/// The interface that has an address; `None` outside of every VPC.
fn end(rules: &PacketRules, address: Ipv4Addr) -> Result<Option<&FilteredInterface>, Refusal<'_>> {
    let interface = rules.interfaces.get(&address);
    if interface.is_none() && rules.ranges.iter().any(|range| range.contains(address)) {
        return Err(Refusal::Vacant(address));
    }
    Ok(interface)
}

/// What is decided before any rule, where the host itself has the destination's address.
fn host<'a>(
    rules: &PacketRules,
    from: &FilteredInterface,
    opening: &Opening,
) -> Option<Result<Verdict<'a>, Refusal<'a>>> {
    if opening.destination == HOST_ADDRESS || Some(opening.destination) == from.resolver {
        let is_name_asked = matches!(opening.protocol, TCP | UDP) && opening.port == DNS_PORT;
        let answered = Verdict::Allowed { egress: None, ingress: None, way: None };
        let is_answered = is_name_asked && from.resolver.is_some();
        return Some(if is_answered { Ok(answered) } else { Err(Refusal::Host) });
    }
    let private = rules.public_addresses.get(&opening.destination)?;
    Some(Err(Refusal::PublicAddress(*private)))
}

/// What leaves one subnet and enters another is asked at both.
fn pass_acls<'a>(
    rules: &'a PacketRules,
    (source, destination): (Option<&FilteredInterface>, Option<&FilteredInterface>),
    (packet, which): (&Opening, Packet),
) -> Result<(), Refusal<'a>> {
    let subnet = |end: Option<&'_ FilteredInterface>| end.map(|end| end.subnet_id.clone());
    if subnet(source) == subnet(destination) {
        return Ok(());
    }
    let sides = [
        (source, TrafficDirection::Egress, packet.destination),
        (destination, TrafficDirection::Ingress, packet.source),
    ];
    for (end, direction, other) in sides {
        let Some(acl) = end.and_then(|end| rules.acls.get(&end.subnet_id)) else { continue };
        let mut entries = acl.entries.iter().filter(|entry| entry.direction == direction);
        let deciding = entries.find(|entry| {
            let is_peer = match entry.range {
                NetworkAclRange::Ipv4(range) => range.contains(other),
                NetworkAclRange::Ipv6(_) => false,
            };
            is_peer && is_about(entry.traffic, packet)
        });
        match deciding {
            Some(entry) if entry.action == NetworkAclAction::Allow => {}
            entry => {
                let (acl_id, packet) = (acl.acl_id.as_str(), which);
                return Err(Refusal::NetworkAcl { acl_id, entry, direction, packet });
            }
        }
    }
    Ok(())
}

fn egress<'a>(
    rules: &'a PacketRules,
    from: &FilteredInterface,
    opening: &Opening,
) -> Result<&'a Permit, Refusal<'a>> {
    let profile = rules.profiles.get(&from.profile);
    let mut permits = profile.into_iter().flat_map(|profile| &profile.egress);
    let group_ids = profile.map_or(&[][..], |profile| &profile.group_ids);
    permits
        .find(|permit| allows(rules, permit, (opening.destination, opening)))
        .ok_or(Refusal::Egress { group_ids })
}

fn ingress<'a>(
    rules: &'a PacketRules,
    to: &FilteredInterface,
    opening: &Opening,
) -> Result<&'a Permit, Refusal<'a>> {
    let profile = rules.profiles.get(&to.profile);
    let mut permits = profile.into_iter().flat_map(|profile| &profile.ingress);
    let group_ids = profile.map_or(&[][..], |profile| &profile.group_ids);
    permits
        .find(|permit| allows(rules, permit, (opening.source, opening)))
        .ok_or(Refusal::Ingress { group_ids })
}

fn way<'a>(
    rules: &'a PacketRules,
    from: &FilteredInterface,
    destination: Ipv4Addr,
) -> Result<&'a WayRule, Refusal<'a>> {
    if is_link_local(destination) {
        return Err(Refusal::LinkLocal);
    }
    let way = from.way.as_ref().and_then(|name| rules.ways.get(name));
    let rule = way.into_iter().flatten().find(|rule| rule.range.contains(destination));
    match rule {
        Some(rule) if rule.end == WayEnd::Outside => Ok(rule),
        rule => Err(Refusal::NoWay(rule)),
    }
}

fn allows(rules: &PacketRules, permit: &Permit, (other, opening): (Ipv4Addr, &Opening)) -> bool {
    let is_peer = match &permit.peer {
        TrafficPeer::Range(range) => range.contains(other),
        TrafficPeer::Ipv6Range(_) => false,
        TrafficPeer::Group(id) => {
            rules.members.get(id).is_some_and(|members| members.contains(&other))
        }
        TrafficPeer::PrefixList(id) => rules
            .prefix_lists
            .get(id)
            .is_some_and(|ranges| ranges.iter().any(|range| range.contains(other))),
    };
    is_peer && is_about(permit.traffic, opening)
}

impl Opening {
    /// The first packet that comes back.
    fn answer(&self) -> Opening {
        let icmp = match self.icmp {
            (ECHO_REQUEST, code) => (ECHO_REPLY, code),
            other => other,
        };
        Opening {
            source: self.destination,
            destination: self.source,
            protocol: self.protocol,
            port: self.source_port,
            icmp,
            source_port: self.port,
        }
    }
}

impl Verdict<'_> {
    pub fn is_allowed(&self) -> bool {
        match self {
            Verdict::Allowed { .. } => true,
            Verdict::Denied(_) => false,
        }
    }
}

fn is_about(traffic: Traffic, opening: &Opening) -> bool {
    let is_port = |first, last| (first..=last).contains(&opening.port);
    let (kind, code) = opening.icmp;
    match traffic {
        Traffic::All => true,
        Traffic::Tcp(first, last) => opening.protocol == TCP && is_port(first, last),
        Traffic::Udp(first, last) => opening.protocol == UDP && is_port(first, last),
        Traffic::Icmp(wanted_kind, wanted_code) => {
            opening.protocol == ICMP
                && wanted_kind.is_none_or(|wanted| wanted == kind)
                && wanted_code.is_none_or(|wanted| wanted == code)
        }
        Traffic::Icmpv6(..) => false,
        Traffic::Protocol(number) => opening.protocol == number,
    }
}
