//! The compiled rules decide as the groups' records say, read one by one.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use model::{
    Cidr, Interface, InterfaceOwner, NetworkAcl, NetworkAclAction, NetworkAclEntry,
    NetworkAclRange, Plan, Scope, SecurityGroup, SecurityGroupRule, Snapshot, Subnet, Tags,
    Timestamp, Traffic, TrafficDirection, TrafficPeer, Vpc, VpcAttributes,
};
use netplan::{Opening, Refusal, Verdict, compile, compile_after, verdict};
use proptest::prelude::*;

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const GRE: u8 = 47;

const VPCS: [&str; 2] = ["vpc-a", "vpc-b"];
/// As many groups in each VPC.
const GROUPS: usize = 3;
const PORTS: [u16; 4] = [79, 80, 81, 443];

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

fn group_id(vpc: usize, index: usize) -> String {
    format!("sg-{vpc}{index}")
}

/// From the twelfth on they are outside of every VPC.
fn address(index: usize) -> Ipv4Addr {
    let net = u8::from(index >= 12);
    Ipv4Addr::new(10, net, (index / 4) as u8, (index % 4) as u8)
}

fn vpc_range() -> Cidr {
    Cidr::parse("10.0.0.0/16").expect("a range")
}

/// The rule, without what the compiled form is made of.
fn is_allowed(snapshot: &Snapshot, opening: &Opening) -> bool {
    let find = |address: Ipv4Addr| snapshot.interfaces.all().find(|one| one.address == address);
    let (source, destination) = (find(opening.source), find(opening.destination));
    let lets = |interface: &Interface, direction: TrafficDirection, other: Ipv4Addr| {
        let groups = interface.security_group_ids.iter();
        let groups = groups.filter_map(|id| snapshot.security_groups.get(&interface.scope, id));
        groups.flat_map(|group| group.rules.values()).any(|rule| {
            let is_peer = match &rule.peer {
                TrafficPeer::Range(range) => range.contains(other),
                TrafficPeer::Ipv6Range(_) => false,
                TrafficPeer::PrefixList(id) => snapshot
                    .prefix_lists
                    .get(&interface.scope, id)
                    .is_some_and(|list| list.entries.iter().any(|one| one.range.contains(other))),
                TrafficPeer::Group(id) => {
                    find(other).is_some_and(|one| one.security_group_ids.contains(id))
                }
            };
            rule.direction == direction && is_peer && is_traffic(rule.traffic, opening)
        })
    };
    let (Some(from), Some(to)) = (source, destination) else {
        let is_vacant = |address| vpc_range().contains(address) && find(address).is_none();
        if is_vacant(opening.source) || is_vacant(opening.destination) {
            return false;
        }
        return match (source, destination) {
            (None, Some(to)) => {
                passes_acl(snapshot, (to, TrafficDirection::Ingress), opening)
                    && passes_acl(snapshot, (to, TrafficDirection::Egress), &answer(opening))
                    && lets(to, TrafficDirection::Ingress, opening.source)
            }
            // No subnet has a route.
            (Some(_), None) => false,
            (None, None) | (Some(_), Some(_)) => true,
        };
    };
    let is_acl_asked = from.subnet_id != to.subnet_id;
    let back = answer(opening);
    let passes_acls = passes_acl(snapshot, (from, TrafficDirection::Egress), opening)
        && passes_acl(snapshot, (to, TrafficDirection::Ingress), opening)
        && passes_acl(snapshot, (to, TrafficDirection::Egress), &back)
        && passes_acl(snapshot, (from, TrafficDirection::Ingress), &back);
    from.vpc_id == to.vpc_id
        && (!is_acl_asked || passes_acls)
        && lets(from, TrafficDirection::Egress, opening.destination)
        && lets(to, TrafficDirection::Ingress, opening.source)
}

fn answer(opening: &Opening) -> Opening {
    let kind = if opening.icmp.0 == 8 { 0 } else { opening.icmp.0 };
    Opening {
        source: opening.destination,
        destination: opening.source,
        port: opening.source_port,
        source_port: opening.port,
        icmp: (kind, opening.icmp.1),
        ..*opening
    }
}

