//! A policy as changes of the table: what the packet rules of interfaces, groups, ACLs and routes
//! are in it.
//!
//! A profile has a chain for each direction. All its rules allow, by returning to whoever asked,
//! but the last, which denies: so one more is added at the start, and none has to be taken away
//! for it. An interface is an element of look-up maps and sets.
//!
//! INVARIANT: an address is in `interfaces` exactly as long as it is in `senders`, `receivers` and
//! `vpcs`: what those let return is admitted.
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

use super::{
    command::{Command, Element, End, Key, Match, Rule, RuleEnd, Side},
    rules::{Generation, add, remove, set_generation},
};

/// Where what may leave goes on.
const ADMIT: &str = "admit";

/// Everything, for a table that has no policy yet.
pub(crate) fn whole(rules: &PacketRules) -> String {
    let nothing = PacketRules::default();
    let delta = nothing.delta_to(rules);
    Policy { old: &nothing, new: rules }.change(&delta).iter().map(Command::text).collect()
}

/// What makes `new` of `old`.
///
/// Where something was allowed that is not any more, connections are judged again: the next
/// generation is then the policy's.
pub(crate) fn change(
    (old, new): (&PacketRules, &PacketRules),
    delta: &PacketDelta,
    (generation, next): (Generation, Generation),
) -> (Vec<Command>, bool) {
    let policy = Policy { old, new };
    let mut commands = policy.change(delta);
    let forbids = policy.forbids(delta);
    if forbids {
        commands.extend(set_generation(generation, next));
    }
    (commands, forbids)
}

/// Two policies, of which the first is in force.
struct Policy<'a> {
    old: &'a PacketRules,
    new: &'a PacketRules,
}

