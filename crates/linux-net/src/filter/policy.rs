//! The text of a policy: what the packet rules of interfaces, groups, ACLs and routes are in the
//! table.
//!
//! A profile has a chain for each direction, of which the rules are in a chain of their own: all
//! of them allow, so one more is added at the end, and none has to be taken away for it. An
//! interface is an element of look-up maps and sets.
//!
//! INVARIANT: what a change refers to is there before it, and what it takes away is referred to by
//! nothing after it.

use std::{collections::BTreeSet, fmt::Write, net::Ipv4Addr, sync::Arc};

use model::{
    Cidr, NetworkAclAction, NetworkAclEntry, NetworkAclRange, Traffic, TrafficDirection,
    TrafficPeer,
    packet_rules::{
        FilteredInterface, PacketDelta, PacketRules, Permit, Profile, SubnetAcl, WayEnd, WayRule,
    },
};
use sha2::{Digest, Sha256};

use super::rules::{Generation, add, remove, set_generation};

/// The ends of the rules of a profile.
const ADMIT: &str = "admit";
const ARRIVE: &str = "arrive";

/// Everything, for a table that has no policy yet.
pub(crate) fn whole(rules: &PacketRules) -> String {
    let nothing = PacketRules::default();
    let delta = nothing.delta_to(rules);
    Policy { old: &nothing, new: rules }.change(&delta)
}

/// What makes `new` of `old`.
///
/// Where something was allowed that is not any more, connections are judged again: the
/// generation that is given is then the policy's.
pub(crate) fn change(
    (old, new): (&PacketRules, &PacketRules),
    delta: &PacketDelta,
    generation: Generation,
) -> (String, bool) {
    let policy = Policy { old, new };
    let mut text = policy.change(delta);
    let forbids = policy.forbids(delta);
    if forbids {
        text += &set_generation(generation);
    }
    (text, forbids)
}

/// Two policies, of which the first is in force.
struct Policy<'a> {
    old: &'a PacketRules,
    new: &'a PacketRules,
}

