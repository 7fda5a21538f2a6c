//! The rules of all interfaces, compiled from the snapshot.
//!
//! Interfaces that are in the same groups share one profile, so that one more of them costs a
//! look-up entry and a set element for each of its groups, however many there are.
//!
//! INVARIANT: a group that no rule refers to has no member set, and groups that no interface is
//! in have no rules here: what cannot be asked is not kept.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use model::{
    Cidr, Entry, PrefixList, SecurityGroup, Snapshot, Traffic, TrafficDirection, TrafficPeer,
};

/// The groups that an interface is in, in order.
pub type Profile = Vec<String>;

/// What a packet filter is to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacketRules {
    pub interfaces: BTreeMap<Ipv4Addr, FilteredInterface>,
    pub profiles: BTreeMap<Profile, ProfileRules>,
    /// The addresses of the members of each group that a rule refers to.
    pub members: BTreeMap<String, BTreeSet<Ipv4Addr>>,
    /// The ranges of each prefix list that a rule refers to.
    pub prefix_lists: BTreeMap<String, BTreeSet<Cidr>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilteredInterface {
    pub vpc_id: String,
    pub profile: Profile,
}

/// What the interfaces of a profile may receive and send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileRules {
    pub ingress: Vec<Permit>,
    pub egress: Vec<Permit>,
}

/// Traffic that one rule of one group allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    pub group_id: String,
    pub rule_id: String,
    pub traffic: Traffic,
    pub peer: TrafficPeer,
}

impl PacketRules {
    /// Compiles the rules of every interface that the snapshot holds.
    pub fn of(snapshot: &Snapshot) -> PacketRules {
        let mut rules = PacketRules::default();
        for interface in snapshot.interfaces.all() {
            let profile: BTreeSet<&String> = interface.security_group_ids.iter().collect();
            let profile: Profile = profile.into_iter().cloned().collect();
            if !rules.profiles.contains_key(&profile) {
                let groups = profile
                    .iter()
                    .filter_map(|id| snapshot.security_groups.get(&interface.scope, id));
                rules.profiles.insert(profile.clone(), profile_rules(groups));
            }
            let vpc_id = interface.vpc_id.clone();
            rules.interfaces.insert(interface.address, FilteredInterface { vpc_id, profile });
        }
        rules.fill_members();
        rules.fill_prefix_lists(snapshot);
        rules
    }

    fn fill_members(&mut self) {
        let referred = self.permits().filter_map(|permit| match &permit.peer {
            TrafficPeer::Group(id) => Some((id.clone(), BTreeSet::new())),
            TrafficPeer::Range(_) | TrafficPeer::Ipv6Range(_) | TrafficPeer::PrefixList(_) => None,
        });
        self.members = referred.collect();
        for (address, interface) in &self.interfaces {
            for id in &interface.profile {
                if let Some(members) = self.members.get_mut(id) {
                    members.insert(*address);
                }
            }
        }
    }

    /// A list that is gone has no ranges.
    fn fill_prefix_lists(&mut self, snapshot: &Snapshot) {
        let referred = self.permits().filter_map(|permit| match &permit.peer {
            TrafficPeer::PrefixList(id) => Some(id),
            TrafficPeer::Range(_) | TrafficPeer::Ipv6Range(_) | TrafficPeer::Group(_) => None,
        });
        let referred: BTreeSet<&String> = referred.collect();
        if referred.is_empty() {
            return;
        }
        let known = snapshot.prefix_lists.all().filter(|list| referred.contains(&list.id));
        let ranges = |list: &PrefixList| list.entries.iter().map(|entry| entry.range).collect();
        self.prefix_lists = known.map(|list| (list.id.clone(), ranges(list))).collect();
    }

    fn permits(&self) -> impl Iterator<Item = &Permit> {
        self.profiles.values().flat_map(|each| each.ingress.iter().chain(&each.egress))
    }
}

fn profile_rules<'a>(groups: impl Iterator<Item = &'a Entry<SecurityGroup>>) -> ProfileRules {
    let mut made = ProfileRules::default();
    for group in groups {
        for (rule_id, rule) in &group.rules {
            let permit = Permit {
                group_id: group.id.clone(),
                rule_id: rule_id.clone(),
                traffic: rule.traffic,
                peer: rule.peer.clone(),
            };
            match rule.direction {
                TrafficDirection::Ingress => made.ingress.push(permit),
                TrafficDirection::Egress => made.egress.push(permit),
            }
        }
    }
    made
}
