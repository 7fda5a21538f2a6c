//! What decides, in words: a rule, a group, a network ACL's entry, a route.

use std::collections::BTreeMap;

use model::packet_rules::{Permit, WayEnd, WayRule};
use model::{
    NetworkAclAction, NetworkAclEntry, NetworkAclRange, Snapshot, Traffic, TrafficDirection,
    TrafficPeer,
};

use crate::verdict::{Packet, Refusal, Verdict};

/// The names of security groups, by id.
pub(crate) struct Names<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Names<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot) -> Names<'a> {
        let groups = snapshot.security_groups.all();
        Names(groups.map(|group| (group.id.as_str(), group.name.as_str())).collect())
    }

    /// A line for each thing that took part in a verdict.
    pub(crate) fn reasons(&self, verdict: &Verdict<'_>) -> Vec<String> {
        match verdict {
            Verdict::Allowed { egress: None, ingress: None, way: None } => {
                vec!["the host's resolver answers it".to_owned()]
            }
            Verdict::Allowed { egress, ingress, way } => {
                let egress = egress.map(|permit| self.permit(TrafficDirection::Egress, permit));
                let ingress = ingress.map(|permit| self.permit(TrafficDirection::Ingress, permit));
                let way = way.map(|rule| format!("{} leads outside", route(rule)));
                egress.into_iter().chain(ingress).chain(way).collect()
            }
            Verdict::Denied(refusal) => vec![self.refusal(refusal)],
        }
    }

    fn permit(&self, direction: TrafficDirection, permit: &Permit) -> String {
        let (lets, to) = match direction {
            TrafficDirection::Egress => ("lets out", "to"),
            TrafficDirection::Ingress => ("lets in", "from"),
        };
        let (group, traffic) = (self.group(&permit.group_id), traffic(permit.traffic));
        let peer = self.peer(&permit.peer);
        format!("rule {} of {group} {lets} {traffic} {to} {peer}", permit.rule_id)
    }

    fn refusal(&self, refusal: &Refusal<'_>) -> String {
        match refusal {
            Refusal::Vacant(address) => format!("no interface has {address}"),
            Refusal::OtherVpc { source, destination } => {
                format!("{source} and {destination} are different VPCs, and nothing joins them")
            }
            Refusal::NetworkAcl { acl_id, entry, direction, packet } => {
                acl(acl_id, *entry, (*direction, *packet))
            }
            Refusal::Egress { group_ids } => {
                format!("no egress rule of {} lets it out", self.groups(group_ids))
            }
            Refusal::Ingress { group_ids } => {
                format!("no ingress rule of {} lets it in", self.groups(group_ids))
            }
            Refusal::NoWay(None) => "no route leads there".to_owned(),
            Refusal::NoWay(Some(rule)) => no_way(rule),
            Refusal::Host => {
                "the host serves nothing there to tasks but its API, and its resolver \
                              where the VPC has DNS support"
                    .to_owned()
            }
            Refusal::LinkLocal => {
                "link-local and multicast addresses are out of reach, whatever rules say".to_owned()
            }
            Refusal::PublicAddress(private) => {
                format!("a public address leads in from outside only: inside of the VPC, {private}")
            }
        }
    }

    fn groups(&self, ids: &[String]) -> String {
        let named: Vec<String> = ids.iter().map(|id| self.group(id)).collect();
        if named.is_empty() { "any security group".to_owned() } else { named.join(" and ") }
    }

    fn group(&self, id: &str) -> String {
        self.0.get(id).map_or_else(|| id.to_owned(), |name| format!("{id} ({name})"))
    }

    fn peer(&self, peer: &TrafficPeer) -> String {
        match peer {
            TrafficPeer::Range(range) => range.to_string(),
            TrafficPeer::Ipv6Range(range) => range.to_string(),
            TrafficPeer::Group(id) => self.group(id),
            TrafficPeer::PrefixList(id) => id.clone(),
        }
    }
}

fn acl(
    acl_id: &str,
    entry: Option<&NetworkAclEntry>,
    (direction, packet): (TrafficDirection, Packet),
) -> String {
    let side = match direction {
        TrafficDirection::Egress => "egress",
        TrafficDirection::Ingress => "ingress",
    };
    let what = match packet {
        Packet::Opening => "it",
        Packet::Answer => "the answer to it",
    };
    let Some(entry) = entry else {
        return format!("no {side} entry of network ACL {acl_id} is about {what}");
    };
    let range = match entry.range {
        NetworkAclRange::Ipv4(range) => range.to_string(),
        NetworkAclRange::Ipv6(range) => range.to_string(),
    };
    let action = match entry.action {
        NetworkAclAction::Allow => "allows",
        NetworkAclAction::Deny => "denies",
    };
    let (number, traffic) = (entry.number, traffic(entry.traffic));
    format!("{side} entry {number} of network ACL {acl_id} {action} {what}: {traffic}, {range}")
}

fn route(rule: &WayRule) -> String {
    format!("the route {} to {} in {}", rule.range, rule.target, rule.route_table_id)
}

fn no_way(rule: &WayRule) -> String {
    let why = match rule.end {
        WayEnd::Outside => "leads outside",
        WayEnd::NoPublicAddress => {
            "takes an interface with a public address only: one has it by `assignPublicIp` or an \
             Elastic IP address; others leave through a NAT gateway"
        }
        WayEnd::BlackHole => "ends nowhere: the gateway is gone, or not attached to the VPC",
        WayEnd::NatWithoutWay => {
            "ends at a NAT gateway that is private, or of which the own subnet has no way outside"
        }
    };
    format!("{} {why}", route(rule))
}

fn traffic(traffic: Traffic) -> String {
    let ports = |first: u16, last: u16| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    let kind = |kind: Option<u8>, code: Option<u8>| match (kind, code) {
        (None, _) => String::new(),
        (Some(kind), None) => format!(" type {kind}"),
        (Some(kind), Some(code)) => format!(" type {kind} code {code}"),
    };
    match traffic {
        Traffic::All => "all traffic".to_owned(),
        Traffic::Tcp(first, last) => format!("tcp {}", ports(first, last)),
        Traffic::Udp(first, last) => format!("udp {}", ports(first, last)),
        Traffic::Icmp(one, code) => format!("icmp{}", kind(one, code)),
        Traffic::Icmpv6(one, code) => format!("icmpv6{}", kind(one, code)),
        Traffic::Protocol(number) => format!("protocol {number}"),
    }
}