impl Policy<'_> {
    fn change(&self, delta: &PacketDelta) -> Vec<Command> {
        let mut commands = self.referred(delta);
        for (name, ranges) in &delta.prefix_lists.put {
            let ranges: Vec<_> = ranges.iter().collect();
            commands.push(Command::Text(fill(&list_set(name), &ranges)));
        }
        for (id, members) in &delta.members.put {
            let old = self.old.members.get(id);
            commands.extend(difference(&member_set(id), old, members));
        }
        for (name, way) in &delta.ways.put {
            commands.push(Command::Text(chain(&way_chain(name), way_rules(way))));
        }
        for (name, profile) in &delta.profiles.put {
            self.put_profile(name, profile, &mut commands);
        }
        for (subnet, acl) in &delta.acls.put {
            for direction in [TrafficDirection::Egress, TrafficDirection::Ingress] {
                let rules = acl_rules(acl, direction);
                commands.push(Command::Text(chain(&acl_chain(subnet, direction), rules)));
            }
        }
        self.change_acl_lookups(delta, &mut commands);
        self.change_interfaces(delta, &mut commands);
        for (public, private) in &delta.public_addresses.put {
            commands.extend(self.remove_public(*public));
            let added = add("public_addresses", &format_args!("{public} : {private}"));
            commands.push(Command::Text(added));
        }
        for public in &delta.public_addresses.removed {
            commands.extend(self.remove_public(*public));
        }
        self.remove_unused(delta, &mut commands);
        commands
    }

    /// What rules and elements refer to, before those.
    fn referred(&self, delta: &PacketDelta) -> Vec<Command> {
        let members = delta.members.put.keys().map(|id| Command::AddSet(member_set(id)));
        let lists = delta.prefix_lists.put.keys().map(|id| {
            let kind = "type ipv4_addr; flags interval; auto-merge;";
            Command::Text(format!("add set inet longshore {} {{ {kind} }}\n", list_set(id)))
        });
        let (old, new) = (vpcs(self.old), vpcs(self.new));
        let vpcs = new.difference(&old).flat_map(|id| {
            let set = Command::AddSet(vpc_set(id));
            [set].into_iter().chain(chain_of(&vpc_chain(id), [vpc_rule(id)]))
        });
        members.chain(lists).chain(vpcs).collect()
    }

    /// Rules that are only more are added; otherwise they are written anew. What they allow returns
    /// to whoever asked, and the rest is denied at the chain's end.
    fn put_profile(&self, name: &str, profile: &Profile, commands: &mut Vec<Command>) {
        let old = self.old.profiles.get(name);
        let sides = [
            (TrafficDirection::Egress, &profile.egress, old.map(|old| &old.egress)),
            (TrafficDirection::Ingress, &profile.ingress, old.map(|old| &old.ingress)),
        ];
        for (direction, permits, old) in sides {
            let chain = profile_chain(name, direction);
            if let Some(more) = more(old, permits) {
                let rules = self.permit_rules(more, direction);
                commands.extend(rules.map(|rule| Command::InsertRule(chain.clone(), rule)));
            } else {
                let rules = self.permit_rules(permits.iter().collect(), direction);
                commands.extend(chain_of(&chain, rules.chain([deny(Vec::new())])));
            }
        }
    }

    fn permit_rules(
        &self,
        permits: Vec<&Permit>,
        direction: TrafficDirection,
    ) -> impl Iterator<Item = Rule> {
        permits.into_iter().filter_map(move |permit| self.permit_rule(permit, direction))
    }

    /// One rule of a group; `None` where it can match nothing.
    fn permit_rule(&self, permit: &Permit, direction: TrafficDirection) -> Option<Rule> {
        let side = match direction {
            TrafficDirection::Egress => Side::Answerer,
            TrafficDirection::Ingress => Side::Opener,
        };
        let mut matches = Match::traffic(permit.traffic)?;
        match &permit.peer {
            TrafficPeer::Range(Cidr::EVERYWHERE) => {}
            TrafficPeer::Range(range) => matches.push(Match::InRange(side, *range)),
            TrafficPeer::Ipv6Range(_) => return None,
            TrafficPeer::Group(id) => matches.push(Match::InSet(side, member_set(id))),
            TrafficPeer::PrefixList(id) if self.new.prefix_lists.contains_key(id) => {
                matches.push(Match::InSet(side, list_set(id)));
            }
            TrafficPeer::PrefixList(_) => return None,
        }
        Some(Rule { matches, end: RuleEnd::Return })
    }

    fn change_interfaces(&self, delta: &PacketDelta, commands: &mut Vec<Command>) {
        let changed = delta.interfaces.put.keys().chain(&delta.interfaces.removed);
        for address in changed {
            let old = self.old.interfaces.get(address).into_iter();
            let old = old.flat_map(|old| elements(*address, old));
            commands.extend(old.map(Command::Remove));
            let new = delta.interfaces.put.get(address).into_iter();
            let new = new.flat_map(|new| elements(*address, new));
            commands.extend(new.map(Command::Add));
        }
    }

    /// The look-up of an ACL, where an interface or its subnet's ACL came or went.
    fn change_acl_lookups(&self, delta: &PacketDelta, commands: &mut Vec<Command>) {
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
                let element = |subnet: &String| Element {
                    set: map.to_owned(),
                    key: Key::Address(*address),
                    end: Some(End::Jump(acl_chain(subnet, direction))),
                };
                commands.extend(old.iter().map(|subnet| Command::Remove(element(subnet))));
                commands.extend(new.iter().map(|subnet| Command::Add(element(subnet))));
            }
        }
    }

    fn remove_public(&self, public: Ipv4Addr) -> Option<Command> {
        let private = self.old.public_addresses.get(&public)?;
        let element = format_args!("{public} : {private}").to_string();
        Some(Command::Text(remove("public_addresses", &element)))
    }

    fn remove_unused(&self, delta: &PacketDelta, commands: &mut Vec<Command>) {
        let mut chains = Vec::new();
        for name in &delta.profiles.removed {
            chains.push(profile_chain(name, TrafficDirection::Egress));
            chains.push(profile_chain(name, TrafficDirection::Ingress));
        }
        for subnet in &delta.acls.removed {
            for direction in [TrafficDirection::Egress, TrafficDirection::Ingress] {
                chains.push(acl_chain(subnet, direction));
            }
        }
        chains.extend(delta.ways.removed.iter().map(|name| way_chain(name)));
        let (old, new) = (vpcs(self.old), vpcs(self.new));
        chains.extend(old.difference(&new).map(|id| vpc_chain(id)));
        commands.extend(chains.iter().cloned().map(Command::FlushChain));
        commands.extend(chains.into_iter().map(Command::DeleteChain));
        let sets = delta.members.removed.iter().map(|id| member_set(id));
        let sets = sets.chain(delta.prefix_lists.removed.iter().map(|id| list_set(id)));
        let gone = old.difference(&new).map(|id| vpc_set(id));
        commands.extend(sets.chain(gone).map(Command::DeleteSet));
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

/// The elements that an interface has, but those of ACLs.
fn elements(address: Ipv4Addr, interface: &FilteredInterface) -> Vec<Element> {
    let element = |set: &str, key, end| Element { set: set.to_owned(), key, end };
    let leads = |map: &str, end| element(map, Key::Address(address), Some(end));
    let [egress, ingress] = [TrafficDirection::Egress, TrafficDirection::Ingress]
        .map(|direction| profile_chain(&interface.profile, direction));
    let mut elements = vec![
        leads("senders", End::Jump(egress)),
        leads("receivers", End::Jump(ingress)),
        leads("vpcs", End::Jump(vpc_chain(&interface.vpc_id))),
        element("interfaces", Key::Address(address), None),
        element(&vpc_set(&interface.vpc_id), Key::Address(address), None),
    ];
    elements.extend(interface.way.iter().map(|way| leads("ways", End::Goto(way_chain(way)))));
    elements.push(match interface.resolver {
        Some(resolver) => element("resolvers", Key::Addresses(address, resolver), None),
        None => element("unresolved", Key::Address(address), None),
    });
    elements
}

fn vpcs(rules: &PacketRules) -> BTreeSet<&String> {
    rules.profiles.values().map(|profile| &profile.vpc_id).collect()
}

/// The permits that are new, where they are only more.
fn more<'a>(old: Option<&Vec<Permit>>, new: &'a [Permit]) -> Option<Vec<&'a Permit>> {
    let old = old.filter(|old| old.iter().all(|each| new.contains(each)))?;
    Some(new.iter().filter(|each| !old.contains(each)).collect())
}

