//! Network ACLs: numbered rules of a subnet, which know no connections.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cidr, Ipv6Cidr, Tags, Traffic, TrafficDirection};
use crate::Scope;

/// COMPAT: rules are tried by number, the first that matches decides, and what none matches is
/// denied ("Network ACL basics", Amazon VPC User Guide).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkAcl {
    pub scope: Scope,
    pub id: String,
    pub vpc_id: String,
    pub is_default: bool,
    /// In the order of direction and number; no two have both in common, for either kind of range.
    pub entries: Vec<NetworkAclEntry>,
    /// By id, the subnet that it is for. A subnet has exactly one in all ACLs.
    pub associations: BTreeMap<String, String>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkAclEntry {
    pub direction: TrafficDirection,
    /// 1 to 32766.
    pub number: u16,
    pub action: NetworkAclAction,
    pub traffic: Traffic,
    pub range: NetworkAclRange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkAclAction {
    Allow,
    Deny,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkAclRange {
    Ipv4(Cidr),
    /// Matches nothing: no address of a VPC is of this kind.
    Ipv6(Ipv6Cidr),
}

impl NetworkAcl {
    /// COMPAT: a VPC's default ACL lets everything in and out ("Default network ACL").
    pub fn default_entries() -> Vec<NetworkAclEntry> {
        let allow_all = |direction| NetworkAclEntry {
            direction,
            number: 100,
            action: NetworkAclAction::Allow,
            traffic: Traffic::All,
            range: NetworkAclRange::Ipv4(Cidr::EVERYWHERE),
        };
        vec![allow_all(TrafficDirection::Ingress), allow_all(TrafficDirection::Egress)]
    }

    /// Whether it lets everything through, so that nobody has to ask it.
    pub fn is_open(&self) -> bool {
        let first = |direction| self.entries.iter().find(|each| each.direction == direction);
        [TrafficDirection::Ingress, TrafficDirection::Egress].into_iter().all(|direction| {
            first(direction).is_some_and(|entry| {
                entry.action == NetworkAclAction::Allow
                    && entry.traffic == Traffic::All
                    && entry.range == NetworkAclRange::Ipv4(Cidr::EVERYWHERE)
            })
        })
    }
}
