//! The packet rules of all interfaces, compiled from the snapshot.
//!
//! INVARIANT: a group that no rule refers to has no member set, groups that no interface is in
//! have no rules, and subnets without interfaces neither ACL nor ways: what cannot be asked is
//! not kept.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use model::packet_rules::{FilteredInterface, PacketRules, Permit, Profile, SubnetAcl};
use model::{
    Entry, Interface, InterfaceOwner, PrefixList, SecurityGroup, Snapshot, Subnet,
    TrafficDirection, TrafficPeer, Vpc,
};

use crate::ways::{self, Reach};

/// Joins the ids of a profile's groups.
const PROFILE_SEPARATOR: &str = "+";

/// Compiles the rules of every interface that the snapshot holds.
pub fn compile(snapshot: &Snapshot) -> PacketRules {
    compile_after(snapshot, (&Snapshot::default(), &PacketRules::default()))
}

/// The same, with what an earlier snapshot was compiled to: of that, profiles are kept whose
/// groups are as they were.
pub fn compile_after(snapshot: &Snapshot, earlier: Earlier<'_>) -> PacketRules {
    let mut rules = PacketRules {
        ranges: snapshot.vpcs.all().map(|vpc| vpc.cidr).collect(),
        ..PacketRules::default()
    };
    for interface in snapshot.interfaces.all() {
        let profile = add_profile(&mut rules, (snapshot, earlier), interface);
        let subnet = snapshot.subnets.get(&interface.scope, &interface.subnet_id);
        let vpc = snapshot.vpcs.get(&interface.scope, &interface.vpc_id);
        if let Some(subnet) = subnet {
            add_acl(&mut rules, snapshot, subnet);
        }
        let way = subnet.and_then(|subnet| add_way(&mut rules, snapshot, (interface, subnet)));
        let filtered = FilteredInterface {
            vpc_id: interface.vpc_id.clone(),
            subnet_id: interface.subnet_id.clone(),
            profile,
            way,
            resolver: vpc.and_then(resolver),
        };
        rules.interfaces.insert(interface.address, filtered);
    }
    fill_members(&mut rules);
    fill_prefix_lists(&mut rules, snapshot);
    rules
}

/// Whether no commit between two snapshots touched anything that packet rules are made of.
pub fn is_same(one: &Snapshot, other: &Snapshot) -> bool {
    one.interfaces.is_same(&other.interfaces)
        && one.security_groups.is_same(&other.security_groups)
        && one.prefix_lists.is_same(&other.prefix_lists)
        && one.network_acls.is_same(&other.network_acls)
        && one.route_tables.is_same(&other.route_tables)
        && one.internet_gateways.is_same(&other.internet_gateways)
        && one.nat_gateways.is_same(&other.nat_gateways)
        && one.elastic_ips.is_same(&other.elastic_ips)
        && one.subnets.is_same(&other.subnets)
        && one.vpcs.is_same(&other.vpcs)
}

/// COMPAT: the base of the VPC's range plus two ("Amazon DNS server").
fn resolver(vpc: &Entry<Vpc>) -> Option<Ipv4Addr> {
    vpc.cidr.address(2).filter(|_| vpc.attributes.is_dns_supported)
}

/// What was compiled before, and from what.
type Earlier<'a> = (&'a Snapshot, &'a PacketRules);

