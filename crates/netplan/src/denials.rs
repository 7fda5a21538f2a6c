//! Packets that were denied, at the interfaces whose rules denied them, and why.
//!
//! A packet filter keeps addresses and ports; what denied them is the verdict of the rules as they
//! are now.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use model::packet_rules::{HOST_ADDRESS, PacketRules};
use model::session::DeniedTraffic;
use model::{Snapshot, TrafficDirection};
use serde::{Deserialize, Serialize};

use crate::compile;
use crate::explain::source_ports;
use crate::places;
use crate::reasons::Names;
use crate::verdict::{ECHO_REQUEST, ICMP, Opening, Packet, Refusal, TCP, UDP, Verdict, verdict};

/// What one interface denied, to itself or to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denials {
    /// Its id; `None` for addresses that no interface has.
    pub interface: Option<String>,
    /// Whose it is.
    pub owner: String,
    pub packets: u64,
    pub kinds: Vec<DeniedKind>,
}

/// Packets of one kind: from one address to one port of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeniedKind {
    pub from: String,
    pub to: String,
    /// Like `443/tcp`, `icmp` or `protocol 47`.
    pub port: String,
    pub packets: u64,
    pub reason: String,
}

/// Groups what was denied by interface, those with the most packets first.
pub fn denials(snapshot: &Snapshot, denied: &[DeniedTraffic]) -> Vec<Denials> {
    let rules = compile(snapshot);
    let names = Names::of(snapshot);
    let mut by_address: BTreeMap<Option<Ipv4Addr>, Vec<DeniedKind>> = BTreeMap::new();
    let ports = source_ports(&rules);
    for one in denied {
        let verdict = judge(&rules, one, &ports);
        let reason = match &verdict {
            Verdict::Denied(_) => names.reasons(&verdict).join(", "),
            Verdict::Allowed { .. } => {
                "no rule denies it now: rules have changed, or it was not what opens a connection, \
                 or its source was forged"
                    .to_owned()
            }
        };
        let kind = DeniedKind {
            from: places::label(snapshot, one.source),
            to: places::label(snapshot, one.destination),
            port: port(one),
            packets: one.packets,
            reason,
        };
        by_address.entry(denier(&rules, one, &verdict)).or_default().push(kind);
    }
    let mut all: Vec<Denials> =
        by_address.into_iter().map(|(address, kinds)| group(snapshot, address, kinds)).collect();
    all.sort_by_key(|one| (Reverse(one.packets), one.owner.clone()));
    all
}

fn group(snapshot: &Snapshot, address: Option<Ipv4Addr>, mut kinds: Vec<DeniedKind>) -> Denials {
    kinds.sort_by_key(|kind| Reverse(kind.packets));
    let interface = address
        .and_then(|address| snapshot.interfaces.all().find(|one| one.address == address))
        .map(|interface| interface.id.clone());
    let owner = address.map_or_else(
        || "addresses that no interface has".to_owned(),
        |address| places::label(snapshot, address),
    );
    let packets = kinds.iter().map(|kind| kind.packets).sum();
    Denials { interface, owner, packets, kinds }
}

/// The verdict on the packet as one that opens a connection, from a port from which that is denied
/// if there is one. An echo request stands for all of ICMP.
fn judge<'a>(
    rules: &'a PacketRules,
    one: &DeniedTraffic,
    source_ports: &BTreeSet<u16>,
) -> Verdict<'a> {
    let asked = |source_port: &u16| Opening {
        source: one.source,
        destination: one.destination,
        protocol: one.protocol,
        port: one.port.unwrap_or_default(),
        icmp: if one.protocol == ICMP { (ECHO_REQUEST, 0) } else { (0, 0) },
        source_port: *source_port,
    };
    let mut verdicts = source_ports.iter().map(|port| verdict(rules, &asked(port)));
    let first = verdicts.next().expect("two ports are always among them");
    if first.is_allowed() {
        verdicts.find(|other| !other.is_allowed()).unwrap_or(first)
    } else {
        first
    }
}

/// The address of the interface whose rules deny it; the receiver's where none do now.
fn denier(rules: &PacketRules, one: &DeniedTraffic, verdict: &Verdict<'_>) -> Option<Ipv4Addr> {
    let has = |address: &Ipv4Addr| rules.interfaces.contains_key(address);
    let [source, destination] = [one.source, one.destination];
    let (first, second) = match verdict {
        Verdict::Denied(refusal) if is_sender(refusal) => (source, destination),
        Verdict::Denied(_) | Verdict::Allowed { .. } => (destination, source),
    };
    [first, second].into_iter().find(|address| *address != HOST_ADDRESS && has(address))
}

fn is_sender(refusal: &Refusal<'_>) -> bool {
    match refusal {
        Refusal::NetworkAcl { direction, packet, .. } => {
            let is_egress = *direction == TrafficDirection::Egress;
            is_egress == (*packet == Packet::Opening)
        }
        Refusal::Vacant(_)
        | Refusal::Egress { .. }
        | Refusal::NoWay(_)
        | Refusal::Host
        | Refusal::LinkLocal
        | Refusal::PublicAddress(_) => true,
        Refusal::OtherVpc { .. } | Refusal::Ingress { .. } => false,
    }
}

fn port(one: &DeniedTraffic) -> String {
    match (one.protocol, one.port) {
        (TCP, Some(port)) => format!("{port}/tcp"),
        (UDP, Some(port)) => format!("{port}/udp"),
        (ICMP, _) => "icmp".to_owned(),
        (protocol, _) => format!("protocol {protocol}"),
    }
}
