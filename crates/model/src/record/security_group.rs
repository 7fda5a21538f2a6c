//! Security groups: who may reach an interface, and whom it may reach.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cidr, Ipv6Cidr, Tags};
use crate::Scope;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroup {
    pub scope: Scope,
    pub id: String,
    pub vpc_id: String,
    pub name: String,
    pub description: String,
    /// By id. What none of them allows is denied.
    pub rules: BTreeMap<String, SecurityGroupRule>,
    pub tags: Tags,
}

/// Traffic that is allowed, from or to a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroupRule {
    pub direction: TrafficDirection,
    pub traffic: Traffic,
    pub peer: TrafficPeer,
    pub description: Option<String>,
    pub tags: Tags,
}

/// A list of ranges under one id, for rules to refer to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrefixList {
    pub scope: Scope,
    pub id: String,
    pub name: String,
    /// So many entries are counted towards the limits of whatever refers to it.
    pub max_entries: u32,
    /// 1 when it is made, and one more with each change of its entries.
    pub version: u64,
    pub entries: Vec<PrefixListEntry>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrefixListEntry {
    pub range: Cidr,
    pub description: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TrafficDirection {
    Ingress,
    Egress,
}

/// What a rule is about. Ports and kinds are those of the packet that opens a connection.
///
/// COMPAT: protocols by number, and ports for TCP and UDP alone ("Security group rules",
/// Amazon VPC User Guide).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Traffic {
    All,
    /// First and last port.
    Tcp(u16, u16),
    Udp(u16, u16),
    /// Type and code; `None` is each of them.
    Icmp(Option<u8>, Option<u8>),
    /// Type and code; no packet of a VPC's is of this protocol, since its addresses are IPv4.
    Icmpv6(Option<u8>, Option<u8>),
    /// A protocol by its number (RFC 5237).
    Protocol(u8),
}

/// Who is at the other end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TrafficPeer {
    Range(Cidr),
    /// No interface of a VPC has an IPv6 address: it matches nothing.
    Ipv6Range(Ipv6Cidr),
    /// Every interface that is in this group.
    Group(String),
    /// Every address in this list's ranges.
    PrefixList(String),
}

impl SecurityGroup {
    /// COMPAT: a VPC's default group lets in all that its own members send, and lets out
    /// everything ("Default security groups for your VPCs").
    pub fn default_rules(id: &str) -> BTreeMap<String, SecurityGroupRule> {
        let digits = id.strip_prefix("sg-").unwrap_or(id);
        let backwards: String = digits.chars().rev().collect();
        let rule = |direction, peer| SecurityGroupRule {
            direction,
            traffic: Traffic::All,
            peer,
            description: None,
            tags: Tags::new(),
        };
        let own = TrafficPeer::Group(id.to_owned());
        BTreeMap::from([
            (format!("sgr-{digits}"), rule(TrafficDirection::Ingress, own)),
            (
                format!("sgr-{backwards}"),
                rule(TrafficDirection::Egress, TrafficPeer::Range(Cidr::EVERYWHERE)),
            ),
        ])
    }
}
