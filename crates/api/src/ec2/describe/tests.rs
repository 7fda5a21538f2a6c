//! Every name of a filter that is known has a value on what a region is made with.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use model::{
    Cidr, ElasticIp, ElasticIpAssociation, Interface, InterfaceOwner, Ipv6Cidr, NatConnectivity,
    NatGateway, Plan, PrefixList, PrefixListChange, Rng, Scope, SecurityGroup, SecurityGroupRule,
    Timestamp, Traffic, TrafficDirection, TrafficPeer,
};

use super::*;
use crate::ec2::security_group;

fn snapshot() -> (Scope, Snapshot) {
    let scope = Scope::new("000000000000", "us-east-1");
    let cidr = Cidr::parse("172.31.0.0/16").expect("a range");
    let empty = Snapshot::default();
    let network = planner::network::default_network(&empty, &scope, cidr, &mut Rng::seeded(1))
        .expect("there is none yet");
    let mut plan = Plan::new();
    plan.insert(Interface {
        scope: scope.clone(),
        vpc_id: network.vpc.vpc.id.clone(),
        address: Ipv4Addr::new(172, 31, 0, 9),
        id: "eni-0123456789abcdef0".to_owned(),
        subnet_id: network.subnets[0].id.clone(),
        mac_address: "02:00:00:00:00:01".to_owned(),
        security_group_ids: vec![network.vpc.security_group.id.clone()],
        owner: InterfaceOwner::LoadBalancer { arn: "loadbalancer/app/web/1".to_owned() },
        public_address: None,
        description: String::new(),
        tags: Tags::new(),
        created_at: Timestamp::EPOCH,
    });
    plan.insert(prefix_list(&scope));
    plan.insert(ElasticIp {
        scope: scope.clone(),
        allocation_id: "eipalloc-0123456789abcdef0".to_owned(),
        address: Ipv4Addr::new(198, 18, 0, 9),
        association: Some(ElasticIpAssociation {
            id: "eipassoc-0123456789abcdef0".to_owned(),
            interface_id: "eni-0123456789abcdef0".to_owned(),
            private_address: Ipv4Addr::new(172, 31, 0, 9),
        }),
        tags: Tags::new(),
    });
    plan.insert(NatGateway {
        scope: scope.clone(),
        id: "nat-0123456789abcdef0".to_owned(),
        vpc_id: network.vpc.vpc.id.clone(),
        subnet_id: network.subnets[0].id.clone(),
        interface_id: "eni-0123456789abcdef1".to_owned(),
        private_address: Ipv4Addr::new(172, 31, 0, 10),
        connectivity: NatConnectivity::Private,
        created_at: Timestamp::EPOCH,
        deleted_at: None,
        tags: Tags::new(),
    });
    plan.insert(group_with_every_peer(&scope, &network.vpc.vpc.id));
    network.insert_into(&mut plan);
    let mut snapshot = Snapshot::default();
    snapshot.apply(1, &plan.changes);
    (scope, snapshot)
}

fn prefix_list(scope: &Scope) -> PrefixList {
    PrefixList {
        scope: scope.clone(),
        id: "pl-1".to_owned(),
        name: "list".to_owned(),
        max_entries: 1,
        version: 1,
        entries: Vec::new(),
        history: BTreeMap::new(),
        last_change: PrefixListChange::Created,
        tags: Tags::new(),
    }
}

/// Sorts after the default group.
fn group_with_every_peer(scope: &Scope, vpc_id: &str) -> SecurityGroup {
    let id = "sg-fffffffffffffffff".to_owned();
    let peers = [
        TrafficPeer::Range(Cidr::EVERYWHERE),
        TrafficPeer::Ipv6Range(Ipv6Cidr::parse("::/0").expect("a range")),
        TrafficPeer::Group(id.clone()),
        TrafficPeer::PrefixList("pl-1".to_owned()),
    ];
    let directions = [TrafficDirection::Ingress, TrafficDirection::Egress];
    let both = directions.into_iter().flat_map(|direction| {
        peers.clone().map(|peer| SecurityGroupRule {
            direction,
            traffic: Traffic::Tcp(80, 81),
            peer,
            description: None,
            tags: Tags::new(),
        })
    });
    let rules = both.zip(0..).map(|(rule, index)| (format!("sgr-{index}"), rule)).collect();
    SecurityGroup {
        scope: scope.clone(),
        id,
        vpc_id: vpc_id.to_owned(),
        name: "every-peer".to_owned(),
        description: "every peer".to_owned(),
        rules,
        tags: Tags::new(),
    }
}

#[track_caller]
fn check<R: Resource>(snapshot: &Snapshot, resource: &R) {
    for name in R::FILTERS.known {
        assert!(!resource.values(snapshot, name).is_empty(), "`{name}` of {}", R::ID.prefix);
    }
    for name in R::FILTERS.absent {
        assert!(resource.values(snapshot, name).is_empty(), "`{name}` of {}", R::ID.prefix);
    }
}

#[test]
fn every_known_filter_has_a_value_and_no_other() {
    let (scope, snapshot) = snapshot();
    check(&snapshot, &snapshot.vpcs.list(&scope).next().expect("a VPC"));
    check(&snapshot, &snapshot.subnets.list(&scope).next().expect("a subnet"));
    check(&snapshot, &snapshot.interfaces.list(&scope).next().expect("an interface"));
    check(&snapshot, &snapshot.elastic_ips.list(&scope).next().expect("an address"));
    check(&snapshot, &snapshot.nat_gateways.list(&scope).next().expect("a NAT gateway"));
    check(&snapshot, &snapshot.internet_gateways.list(&scope).next().expect("a gateway"));
    let group = snapshot.security_groups.list(&scope).last().expect("a group");
    check(&snapshot, &group);
    check(&snapshot, &security_group::rules(group).next().expect("a rule"));
    check(&snapshot, &snapshot.prefix_lists.list(&scope).next().expect("a list"));
}
