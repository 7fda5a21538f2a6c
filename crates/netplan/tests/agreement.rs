//! The compiled rules decide as the groups' records say, read one by one.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use model::{
    Cidr, Interface, InterfaceOwner, Plan, Scope, SecurityGroup, SecurityGroupRule, Snapshot, Tags,
    Timestamp, Traffic, TrafficDirection, TrafficPeer,
};
use netplan::{Opening, PacketRules, Refusal, Verdict};
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

fn address(index: usize) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, (index / 4) as u8, (index % 4) as u8)
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
            let is_traffic = match rule.traffic {
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
            };
            rule.direction == direction && is_peer && is_traffic
        })
    };
    let is_one_vpc = match (source, destination) {
        (Some(from), Some(to)) => from.vpc_id == to.vpc_id,
        _ => true,
    };
    is_one_vpc
        && source.is_none_or(|one| lets(one, TrafficDirection::Egress, opening.destination))
        && destination.is_none_or(|one| lets(one, TrafficDirection::Ingress, opening.source))
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

/// Of each interface its VPC, and which of that VPC's groups it is in.
type Membership = (usize, Vec<usize>);

fn network() -> impl Strategy<Value = Snapshot> {
    let groups = (prop::collection::vec(rules(0), GROUPS), prop::collection::vec(rules(1), GROUPS));
    let membership = (0..VPCS.len(), prop::sample::subsequence(vec![0, 1, 2], 1..=GROUPS));
    (groups, prop::collection::vec(membership, 1..8))
        .prop_map(|((one, other), interfaces)| snapshot([one, other], &interfaces))
}

fn snapshot(
    groups: [Vec<BTreeMap<String, SecurityGroupRule>>; 2],
    interfaces: &[Membership],
) -> Snapshot {
    let mut plan = Plan::new();
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
    for (index, (vpc, groups)) in interfaces.iter().enumerate() {
        plan.insert(Interface {
            scope: scope(),
            vpc_id: VPCS[*vpc].to_owned(),
            address: address(index),
            id: format!("eni-{index}"),
            subnet_id: "subnet-1".to_owned(),
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
        (0_usize..12, 0_usize..12),
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
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn compiled_rules_decide_as_the_records_say(
        snapshot in network(),
        openings in prop::collection::vec(opening(), 64),
    ) {
        let rules = PacketRules::of(&snapshot);
        for opening in &openings {
            let verdict = rules.verdict(opening);
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
    Opening { source, destination, protocol: TCP, port, icmp: (0, 0) }
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
    snapshot(groups, &[(0, vec![0]), (0, vec![1]), (0, vec![2]), (1, vec![0])])
}

#[test]
fn a_verdict_names_the_rules_that_decide() {
    let snapshot = tiers();
    let rules = PacketRules::of(&snapshot);
    let Verdict::Allowed { egress, ingress } = rules.verdict(&opens(0, 1, 80)) else {
        panic!("the service admits the balancer");
    };
    assert_eq!(egress.map(|permit| permit.rule_id.as_str()), Some("sgr-out"));
    assert_eq!(ingress.map(|permit| permit.rule_id.as_str()), Some("sgr-web"));
    let denied = |opening| match rules.verdict(&opening) {
        Verdict::Denied(refusal) => refusal,
        Verdict::Allowed { .. } => panic!("{opening:?} is allowed"),
    };
    let service = vec![group_id(0, 1)];
    assert_eq!(denied(opens(0, 1, 81)), Refusal::Ingress { groups: service });
    assert_eq!(denied(opens(2, 1, 80)), Refusal::Egress { groups: vec![group_id(0, 2)] });
    let (source, destination) = (VPCS[0].to_owned(), VPCS[1].to_owned());
    assert_eq!(denied(opens(0, 3, 80)), Refusal::OtherVpc { source, destination });
}

#[test]
fn only_groups_that_a_rule_refers_to_have_member_sets() {
    let rules = PacketRules::of(&tiers());
    assert_eq!(rules.members.keys().collect::<Vec<_>>(), [&group_id(0, 0)]);
    assert_eq!(rules.members[&group_id(0, 0)].iter().collect::<Vec<_>>(), [&address(0)]);
}