/// What comes from an interface of another VPC is denied, whatever the rules say.
fn vpc_rule(vpc_id: &str) -> Rule {
    let of_vpcs = Match::InSet(Side::Opener, "vpc_ranges".to_owned());
    let of_another = Match::NotInSet(Side::Opener, vpc_set(vpc_id));
    deny(vec![of_vpcs, of_another])
}

fn deny(matches: Vec<Match>) -> Rule {
    Rule { matches, end: RuleEnd::goto("deny") }
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
    Some(format!("{}{range}{end}", match_traffic(entry.traffic)?))
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

/// What matches a packet by its own port, with a space after it; `None` where nothing can.
fn match_traffic(traffic: Traffic) -> Option<String> {
    let ports = |protocol: &str, first: u16, last: u16| match (first, last) {
        (0, u16::MAX) => format!("meta l4proto {protocol} "),
        _ if first == last => format!("meta l4proto {protocol} th dport {first} "),
        _ => format!("meta l4proto {protocol} th dport {first}-{last} "),
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

/// A chain with these rules and no others, whether or not there was one.
fn chain_of(name: &str, rules: impl IntoIterator<Item = Rule>) -> Vec<Command> {
    let empty = [Command::AddChain(name.to_owned()), Command::FlushChain(name.to_owned())];
    let rules = rules.into_iter().map(|rule| Command::AddRule(name.to_owned(), rule));
    empty.into_iter().chain(rules).collect()
}

fn difference(
    set: &str,
    old: Option<&BTreeSet<Ipv4Addr>>,
    new: &BTreeSet<Ipv4Addr>,
) -> Vec<Command> {
    let none = BTreeSet::new();
    let old = old.unwrap_or(&none);
    let added = new.difference(old).map(|one| Command::add(set, Key::Address(*one)));
    let gone = old.difference(new).map(|one| Command::remove(set, Key::Address(*one)));
    added.chain(gone).collect()
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

fn vpc_chain(vpc_id: &str) -> String {
    format!("o-{}", digest(vpc_id))
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

#[cfg(test)]
mod tests {
    use model::Traffic;

    use super::*;

    /// With an interface in group `a`, whose rules are for TCP on these ports.
    fn rules(ports: &[u16]) -> PacketRules {
        let permit = |port: &u16| Permit {
            group_id: "a".to_owned(),
            rule_id: port.to_string(),
            traffic: Traffic::Tcp(*port, *port),
            peer: TrafficPeer::Group("a".to_owned()),
        };
        let permits: Vec<Permit> = ports.iter().map(permit).collect();
        let profile = Profile {
            vpc_id: "vpc".to_owned(),
            group_ids: vec!["a".to_owned()],
            ingress: permits.clone(),
            egress: permits,
        };
        let interface = FilteredInterface {
            vpc_id: "vpc".to_owned(),
            subnet_id: "subnet".to_owned(),
            profile: "a".to_owned(),
            way: None,
            resolver: None,
        };
        let address = Ipv4Addr::new(10, 0, 0, 1);
        let mut rules = PacketRules::default();
        rules.interfaces.insert(address, interface);
        rules.profiles.insert("a".to_owned(), Arc::new(profile));
        rules.members.insert("a".to_owned(), BTreeSet::from([address]));
        rules
    }

    /// What happens all the time is told to the kernel without a program in between.
    #[test]
    fn interfaces_and_rules_change_without_text() {
        let (none, one, two) = (PacketRules::default(), rules(&[80]), rules(&[80, 81]));
        for (old, new, forbids) in
            [(&none, &one, false), (&one, &two, false), (&two, &one, true), (&one, &none, true)]
        {
            let (commands, does_forbid) = change((old, new), &old.delta_to(new), (1, 2));
            assert_eq!(does_forbid, forbids);
            assert!(!commands.is_empty());
            let is_text = |one: &Command| matches!(one, Command::Text(_));
            assert!(!commands.iter().any(is_text), "{commands:?}");
        }
        let (more, _) = change((&one, &two), &one.delta_to(&two), (1, 2));
        let [Command::InsertRule(leaving, _), Command::InsertRule(entering, _)] = more.as_slice()
        else {
            panic!("one more rule is one more, not {more:?}");
        };
        assert_eq!(*leaving, profile_chain("a", TrafficDirection::Egress));
        assert_eq!(*entering, profile_chain("a", TrafficDirection::Ingress));
    }
}