/// The rule of one subnet's ACL for one packet, of which the other end is elsewhere.
fn passes_acl(
    snapshot: &Snapshot,
    (interface, direction): (&Interface, TrafficDirection),
    packet: &Opening,
) -> bool {
    let mut acls = snapshot.network_acls.all();
    let acl = acls.find(|acl| acl.associations.values().any(|id| *id == interface.subnet_id));
    let Some(acl) = acl else { return true };
    let other = match direction {
        TrafficDirection::Ingress => packet.source,
        TrafficDirection::Egress => packet.destination,
    };
    let mut entries: Vec<&NetworkAclEntry> =
        acl.entries.iter().filter(|entry| entry.direction == direction).collect();
    entries.sort_by_key(|entry| entry.number);
    for entry in entries {
        let NetworkAclRange::Ipv4(range) = entry.range else { continue };
        if range.contains(other) && is_traffic(entry.traffic, packet) {
            return entry.action == NetworkAclAction::Allow;
        }
    }
    false
}

fn is_traffic(traffic: Traffic, opening: &Opening) -> bool {
    match traffic {
        Traffic::All => true,
        Traffic::Tcp(first, last) => {
            opening.protocol == TCP && first <= opening.port && opening.port <= last
        }
        Traffic::Udp(first, last) => {
            opening.protocol == UDP && first <= opening.port && opening.port <= last
        }
        Traffic::Icmp(kind, code) => {
            opening.protocol == ICMP
                && kind.unwrap_or(opening.icmp.0) == opening.icmp.0
                && code.unwrap_or(opening.icmp.1) == opening.icmp.1
        }
        Traffic::Icmpv6(..) => false,
        Traffic::Protocol(number) => opening.protocol == number,
    }
}

fn traffic() -> impl Strategy<Value = Traffic> {
    let ports = (prop::sample::select(&PORTS[..]), prop::sample::select(&PORTS[..]))
        .prop_map(|(one, other)| (one.min(other), one.max(other)));
    let icmp = prop::option::of(0_u8..3);
    prop_oneof![
        Just(Traffic::All),
        ports.clone().prop_map(|(first, last)| Traffic::Tcp(first, last)),
        ports.prop_map(|(first, last)| Traffic::Udp(first, last)),
        (icmp.clone(), icmp).prop_map(|(kind, code)| Traffic::Icmp(kind, code)),
        Just(Traffic::Protocol(GRE)),
    ]
}

fn peer(vpc: usize) -> impl Strategy<Value = TrafficPeer> {
    let range = (0_usize..12, 28_u8..=32).prop_map(|(index, prefix)| {
        let base = u32::from(address(index)) & (u32::MAX << (32 - u32::from(prefix)));
        TrafficPeer::Range(Cidr::new(base.into(), prefix).expect("no bits beyond the prefix"))
    });
    prop_oneof![
        range,
        Just(TrafficPeer::Range(Cidr::EVERYWHERE)),
        (0..GROUPS).prop_map(move |index| TrafficPeer::Group(group_id(vpc, index))),
    ]
}

fn rules(vpc: usize) -> impl Strategy<Value = BTreeMap<String, SecurityGroupRule>> {
    let direction =
        prop::sample::select(&[TrafficDirection::Ingress, TrafficDirection::Egress][..]);
    let rule = (direction, traffic(), peer(vpc)).prop_map(|(direction, traffic, peer)| {
        SecurityGroupRule { direction, traffic, peer, description: None, tags: Tags::new() }
    });
    prop::collection::vec(rule, 0..6).prop_map(|rules| {
        rules.into_iter().enumerate().map(|(index, rule)| (format!("sgr-{index}"), rule)).collect()
    })
}

/// Of each interface its VPC, which of that VPC's groups it is in, and its subnet.
type Membership = (usize, Vec<usize>, usize);

/// The subnets of the first VPC; the second has one.
const SUBNETS: [&str; 3] = ["subnet-1", "subnet-2", "subnet-3"];

fn subnet_id(vpc: usize, index: usize) -> String {
    if vpc == 0 { SUBNETS[index].to_owned() } else { "subnet-b".to_owned() }
}

fn acl_entries() -> impl Strategy<Value = Vec<NetworkAclEntry>> {
    let direction =
        prop::sample::select(&[TrafficDirection::Ingress, TrafficDirection::Egress][..]);
    let action = prop::sample::select(&[NetworkAclAction::Allow, NetworkAclAction::Deny][..]);
    let range = (0_usize..16, 24_u8..=32).prop_map(|(index, prefix)| {
        let base = u32::from(address(index)) & (u32::MAX << (32 - u32::from(prefix)));
        Cidr::new(base.into(), prefix).expect("no bits beyond the prefix")
    });
    let entry = (direction, action, traffic(), range);
    prop::collection::vec(entry, 0..5).prop_map(|entries| {
        let numbered = entries.into_iter().zip(1_u16..);
        let own = numbered.map(|((direction, action, traffic, range), number)| {
            let range = NetworkAclRange::Ipv4(range);
            NetworkAclEntry { direction, number, action, traffic, range }
        });
        let open = NetworkAcl::default_entries();
        let mut all: Vec<NetworkAclEntry> = own.chain(open).collect();
        all.sort_by_key(|entry| (entry.direction, entry.number));
        all
    })
}