impl Policy<'_> {
    fn change(&self, delta: &PacketDelta) -> String {
        let mut text = String::new();
        self.add_named_sets(delta, &mut text);
        for (name, ranges) in &delta.prefix_lists.put {
            text += &fill(&list_set(name), &ranges.iter().collect::<Vec<_>>());
        }
        for (id, members) in &delta.members.put {
            let old = self.old.members.get(id);
            text += &difference(&member_set(id), old, members);
        }
        for (name, way) in &delta.ways.put {
            text += &chain(&way_chain(name), way_rules(way));
        }
        for (name, profile) in &delta.profiles.put {
            self.put_profile(name, profile, &mut text);
        }
        for (subnet, acl) in &delta.acls.put {
            for direction in [TrafficDirection::Egress, TrafficDirection::Ingress] {
                text += &chain(&acl_chain(subnet, direction), acl_rules(acl, direction));
            }
        }
        self.change_acl_lookups(delta, &mut text);
        self.change_interfaces(delta, &mut text);
        for (public, private) in &delta.public_addresses.put {
            text += &self.remove_public(*public);
            text += &add("public_addresses", &format_args!("{public} : {private}"));
        }
        for public in &delta.public_addresses.removed {
            text += &self.remove_public(*public);
        }
        self.remove_unused(delta, &mut text);
        text
    }

    /// Sets that rules refer to, before the rules.
    fn add_named_sets(&self, delta: &PacketDelta, text: &mut String) {
        let mut declare = |name: String, kind: &str| {
            let _ = writeln!(text, "add set inet longshore {name} {{ type {kind}; }}");
        };
        for id in delta.members.put.keys() {
            declare(member_set(id), "ipv4_addr");
        }
        for id in delta.prefix_lists.put.keys() {
            declare(list_set(id), "ipv4_addr; flags interval; auto-merge");
        }
        for id in vpcs(self.new).difference(&vpcs(self.old)) {
            declare(vpc_set(id), "ipv4_addr");
        }
    }

    /// Rules that are only more are added; otherwise they are written anew.
    fn put_profile(&self, name: &str, profile: &Profile, text: &mut String) {
        let old = self.old.profiles.get(name);
        let sides = [
            (TrafficDirection::Egress, &profile.egress, old.map(|old| &old.egress)),
            (TrafficDirection::Ingress, &profile.ingress, old.map(|old| &old.ingress)),
        ];
        for (direction, permits, old) in sides {
            let rules = rule_chain(name, direction);
            let is_more = old.is_some_and(|old| old.iter().all(|each| permits.contains(each)));
            let added = permits
                .iter()
                .filter(|each| !is_more || !old.is_some_and(|old| old.contains(each)));
            let lines: Vec<String> =
                added.filter_map(|permit| self.permit_rule(permit, direction)).collect();
            if is_more {
                *text += &rules_of(&rules, lines);
                continue;
            }
            *text += &chain(&rules, lines);
            if old.is_none() {
                *text += &chain(
                    &profile_chain(name, direction),
                    profile_rules(profile, &rules, direction),
                );
            }
        }
    }

    /// One rule of a group; `None` where it can match nothing.
    fn permit_rule(&self, permit: &Permit, direction: TrafficDirection) -> Option<String> {
        let (side, end) = match direction {
            TrafficDirection::Egress => ("ct reply ip saddr", ARRIVE),
            TrafficDirection::Ingress => ("ct original ip saddr", ADMIT),
        };
        let peer = match &permit.peer {
            TrafficPeer::Range(Cidr::EVERYWHERE) => String::new(),
            TrafficPeer::Range(range) => format!("{side} {range} "),
            TrafficPeer::Ipv6Range(_) => return None,
            TrafficPeer::Group(id) => format!("{side} @{} ", member_set(id)),
            TrafficPeer::PrefixList(id) if self.new.prefix_lists.contains_key(id) => {
                format!("{side} @{} ", list_set(id))
            }
            TrafficPeer::PrefixList(_) => return None,
        };
        let traffic = match_traffic(permit.traffic, "ct reply proto-src")?;
        Some(format!("{traffic}{peer}goto {end}"))
    }

    fn change_interfaces(&self, delta: &PacketDelta, text: &mut String) {
        for (address, interface) in &delta.interfaces.put {
            if let Some(old) = self.old.interfaces.get(address) {
                for (set, element) in elements(*address, old) {
                    *text += &remove(&set, &element);
                }
            }
            for (set, element) in elements(*address, interface) {
                *text += &add(&set, &element);
            }
        }
        for address in &delta.interfaces.removed {
            let Some(old) = self.old.interfaces.get(address) else { continue };
            for (set, element) in elements(*address, old) {
                *text += &remove(&set, &element);
            }
        }
    }

    /// The look-up of an ACL, where an interface or its subnet's ACL came or went.
    fn change_acl_lookups(&self, delta: &PacketDelta, text: &mut String) {
        let came = delta.acls.put.keys().filter(|id| !self.old.acls.contains_key(*id));
        let moved: BTreeSet<&String> = came.chain(&delta.acls.removed).collect();
        let of_subnets = self.old.interfaces.iter().chain(&self.new.interfaces);
        let of_subnets = of_subnets.filter(|(_, one)| moved.contains(&one.subnet_id));
        let touched = delta.interfaces.put.keys().chain(&delta.interfaces.removed);
        let addresses: BTreeSet<&Ipv4Addr> =
            touched.chain(of_subnets.map(|(address, _)| address)).collect();
        for address in addresses {
            let asked = |rules: &PacketRules| {
                let interface = rules.interfaces.get(address)?;
                rules.acls.contains_key(&interface.subnet_id).then(|| interface.subnet_id.clone())
            };
            let (old, new) = (asked(self.old), asked(self.new));
            if old == new {
                continue;
            }
            for (map, direction) in [
                ("acl_senders", TrafficDirection::Egress),
                ("acl_receivers", TrafficDirection::Ingress),
            ] {
                let element =
                    |subnet: &String| format!("{address} : jump {}", acl_chain(subnet, direction));
                if let Some(subnet) = &old {
                    *text += &remove(map, &element(subnet));
                }
                if let Some(subnet) = &new {
                    *text += &add(map, &element(subnet));
                }
            }
        }
    }

    fn remove_public(&self, public: Ipv4Addr) -> String {
        let old = self.old.public_addresses.get(&public);
        old.map(|private| remove("public_addresses", &format_args!("{public} : {private}")))
            .unwrap_or_default()
    }

    fn remove_unused(&self, delta: &PacketDelta, text: &mut String) {
        let mut chains = Vec::new();
        for name in &delta.profiles.removed {
            for direction in [TrafficDirection::Egress, TrafficDirection::Ingress] {
                chains.push(profile_chain(name, direction));
                chains.push(rule_chain(name, direction));
            }
        }
        for subnet in &delta.acls.removed {
            for direction in [TrafficDirection::Egress, TrafficDirection::Ingress] {
                chains.push(acl_chain(subnet, direction));
            }
        }
        chains.extend(delta.ways.removed.iter().map(|name| way_chain(name)));
        for chain in &chains {
            let _ = writeln!(text, "flush chain inet longshore {chain}");
        }
        for chain in &chains {
            let _ = writeln!(text, "delete chain inet longshore {chain}");
        }
        let sets = delta.members.removed.iter().map(|id| member_set(id));
        let sets = sets.chain(delta.prefix_lists.removed.iter().map(|id| list_set(id)));
        let gone = vpcs(self.old);
        let gone = gone.difference(&vpcs(self.new)).map(|id| vpc_set(id)).collect::<Vec<_>>();
        for set in sets.chain(gone) {
            let _ = writeln!(text, "delete set inet longshore {set}");
        }
    }

    /// Whether a connection may be open that is not allowed any more. An ACL is asked for each
    /// packet, and a public address only opens.
    fn forbids(&self, delta: &PacketDelta) -> bool {
        let is_less = |(name, new): (&String, &Arc<Profile>)| {
            self.old.profiles.get(name).is_some_and(|old| {
                !old.ingress.iter().all(|each| new.ingress.contains(each))
                    || !old.egress.iter().all(|each| new.egress.contains(each))
            })
        };
        let has_left = |(id, new): (&String, &BTreeSet<Ipv4Addr>)| {
            self.old.members.get(id).is_some_and(|old| !old.is_subset(new))
        };
        let is_narrower = |(id, new): (&String, &BTreeSet<Cidr>)| {
            self.old.prefix_lists.get(id).is_some_and(|old| !old.is_subset(new))
        };
        let leads_elsewhere = |name: &String| self.old.ways.contains_key(name);
        !delta.interfaces.removed.is_empty()
            || delta.interfaces.put.keys().any(|address| self.old.interfaces.contains_key(address))
            || delta.profiles.put.iter().any(is_less)
            || delta.members.put.iter().any(has_left)
            || delta.prefix_lists.put.iter().any(is_narrower)
            || !delta.prefix_lists.removed.is_empty()
            || delta.ways.put.keys().any(leads_elsewhere)
    }
}