fn add_profile(
    rules: &mut PacketRules,
    (snapshot, earlier): (&Snapshot, Earlier<'_>),
    interface: &Interface,
) -> String {
    let ids: BTreeSet<&String> = interface.security_group_ids.iter().collect();
    let ids: Vec<String> = ids.into_iter().cloned().collect();
    let name = ids.join(PROFILE_SEPARATOR);
    if !rules.profiles.contains_key(&name) {
        let kept = kept(snapshot, earlier, (interface, &name));
        let made = kept.unwrap_or_else(|| Arc::new(profile(snapshot, interface, ids)));
        rules.profiles.insert(name.clone(), made);
    }
    name
}

/// The earlier profile of that name, where all that it was made of is as it was.
fn kept(
    snapshot: &Snapshot,
    (before, rules): Earlier<'_>,
    (interface, name): (&Interface, &str),
) -> Option<Arc<Profile>> {
    let profile = rules.profiles.get(name)?;
    let group = |snapshot: &Snapshot, id: &String| {
        snapshot.security_groups.get(&interface.scope, id).map(|group| Arc::clone(&group.record))
    };
    let is_same = |id: &String| match (group(before, id), group(snapshot, id)) {
        (Some(old), Some(new)) => Arc::ptr_eq(&old, &new),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let is_kept = profile.vpc_id == interface.vpc_id && profile.group_ids.iter().all(is_same);
    is_kept.then(|| Arc::clone(profile))
}

fn profile(snapshot: &Snapshot, interface: &Interface, group_ids: Vec<String>) -> Profile {
    let groups =
        group_ids.iter().filter_map(|id| snapshot.security_groups.get(&interface.scope, id));
    let (mut ingress, mut egress) = (Vec::new(), Vec::new());
    for group in groups {
        for (direction, permit) in permits(group) {
            match direction {
                TrafficDirection::Ingress => ingress.push(permit),
                TrafficDirection::Egress => egress.push(permit),
            }
        }
    }
    Profile { vpc_id: interface.vpc_id.clone(), group_ids, ingress, egress }
}

fn permits(group: &SecurityGroup) -> impl Iterator<Item = (TrafficDirection, Permit)> {
    group.rules.iter().map(|(rule_id, rule)| {
        let permit = Permit {
            group_id: group.id.clone(),
            rule_id: rule_id.clone(),
            traffic: rule.traffic,
            peer: rule.peer.clone(),
        };
        (rule.direction, permit)
    })
}

fn add_acl(rules: &mut PacketRules, snapshot: &Snapshot, subnet: &Subnet) {
    let is_of_subnet = |id: &String| *id == subnet.id;
    let mut acls = snapshot.network_acls.list(&subnet.scope);
    let acl = acls.find(|acl| acl.associations.values().any(is_of_subnet));
    if let Some(acl) = acl
        && !acl.is_open()
    {
        let (acl_id, range, entries) = (acl.id.clone(), subnet.cidr, acl.entries.clone());
        rules.acls.insert(subnet.id.clone(), SubnetAcl { acl_id, range, entries });
    }
}

/// A load balancer and a NAT gateway reach nothing outside by themselves.
fn add_way(
    rules: &mut PacketRules,
    snapshot: &Snapshot,
    (interface, subnet): (&Interface, &Subnet),
) -> Option<String> {
    match interface.owner {
        InterfaceOwner::Task(_) | InterfaceOwner::User => {}
        InterfaceOwner::LoadBalancer { .. } | InterfaceOwner::NatGateway { .. } => return None,
    }
    let table = ways::route_table(snapshot, subnet)?;
    let public_address = interface.public_address.or_else(|| {
        let mut known = snapshot.elastic_ips.list(&interface.scope);
        known.find_map(|known| {
            let association = known.association.as_ref()?;
            (association.interface_id == interface.id).then_some(known.address)
        })
    });
    let reach = if public_address.is_some() { Reach::Public } else { Reach::Private };
    let name = ways::name(table, reach);
    let way =
        rules.ways.entry(name.clone()).or_insert_with(|| ways::compile(snapshot, table, reach));
    if let Some(public) = public_address
        && ways::is_open(way)
    {
        rules.public_addresses.insert(public, interface.address);
    }
    Some(name)
}

fn fill_members(rules: &mut PacketRules) {
    let referred = referred(rules).filter_map(|peer| match peer {
        TrafficPeer::Group(id) => Some((id.clone(), BTreeSet::new())),
        TrafficPeer::Range(_) | TrafficPeer::Ipv6Range(_) | TrafficPeer::PrefixList(_) => None,
    });
    let mut members: BTreeMap<String, BTreeSet<_>> = referred.collect();
    for (address, interface) in &rules.interfaces {
        let groups = rules.profiles.get(&interface.profile).map(|profile| &profile.group_ids);
        for id in groups.into_iter().flatten() {
            if let Some(members) = members.get_mut(id) {
                members.insert(*address);
            }
        }
    }
    rules.members = members;
}

/// A list that is gone has no ranges.
fn fill_prefix_lists(rules: &mut PacketRules, snapshot: &Snapshot) {
    let referred: BTreeSet<&String> = referred(rules)
        .filter_map(|peer| match peer {
            TrafficPeer::PrefixList(id) => Some(id),
            TrafficPeer::Range(_) | TrafficPeer::Ipv6Range(_) | TrafficPeer::Group(_) => None,
        })
        .collect();
    if referred.is_empty() {
        return;
    }
    let known = snapshot.prefix_lists.all().filter(|list| referred.contains(&list.id));
    let ranges = |list: &PrefixList| list.entries.iter().map(|entry| entry.range).collect();
    let filled = known.map(|list| (list.id.clone(), ranges(list))).collect();
    rules.prefix_lists = filled;
}

fn referred(rules: &PacketRules) -> impl Iterator<Item = &TrafficPeer> {
    let permits = rules.profiles.values().flat_map(|each| each.ingress.iter().chain(&each.egress));
    permits.map(|permit| &permit.peer)
}