fn network() -> impl Strategy<Value = Snapshot> {
    let groups = (prop::collection::vec(rules(0), GROUPS), prop::collection::vec(rules(1), GROUPS));
    let groups_of = prop::sample::subsequence(vec![0, 1, 2], 1..=GROUPS);
    let membership = (0..VPCS.len(), groups_of, 0..SUBNETS.len());
    let interfaces = prop::collection::vec(membership, 1..8);
    (groups, interfaces, acl_entries()).prop_map(|((one, other), interfaces, entries)| {
        snapshot([one, other], &interfaces, entries)
    })
}

/// The VPCs and their subnets, of which the first has an ACL with these entries.
fn add_networks(plan: &mut Plan, entries: Vec<NetworkAclEntry>) {
    let attributes = VpcAttributes {
        // The resolver's address, which no interface has, would be one of theirs here.
        is_dns_supported: false,
        has_dns_hostnames: false,
        has_address_usage_metrics: false,
    };
    for id in VPCS {
        plan.insert(Vpc {
            scope: scope(),
            id: id.to_owned(),
            cidr: vpc_range(),
            is_default: false,
            attributes,
            tags: Tags::new(),
        });
    }
    let subnets = SUBNETS.iter().map(|id| (VPCS[0], *id)).chain([(VPCS[1], "subnet-b")]);
    for (vpc_id, id) in subnets {
        plan.insert(Subnet {
            scope: scope(),
            id: id.to_owned(),
            vpc_id: vpc_id.to_owned(),
            cidr: vpc_range(),
            availability_zone: "us-east-1a".to_owned(),
            is_default: false,
            maps_public_ip_on_launch: false,
            tags: Tags::new(),
        });
    }
    plan.insert(NetworkAcl {
        scope: scope(),
        id: "acl-1".to_owned(),
        vpc_id: VPCS[0].to_owned(),
        is_default: true,
        entries,
        associations: BTreeMap::from([("aclassoc-1".to_owned(), SUBNETS[0].to_owned())]),
        tags: Tags::new(),
    });
}

fn snapshot(
    groups: [Vec<BTreeMap<String, SecurityGroupRule>>; 2],
    interfaces: &[Membership],
    entries: Vec<NetworkAclEntry>,
) -> Snapshot {
    let mut plan = Plan::new();
    add_networks(&mut plan, entries);
    for (vpc, groups) in groups.into_iter().enumerate() {
        for (index, rules) in groups.into_iter().enumerate() {
            plan.insert(SecurityGroup {
                scope: scope(),
                id: group_id(vpc, index),
                vpc_id: VPCS[vpc].to_owned(),
                name: format!("group {index}"),
                description: String::new(),
                rules,
                tags: Tags::new(),
            });
        }
    }
    for (index, (vpc, groups, subnet)) in interfaces.iter().enumerate() {
        plan.insert(Interface {
            scope: scope(),
            vpc_id: VPCS[*vpc].to_owned(),
            address: address(index),
            id: format!("eni-{index}"),
            subnet_id: subnet_id(*vpc, *subnet),
            mac_address: "02:00:00:00:00:01".to_owned(),
            security_group_ids: groups.iter().map(|group| group_id(*vpc, *group)).collect(),
            owner: InterfaceOwner::LoadBalancer { arn: "arn".to_owned() },
            public_address: None,
            description: String::new(),
            tags: Tags::new(),
            created_at: Timestamp::from_millis(0),
        });
    }
    let mut snapshot = Snapshot::default();
    snapshot.apply(1, &plan.changes);
    snapshot
}