/// The elements that an interface has, but those of ACLs: set or map, and element.
fn elements(address: Ipv4Addr, interface: &FilteredInterface) -> Vec<(String, String)> {
    let profile = &interface.profile;
    let goto = |direction| format!("{address} : goto {}", profile_chain(profile, direction));
    let mut elements = vec![
        ("senders".to_owned(), goto(TrafficDirection::Egress)),
        ("receivers".to_owned(), goto(TrafficDirection::Ingress)),
        (vpc_set(&interface.vpc_id), address.to_string()),
    ];
    if let Some(way) = &interface.way {
        elements.push(("ways".to_owned(), format!("{address} : goto {}", way_chain(way))));
    }
    elements.push(match interface.resolver {
        Some(resolver) => ("resolvers".to_owned(), format!("{address} . {resolver}")),
        None => ("unresolved".to_owned(), address.to_string()),
    });
    elements
}

fn vpcs(rules: &PacketRules) -> BTreeSet<&String> {
    rules.profiles.values().map(|profile| &profile.vpc_id).collect()
}

/// Its rules are asked after those that hold for all: what comes from an interface of another VPC
/// is denied.
fn profile_rules(profile: &Profile, rules: &str, direction: TrafficDirection) -> Vec<String> {
    let own = vpc_set(&profile.vpc_id);
    let other_vpc =
        format!("ct original ip saddr @vpc_ranges ct original ip saddr != @{own} goto deny");
    let first = match direction {
        TrafficDirection::Ingress => Some(other_vpc),
        TrafficDirection::Egress => None,
    };
    first.into_iter().chain([format!("jump {rules}"), "goto deny".to_owned()]).collect()
}

fn acl_rules(acl: &SubnetAcl, direction: TrafficDirection) -> Vec<String> {
    let other = match direction {
        TrafficDirection::Egress => "ip daddr",
        TrafficDirection::Ingress => "ip saddr",
    };
    let inside = format!("ip saddr {0} ip daddr {0} return", acl.range);
    let entries = acl.entries.iter().filter(|entry| entry.direction == direction);
    let rules = entries.filter_map(|entry| acl_rule(entry, other));
    [inside].into_iter().chain(rules).chain(["goto deny".to_owned()]).collect()
}

