//! What a host's packet filter is to hold, as data: looked up by address, and compiled from the
//! records of networks so that nothing is left to decide.
//!
//! Interfaces that are in the same groups share one profile, so that one more of them costs a
//! look-up entry and a set element for each of its groups, however many there are.
//!
//! INVARIANT: what a name here refers to is here as well, but for a prefix list that is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::record::{Cidr, NetworkAclEntry, Traffic, TrafficPeer};

/// The address of the host that tasks and load balancers know: their resolver, as in a VPC.
pub const HOST_ADDRESS: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 253);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketRules {
    /// The ranges of all VPCs.
    pub ranges: BTreeSet<Cidr>,
    pub interfaces: BTreeMap<Ipv4Addr, FilteredInterface>,
    /// By their groups' ids, joined.
    pub profiles: BTreeMap<String, Arc<Profile>>,
    /// The addresses of the members of each group that a rule refers to.
    pub members: BTreeMap<String, BTreeSet<Ipv4Addr>>,
    /// The ranges of each prefix list that a rule refers to.
    pub prefix_lists: BTreeMap<String, BTreeSet<Cidr>>,
    /// By subnet, the network ACLs that do not let everything through.
    pub acls: BTreeMap<String, SubnetAcl>,
    /// What interfaces reach outside of their VPC: by a name, rules of which the first decides.
    pub ways: BTreeMap<String, Vec<WayRule>>,
    /// Public addresses, and those that they stand for.
    pub public_addresses: BTreeMap<Ipv4Addr, Ipv4Addr>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilteredInterface {
    pub vpc_id: String,
    pub subnet_id: String,
    pub profile: String,
    /// `None` reaches nothing outside.
    pub way: Option<String>,
    /// Where the VPC's resolver answers it, besides [`HOST_ADDRESS`]; `None` where it does not.
    pub resolver: Option<Ipv4Addr>,
}

/// What the interfaces that are in the same groups may receive and send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub vpc_id: String,
    pub group_ids: Vec<String>,
    pub ingress: Vec<Permit>,
    pub egress: Vec<Permit>,
}

/// Traffic that one rule of one group allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    pub group_id: String,
    pub rule_id: String,
    pub traffic: Traffic,
    pub peer: TrafficPeer,
}

/// Rules for what enters and leaves a subnet; traffic inside of it is not asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetAcl {
    pub acl_id: String,
    pub range: Cidr,
    /// In order; what none of them matches is denied.
    pub entries: Vec<NetworkAclEntry>,
}

/// Whether the addresses of a range are reached, by which route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayRule {
    pub range: Cidr,
    pub route_table_id: String,
    /// The gateway's id.
    pub target: String,
    pub end: WayEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WayEnd {
    /// Under the host's own address.
    Outside,
    /// An internet gateway is of use to an interface with a public address only.
    NoPublicAddress,
    /// The gateway is gone, or not attached to this VPC.
    BlackHole,
    /// A private NAT gateway, or one whose own subnet has no way out.
    NatWithoutWay,
}

/// What a host is told of its packet rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PacketChange {
    Whole(Box<PacketRules>),
    /// Against what was told before in the same session.
    Delta(Box<PacketDelta>),
}

/// What makes other rules of some: what changed is given whole, by its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketDelta {
    pub ranges: Option<BTreeSet<Cidr>>,
    pub interfaces: MapDelta<Ipv4Addr, FilteredInterface>,
    pub profiles: MapDelta<String, Arc<Profile>>,
    pub members: MapDelta<String, BTreeSet<Ipv4Addr>>,
    pub prefix_lists: MapDelta<String, BTreeSet<Cidr>>,
    pub acls: MapDelta<String, SubnetAcl>,
    pub ways: MapDelta<String, Vec<WayRule>>,
    pub public_addresses: MapDelta<Ipv4Addr, Ipv4Addr>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "K: Ord + Serialize + DeserializeOwned, V: Serialize + DeserializeOwned")]
pub struct MapDelta<K, V> {
    pub put: BTreeMap<K, V>,
    pub removed: BTreeSet<K>,
}

impl PacketRules {
    /// What makes `new` of these.
    pub fn delta_to(&self, new: &PacketRules) -> PacketDelta {
        PacketDelta {
            ranges: (self.ranges != new.ranges).then(|| new.ranges.clone()),
            interfaces: MapDelta::between(&self.interfaces, &new.interfaces),
            profiles: MapDelta::between(&self.profiles, &new.profiles),
            members: MapDelta::between(&self.members, &new.members),
            prefix_lists: MapDelta::between(&self.prefix_lists, &new.prefix_lists),
            acls: MapDelta::between(&self.acls, &new.acls),
            ways: MapDelta::between(&self.ways, &new.ways),
            public_addresses: MapDelta::between(&self.public_addresses, &new.public_addresses),
        }
    }

    pub fn apply(&mut self, delta: PacketDelta) {
        if let Some(ranges) = delta.ranges {
            self.ranges = ranges;
        }
        delta.interfaces.apply(&mut self.interfaces);
        delta.profiles.apply(&mut self.profiles);
        delta.members.apply(&mut self.members);
        delta.prefix_lists.apply(&mut self.prefix_lists);
        delta.acls.apply(&mut self.acls);
        delta.ways.apply(&mut self.ways);
        delta.public_addresses.apply(&mut self.public_addresses);
    }
}

impl PacketDelta {
    pub fn is_empty(&self) -> bool {
        *self == PacketDelta::default()
    }
}

impl<K, V> Default for MapDelta<K, V> {
    fn default() -> MapDelta<K, V> {
        MapDelta { put: BTreeMap::new(), removed: BTreeSet::new() }
    }
}

impl<K: Ord + Clone, V: PartialEq + Clone> MapDelta<K, V> {
    fn between(old: &BTreeMap<K, V>, new: &BTreeMap<K, V>) -> MapDelta<K, V> {
        let is_news = |(key, value): &(&K, &V)| old.get(key) != Some(*value);
        let put = new.iter().filter(is_news).map(|(key, value)| (key.clone(), value.clone()));
        let removed = old.keys().filter(|key| !new.contains_key(key)).cloned();
        MapDelta { put: put.collect(), removed: removed.collect() }
    }

    fn apply(self, map: &mut BTreeMap<K, V>) {
        for key in &self.removed {
            map.remove(key);
        }
        map.extend(self.put);
    }
}
