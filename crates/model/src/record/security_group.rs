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
    /// In order, each range once.
    pub entries: Vec<PrefixListEntry>,
    /// By version, the entries of those before this one, as far back as they are kept.
    pub history: BTreeMap<u64, Vec<PrefixListEntry>>,
    /// Nothing else tells: a new name or size makes no version.
    pub last_change: PrefixListChange,
    pub tags: Tags,
}

/// What was last done to a prefix list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrefixListChange {
    Created,
    Modified,
    Restored,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PrefixListEntry {
    pub range: Cidr,
    pub description: Option<String>,
}

/// LIMIT: COMPAT: versions of a list; the oldest goes for a new one ("Amazon VPC quotas").
const PREFIX_LIST_VERSIONS_MAX: usize = 1_000;

/// LIMIT: what the older versions of a list may take, as they are in one record with it.
const PREFIX_LIST_HISTORY_BYTES_MAX: usize = 256 << 10;

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

impl PrefixListEntry {
    /// About how many bytes it takes.
    fn size(&self) -> usize {
        64 + self.description.as_ref().map_or(0, String::len)
    }
}

impl PrefixList {
    /// Gives it other entries, as its next version.
    pub fn replace_entries(&mut self, entries: Vec<PrefixListEntry>) {
        let replaced = std::mem::replace(&mut self.entries, entries);
        self.history.insert(self.version, replaced);
        self.version += 1;
        while self.history.len() >= PREFIX_LIST_VERSIONS_MAX
            || self.history.values().flatten().map(PrefixListEntry::size).sum::<usize>()
                > PREFIX_LIST_HISTORY_BYTES_MAX
        {
            self.history.pop_first();
        }
    }

    /// The entries of a version; `None` where there is none, or it is kept no more.
    pub fn entries_of(&self, version: u64) -> Option<&[PrefixListEntry]> {
        if version == self.version {
            return Some(&self.entries);
        }
        self.history.get(&version).map(Vec::as_slice)
    }
}

impl SecurityGroup {
    /// Whether it is the group that its VPC was made with. No other can have that name.
    pub fn is_default(&self) -> bool {
        self.name == "default"
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_versions_of_a_prefix_list_go_first() {
        let entry = |number: u8| PrefixListEntry {
            range: Cidr::new([10, number, 0, 0].into(), 16).expect("a range"),
            description: Some("x".repeat(PREFIX_LIST_HISTORY_BYTES_MAX / 3)),
        };
        let mut list = PrefixList {
            scope: Scope::new("000000000000", "us-east-1"),
            id: "pl-1".to_owned(),
            name: "list".to_owned(),
            max_entries: 1,
            version: 1,
            entries: vec![entry(1)],
            history: BTreeMap::new(),
            last_change: PrefixListChange::Created,
            tags: Tags::new(),
        };
        for number in 2..=4 {
            list.replace_entries(vec![entry(number)]);
        }
        let kept = |version| list.entries_of(version).map(<[PrefixListEntry]>::to_vec);
        assert_eq!((list.version, kept(4)), (4, Some(vec![entry(4)])));
        assert_eq!((kept(3), kept(2)), (Some(vec![entry(3)]), Some(vec![entry(2)])));
        assert_eq!((kept(1), kept(5)), (None, None));
    }
}
