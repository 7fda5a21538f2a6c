//! Whether a connection may be opened, and which rules say so.

use std::net::Ipv4Addr;

use model::{Traffic, TrafficPeer};

use crate::rules::{FilteredInterface, PacketRules, Permit, Profile};

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
}

/// What is decided of an opening, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// The rules that let it out of its source and into its destination; `None` at an end that
    /// is no interface, and so has no rules.
    Allowed {
        egress: Option<&'a Permit>,
        ingress: Option<&'a Permit>,
    },
    Denied(Refusal),
}

/// Why an opening is denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its two ends are in different VPCs.
    OtherVpc { source: String, destination: String },
    /// No rule of the source's groups lets it out.
    Egress { groups: Profile },
    /// No rule of the destination's groups lets it in.
    Ingress { groups: Profile },
}

/// The numbers of the protocols that have ports or types.
const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;

impl PacketRules {
    /// Decides on one opening, as the packet filter does.
    pub fn verdict(&self, opening: &Opening) -> Verdict<'_> {
        let source = self.interfaces.get(&opening.source);
        let destination = self.interfaces.get(&opening.destination);
        if let (Some(from), Some(to)) = (source, destination)
            && from.vpc_id != to.vpc_id
        {
            let (source, destination) = (from.vpc_id.clone(), to.vpc_id.clone());
            return Verdict::Denied(Refusal::OtherVpc { source, destination });
        }
        let egress = source.map(|from| self.egress(from, opening));
        if let Some(Err(refusal)) = egress {
            return Verdict::Denied(refusal);
        }
        let ingress = destination.map(|to| self.ingress(to, opening));
        if let Some(Err(refusal)) = ingress {
            return Verdict::Denied(refusal);
        }
        Verdict::Allowed {
            egress: egress.and_then(Result::ok),
            ingress: ingress.and_then(Result::ok),
        }
    }

    fn egress(&self, from: &FilteredInterface, opening: &Opening) -> Result<&Permit, Refusal> {
        let rules = self.profiles.get(&from.profile);
        let mut permits = rules.into_iter().flat_map(|rules| &rules.egress);
        permits
            .find(|permit| self.allows(permit, opening.destination, opening))
            .ok_or_else(|| Refusal::Egress { groups: from.profile.clone() })
    }

    fn ingress(&self, to: &FilteredInterface, opening: &Opening) -> Result<&Permit, Refusal> {
        let rules = self.profiles.get(&to.profile);
        let mut permits = rules.into_iter().flat_map(|rules| &rules.ingress);
        permits
            .find(|permit| self.allows(permit, opening.source, opening))
            .ok_or_else(|| Refusal::Ingress { groups: to.profile.clone() })
    }

    fn allows(&self, permit: &Permit, other: Ipv4Addr, opening: &Opening) -> bool {
        let is_peer = match &permit.peer {
            TrafficPeer::Range(range) => range.contains(other),
            TrafficPeer::Ipv6Range(_) => false,
            TrafficPeer::PrefixList(id) => self
                .prefix_lists
                .get(id)
                .is_some_and(|ranges| ranges.iter().any(|range| range.contains(other))),
            TrafficPeer::Group(id) => {
                self.members.get(id).is_some_and(|members| members.contains(&other))
            }
        };
        is_peer && is_about(permit.traffic, opening)
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