fn opening() -> impl Strategy<Value = Opening> {
    (
        (0_usize..16, 0_usize..16),
        prop::sample::select(&[ICMP, TCP, UDP, GRE][..]),
        prop::sample::select(&PORTS[..]),
        (0_u8..3, 0_u8..3),
    )
        .prop_map(|((source, destination), protocol, port, icmp)| Opening {
            source: address(source),
            destination: address(destination),
            protocol,
            port,
            icmp,
            source_port: 49_152,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_kept_of_earlier_rules_makes_no_difference(
        (before, other) in (network(), network()),
        changed in prop::collection::btree_set(0..GROUPS * 2, 0..3),
    ) {
        let mut plan = Plan::new();
        for index in changed {
            let id = group_id(index % 2, index / 2);
            let [old, new] = [&before, &other].map(|one| one.security_groups.get(&scope(), &id));
            match (old, new) {
                (Some(old), Some(new)) => plan.update(old, (*new.record).clone()),
                (Some(old), None) => plan.delete(old),
                (None, _) => {}
            }
        }
        let mut after = before.clone();
        after.apply(2, &plan.changes);
        let earlier = compile(&before);
        prop_assert_eq!(compile_after(&after, (&before, &earlier)), compile(&after));
        let again = compile_after(&before, (&before, &earlier));
        for (name, profile) in &again.profiles {
            prop_assert!(Arc::ptr_eq(profile, &earlier.profiles[name]));
        }
    }

    #[test]
    fn compiled_rules_decide_as_the_records_say(
        snapshot in network(),
        openings in prop::collection::vec(opening(), 64),
    ) {
        let rules = compile(&snapshot);
        for opening in &openings {
            let verdict = verdict(&rules, opening);
            prop_assert_eq!(
                verdict.is_allowed(),
                is_allowed(&snapshot, opening),
                "{:?}: {:?}",
                opening,
                verdict
            );
        }
    }
}

fn opens(from: usize, to: usize, port: u16) -> Opening {
    let (source, destination) = (address(from), address(to));
    Opening { source, destination, protocol: TCP, port, icmp: (0, 0), source_port: 49_152 }
}

/// A balancer's group, a service's that admits it on port 80, and one that nothing refers to.
fn tiers() -> Snapshot {
    let rule = |direction, traffic, peer| SecurityGroupRule {
        direction,
        traffic,
        peer,
        description: None,
        tags: Tags::new(),
    };
    let out = || {
        let peer = TrafficPeer::Range(Cidr::EVERYWHERE);
        ("sgr-out".to_owned(), rule(TrafficDirection::Egress, Traffic::All, peer))
    };
    let from_balancer = TrafficPeer::Group(group_id(0, 0));
    let web = rule(TrafficDirection::Ingress, Traffic::Tcp(80, 80), from_balancer);
    let service = BTreeMap::from([out(), ("sgr-web".to_owned(), web)]);
    let groups = [vec![BTreeMap::from([out()]), service, BTreeMap::new()], Vec::new()];
    let interfaces = [(0, vec![0], 0), (0, vec![1], 1), (0, vec![2], 0), (1, vec![0], 0)];
    snapshot(groups, &interfaces, NetworkAcl::default_entries())
}

#[test]
fn a_verdict_names_the_rules_that_decide() {
    let snapshot = tiers();
    let rules = compile(&snapshot);
    let Verdict::Allowed { egress, ingress, .. } = verdict(&rules, &opens(0, 1, 80)) else {
        panic!("the service admits the balancer");
    };
    assert_eq!(egress.map(|permit| permit.rule_id.as_str()), Some("sgr-out"));
    assert_eq!(ingress.map(|permit| permit.rule_id.as_str()), Some("sgr-web"));
    let denied = |opening| match verdict(&rules, &opening) {
        Verdict::Denied(refusal) => refusal,
        Verdict::Allowed { .. } => panic!("{opening:?} is allowed"),
    };
    let (service, silent) = ([group_id(0, 1)], [group_id(0, 2)]);
    assert_eq!(denied(opens(0, 1, 81)), Refusal::Ingress { group_ids: &service });
    assert_eq!(denied(opens(2, 1, 80)), Refusal::Egress { group_ids: &silent });
    let (source, destination) = (VPCS[0], VPCS[1]);
    assert_eq!(denied(opens(0, 3, 80)), Refusal::OtherVpc { source, destination });
    assert_eq!(denied(opens(0, 9, 80)), Refusal::Vacant(address(9)));
    assert_eq!(denied(opens(0, 12, 80)), Refusal::NoWay(None));
}

#[test]
fn only_groups_that_a_rule_refers_to_have_member_sets() {
    let rules = compile(&tiers());
    assert_eq!(rules.members.keys().collect::<Vec<_>>(), [&group_id(0, 0)]);
    assert_eq!(rules.members[&group_id(0, 0)].iter().collect::<Vec<_>>(), [&address(0)]);
}