fn acl_rule(entry: &NetworkAclEntry, other: &str) -> Option<String> {
    let range = match entry.range {
        NetworkAclRange::Ipv4(Cidr::EVERYWHERE) => String::new(),
        NetworkAclRange::Ipv4(range) => format!("{other} {range} "),
        NetworkAclRange::Ipv6(_) => return None,
    };
    let end = match entry.action {
        NetworkAclAction::Allow => "return",
        NetworkAclAction::Deny => "goto deny",
    };
    Some(format!("{}{range}{end}", match_traffic(entry.traffic, "th dport")?))
}

fn way_rules(way: &[WayRule]) -> Vec<String> {
    let rules = way.iter().map(|rule| {
        let end = match rule.end {
            WayEnd::Outside => ADMIT,
            WayEnd::NoPublicAddress | WayEnd::BlackHole | WayEnd::NatWithoutWay => "deny",
        };
        format!("ct reply ip saddr {} goto {end}", rule.range)
    });
    rules.chain(["goto deny".to_owned()]).collect()
}

/// What matches traffic by the given port, with a space after it; `None` where nothing can.
fn match_traffic(traffic: Traffic, port: &str) -> Option<String> {
    let ports = |protocol: &str, first: u16, last: u16| match (first, last) {
        (0, u16::MAX) => format!("meta l4proto {protocol} "),
        _ if first == last => format!("meta l4proto {protocol} {port} {first} "),
        _ => format!("meta l4proto {protocol} {port} {first}-{last} "),
    };
    Some(match traffic {
        Traffic::All => String::new(),
        Traffic::Tcp(first, last) => ports("tcp", first, last),
        Traffic::Udp(first, last) => ports("udp", first, last),
        Traffic::Icmp(kind, code) => {
            let kind = kind.map(|kind| format!("icmp type {kind} ")).unwrap_or_default();
            let code = code.map(|code| format!("icmp code {code} ")).unwrap_or_default();
            format!("meta l4proto icmp {kind}{code}")
        }
        Traffic::Icmpv6(..) => return None,
        Traffic::Protocol(number) => format!("meta l4proto {number} "),
    })
}

/// A chain with these rules and no others.
fn chain(name: &str, rules: Vec<String>) -> String {
    let head = format!("add chain inet longshore {name}\nflush chain inet longshore {name}\n");
    head + &rules_of(name, rules)
}

fn rules_of(name: &str, rules: Vec<String>) -> String {
    rules.into_iter().fold(String::new(), |text, rule| {
        text + &format!("add rule inet longshore {name} {rule}\n")
    })
}

/// A set with these elements and no others.
fn fill<T: std::fmt::Display>(set: &str, elements: &[T]) -> String {
    let mut text = format!("flush set inet longshore {set}\n");
    if !elements.is_empty() {
        let listed: Vec<String> = elements.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "add element inet longshore {set} {{ {} }}", listed.join(", "));
    }
    text
}

fn difference(set: &str, old: Option<&BTreeSet<Ipv4Addr>>, new: &BTreeSet<Ipv4Addr>) -> String {
    let none = BTreeSet::new();
    let old = old.unwrap_or(&none);
    let added: String = new.difference(old).map(|address| add(set, address)).collect();
    let gone: String = old.difference(new).map(|address| remove(set, address)).collect();
    added + &gone
}

fn side(direction: TrafficDirection) -> char {
    match direction {
        TrafficDirection::Egress => 'e',
        TrafficDirection::Ingress => 'i',
    }
}

fn profile_chain(name: &str, direction: TrafficDirection) -> String {
    format!("{}-{}", side(direction), digest(name))
}

fn rule_chain(name: &str, direction: TrafficDirection) -> String {
    format!("{}r-{}", side(direction), digest(name))
}

fn acl_chain(subnet_id: &str, direction: TrafficDirection) -> String {
    format!("a{}-{}", side(direction), digest(subnet_id))
}

fn way_chain(name: &str) -> String {
    format!("w-{}", digest(name))
}

fn member_set(group_id: &str) -> String {
    format!("m-{}", digest(group_id))
}

fn list_set(prefix_list_id: &str) -> String {
    format!("p-{}", digest(prefix_list_id))
}

fn vpc_set(vpc_id: &str) -> String {
    format!("v-{}", digest(vpc_id))
}

/// A name of any length and letters, as one that the filter takes.
fn digest(name: &str) -> String {
    let digest = Sha256::digest(name);
    let mut text = String::new();
    for byte in digest.iter().take(8) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
