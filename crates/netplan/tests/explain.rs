//! Questions about connections, and the answers in words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use model::session::DeniedTraffic;
use model::{
    Cidr, Interface, InterfaceOwner, InternetGateway, LoadBalancer, NetworkAcl, NetworkAclAction,
    NetworkAclEntry, NetworkAclRange, Plan, RouteTable, RouteTableAssociation, RouteTarget, Scope,
    SecurityGroup, SecurityGroupRule, Snapshot, Subnet, Tags, Timestamp, Traffic, TrafficDirection,
    TrafficPeer, Vpc, VpcAttributes,
};
use netplan::{Denials, DeniedKind, Question, denials, explain};

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

fn range(text: &str) -> Cidr {
    Cidr::parse(text).expect("a range")
}

fn rule(direction: TrafficDirection, traffic: Traffic, peer: TrafficPeer) -> SecurityGroupRule {
    SecurityGroupRule { direction, traffic, peer, description: None, tags: Tags::new() }
}

fn group(name: &str, rules: &[(&str, SecurityGroupRule)]) -> SecurityGroup {
    let named = rules.iter().map(|(id, rule)| ((*id).to_owned(), rule.clone()));
    SecurityGroup {
        scope: scope(),
        id: format!("sg-{name}"),
        vpc_id: "vpc-1".to_owned(),
        name: name.to_owned(),
        description: String::new(),
        rules: named.collect(),
        tags: Tags::new(),
    }
}

/// In the subnet that its third byte numbers, and in the group of that name.
fn interface(address: &str, group: &str) -> Interface {
    let address: std::net::Ipv4Addr = address.parse().expect("an address");
    Interface {
        scope: scope(),
        vpc_id: "vpc-1".to_owned(),
        address,
        id: format!("eni-{}", address.octets()[3]),
        subnet_id: format!("subnet-{}", address.octets()[2]),
        mac_address: "02:00:00:00:00:01".to_owned(),
        security_group_ids: vec![format!("sg-{group}")],
        owner: InterfaceOwner::User,
        public_address: None,
        description: String::new(),
        tags: Tags::new(),
        created_at: Timestamp::from_millis(0),
    }
}

fn load_balancer(name: &str) -> LoadBalancer {
    LoadBalancer {
        scope: scope(),
        name: name.to_owned(),
        id: "0123456789abcdef".to_owned(),
        is_internal: false,
        vpc_id: "vpc-1".to_owned(),
        security_group_ids: vec!["sg-web".to_owned()],
        addresses: BTreeMap::from([(
            "subnet-1".to_owned(),
            "10.0.1.9".parse().expect("an address"),
        )]),
        dns_name: String::new(),
        attributes: BTreeMap::new(),
        tags: Tags::new(),
        created_at: Timestamp::from_millis(0),
    }
}

fn add_vpc(plan: &mut Plan) {
    let attributes = VpcAttributes {
        is_dns_supported: true,
        has_dns_hostnames: false,
        has_address_usage_metrics: false,
    };
    plan.insert(Vpc {
        scope: scope(),
        id: "vpc-1".to_owned(),
        cidr: range("10.0.0.0/16"),
        is_default: false,
        attributes,
        tags: Tags::new(),
    });
    for number in 1..=3 {
        plan.insert(Subnet {
            scope: scope(),
            id: format!("subnet-{number}"),
            vpc_id: "vpc-1".to_owned(),
            cidr: range(&format!("10.0.{number}.0/24")),
            availability_zone: "us-east-1a".to_owned(),
            is_default: false,
            maps_public_ip_on_launch: false,
            tags: Tags::new(),
        });
    }
    plan.insert(InternetGateway {
        scope: scope(),
        id: "igw-1".to_owned(),
        vpc_id: Some("vpc-1".to_owned()),
        tags: Tags::new(),
    });
    plan.insert(RouteTable {
        scope: scope(),
        id: "rtb-1".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        routes: BTreeMap::from([(
            range("0.0.0.0/0"),
            RouteTarget::InternetGateway("igw-1".to_owned()),
        )]),
        associations: BTreeMap::from([("rtbassoc-1".to_owned(), RouteTableAssociation::Main)]),
        tags: Tags::new(),
    });
}

/// The third subnet lets nothing out to the upper half of the ports that answers go to.
fn add_acl(plan: &mut Plan) {
    let denying = NetworkAclEntry {
        direction: TrafficDirection::Egress,
        number: 50,
        action: NetworkAclAction::Deny,
        traffic: Traffic::Tcp(40_000, 65_535),
        range: NetworkAclRange::Ipv4(range("10.0.0.0/16")),
    };
    let mut entries = NetworkAcl::default_entries();
    entries.push(denying);
    entries.sort_by_key(|entry| (entry.direction, entry.number));
    plan.insert(NetworkAcl {
        scope: scope(),
        id: "acl-3".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        is_default: false,
        entries,
        associations: BTreeMap::from([("aclassoc-3".to_owned(), "subnet-3".to_owned())]),
        tags: Tags::new(),
    });
}

/// A balancer, two that it reaches, one of them with a public address, and a database.
fn shop() -> Snapshot {
    use TrafficDirection::{Egress, Ingress};
    let mut plan = Plan::new();
    add_vpc(&mut plan);
    add_acl(&mut plan);
    let out = rule(Egress, Traffic::All, TrafficPeer::Range(Cidr::EVERYWHERE));
    let from = |name: &str| TrafficPeer::Group(format!("sg-{name}"));
    let names = rule(Egress, Traffic::Udp(53, 53), TrafficPeer::Range(Cidr::EVERYWHERE));
    let queries = rule(Ingress, Traffic::Tcp(5432, 5439), from("web"));
    let private = TrafficPeer::Range(range("10.0.0.0/8"));
    plan.insert(group(
        "web",
        &[
            ("sgr-1", out),
            ("sgr-2", rule(Ingress, Traffic::Tcp(80, 80), TrafficPeer::Range(Cidr::EVERYWHERE))),
            ("sgr-3", rule(Ingress, Traffic::Icmp(Some(8), None), private)),
        ],
    ));
    plan.insert(group("db", &[("sgr-4", names), ("sgr-5", queries)]));
    plan.insert(group("unused", &[]));
    let balancer = load_balancer("web");
    let owner = InterfaceOwner::LoadBalancer { arn: balancer.arn() };
    plan.insert(Interface { owner, ..interface("10.0.1.9", "web") });
    plan.insert(balancer);
    plan.insert(interface("10.0.2.5", "web"));
    let public_address = Some("203.0.113.7".parse().expect("an address"));
    plan.insert(Interface { public_address, ..interface("10.0.2.6", "web") });
    plan.insert(interface("10.0.2.30", "db"));
    plan.insert(interface("10.0.3.31", "db"));
    let mut snapshot = Snapshot::default();
    snapshot.apply(1, &plan.changes);
    snapshot
}

/// Its words in indented lines.
fn wrapped(text: &str) -> String {
    let mut lines = vec![" ".to_owned()];
    for word in text.split(' ') {
        if lines.last().is_some_and(|line| line.len() + word.len() >= 80) {
            lines.push("   ".to_owned());
        }
        let line = lines.last_mut().expect("there is a first one");
        line.push(' ');
        line.push_str(word);
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

const API_PORT: u16 = 4566;

#[expect(clippy::needless_pass_by_value, reason = "as expect_test is used everywhere")]
fn check(questions: &[[&str; 3]], expected: Expect) {
    let snapshot = shop();
    let mut text = String::new();
    for [from, to, port] in questions.iter().map(|asked| asked.map(str::to_owned)) {
        let _ = writeln!(text, "{port} from {from} to {to}");
        match explain(&snapshot, &scope(), &Question { from, to, port }, API_PORT) {
            Err(error) => {
                text += &wrapped(&error.to_string());
            }
            Ok(explanation) => {
                for outcome in explanation.outcomes {
                    let word = if outcome.is_allowed { "allowed" } else { "denied" };
                    text += &wrapped(&format!("{word}: {}", outcome.reasons.join("; ")));
                    for (source, destination) in outcome.pairs {
                        let _ = writeln!(text, "    {source} -> {destination}");
                    }
                }
            }
        }
    }
    expected.assert_eq(&text);
}

#[test]
fn what_decides_inside_of_a_vpc_is_named() {
    check(
        &[
            ["load-balancer:web", "eni-5", "80"],
            ["sg-web", "db", "5432/tcp"],
            ["host", "eni-5", "81"],
            ["eni-30", "eni-5", "80"],
            ["10.0.2.5", "10.0.2.77", "80"],
            ["10.0.2.5", "eni-5", "80"],
            ["eni-5", "eni-6", "icmp"],
            ["eni-5", "eni-6", "53/udp"],
        ],
        expect![[r#"
            80 from load-balancer:web to eni-5
              allowed: rule sgr-1 of sg-web (web) lets out all traffic to 0.0.0.0/0; rule
                sgr-2 of sg-web (web) lets in tcp 80 from 0.0.0.0/0
                load balancer web (10.0.1.9) -> interface eni-5 (10.0.2.5)
            5432/tcp from sg-web to db
              denied: egress entry 50 of network ACL acl-3 denies the answer to it: tcp
                40000-65535, 10.0.0.0/16; that is so for one from port 40000, not for all
                load balancer web (10.0.1.9) -> interface eni-31 (10.0.3.31)
                interface eni-5 (10.0.2.5) -> interface eni-31 (10.0.3.31)
                interface eni-6 (10.0.2.6) -> interface eni-31 (10.0.3.31)
              allowed: rule sgr-1 of sg-web (web) lets out all traffic to 0.0.0.0/0; rule
                sgr-5 of sg-db (db) lets in tcp 5432-5439 from sg-web (web)
                load balancer web (10.0.1.9) -> interface eni-30 (10.0.2.30)
                interface eni-5 (10.0.2.5) -> interface eni-30 (10.0.2.30)
                interface eni-6 (10.0.2.6) -> interface eni-30 (10.0.2.30)
            81 from host to eni-5
              denied: no ingress rule of sg-web (web) lets it in
                the host (169.254.169.253) -> interface eni-5 (10.0.2.5)
            80 from eni-30 to eni-5
              denied: no egress rule of sg-db (db) lets it out
                interface eni-30 (10.0.2.30) -> interface eni-5 (10.0.2.5)
            80 from 10.0.2.5 to 10.0.2.77
              denied: no interface has 10.0.2.77
                interface eni-5 (10.0.2.5) -> 10.0.2.77
            80 from 10.0.2.5 to eni-5
              allowed: an address reaches itself without being asked
                interface eni-5 (10.0.2.5) -> interface eni-5 (10.0.2.5)
            icmp from eni-5 to eni-6
              allowed: rule sgr-1 of sg-web (web) lets out all traffic to 0.0.0.0/0; rule
                sgr-3 of sg-web (web) lets in icmp type 8 from 10.0.0.0/8
                interface eni-5 (10.0.2.5) -> interface eni-6 (10.0.2.6)
            53/udp from eni-5 to eni-6
              denied: no ingress rule of sg-web (web) lets it in
                interface eni-5 (10.0.2.5) -> interface eni-6 (10.0.2.6)
        "#]],
    );
}

#[test]
fn what_decides_on_the_way_out_and_in_is_named() {
    check(
        &[
            ["eni-6", "192.0.2.1", "443"],
            ["eni-5", "192.0.2.1", "443"],
            ["load-balancer:web", "192.0.2.1", "443"],
            ["eni-5", "host", "53/udp"],
            ["eni-30", "host", "53"],
            ["eni-5", "host", "4566"],
            ["eni-5", "host", "22"],
            ["eni-5", "169.254.169.254", "80"],
            ["eni-5", "203.0.113.7", "80"],
            ["192.0.2.1", "203.0.113.7", "80"],
            ["192.0.2.1", "eni-6", "80"],
            ["192.0.2.1", "eni-5", "80"],
            ["host", "203.0.113.7", "22"],
        ],
        expect![[r#"
            443 from eni-6 to 192.0.2.1
              allowed: rule sgr-1 of sg-web (web) lets out all traffic to 0.0.0.0/0; the
                route 0.0.0.0/0 to igw-1 in rtb-1 leads outside
                interface eni-6 (10.0.2.6) -> 192.0.2.1
            443 from eni-5 to 192.0.2.1
              denied: the route 0.0.0.0/0 to igw-1 in rtb-1 takes an interface with a public
                address only: one has it by `assignPublicIp` or an Elastic IP address;
                others leave through a NAT gateway
                interface eni-5 (10.0.2.5) -> 192.0.2.1
            443 from load-balancer:web to 192.0.2.1
              denied: no route leads there
                load balancer web (10.0.1.9) -> 192.0.2.1
            53/udp from eni-5 to host
              allowed: the host's resolver answers it
                interface eni-5 (10.0.2.5) -> the host (169.254.169.253)
            53 from eni-30 to host
              allowed: the host's resolver answers it
                interface eni-30 (10.0.2.30) -> the host (169.254.169.253)
            4566 from eni-5 to host
              allowed: the host serves its API to tasks there
                interface eni-5 (10.0.2.5) -> the host (169.254.169.253)
            22 from eni-5 to host
              denied: the host serves nothing there to tasks but its API, and its resolver
                where the VPC has DNS support
                interface eni-5 (10.0.2.5) -> the host (169.254.169.253)
            80 from eni-5 to 169.254.169.254
              denied: link-local and multicast addresses are out of reach, whatever rules
                say
                interface eni-5 (10.0.2.5) -> 169.254.169.254
            80 from eni-5 to 203.0.113.7
              denied: a public address leads in from outside only: inside of the VPC,
                10.0.2.6
                interface eni-5 (10.0.2.5) -> 203.0.113.7
            80 from 192.0.2.1 to 203.0.113.7
              allowed: the public address 203.0.113.7 leads to 10.0.2.6; rule sgr-2 of
                sg-web (web) lets in tcp 80 from 0.0.0.0/0
                192.0.2.1 -> 203.0.113.7
            80 from 192.0.2.1 to eni-6
              allowed: from outside it is reached by its public address 203.0.113.7; rule
                sgr-2 of sg-web (web) lets in tcp 80 from 0.0.0.0/0
                192.0.2.1 -> interface eni-6 (10.0.2.6)
            80 from 192.0.2.1 to eni-5
              denied: 10.0.2.5 has no public address, and is reached inside only
                192.0.2.1 -> interface eni-5 (10.0.2.5)
            22 from host to 203.0.113.7
              denied: the public address 203.0.113.7 leads to 10.0.2.6; no ingress rule of
                sg-web (web) lets it in
                the host (169.254.169.253) -> 203.0.113.7
        "#]],
    );
}

#[test]
fn what_was_denied_is_said_by_interface_with_the_most_first() {
    let one = |source: &str, destination: &str, (protocol, port), packets| DeniedTraffic {
        source: source.parse().expect("an address"),
        destination: destination.parse().expect("an address"),
        protocol,
        port,
        packets,
    };
    let denied = [
        one("10.0.2.5", "10.0.2.30", (6, Some(22)), 1),
        one("10.0.1.9", "10.0.2.30", (1, None), 4),
        one("10.0.2.30", "10.0.2.5", (6, Some(80)), 2),
        one("10.0.2.30", "192.0.2.1", (47, None), 2),
        one("10.0.2.5", "10.0.2.77", (17, Some(53)), 9),
        one("10.0.2.66", "10.0.2.77", (17, Some(53)), 1),
        one("10.0.2.6", "169.254.169.254", (6, Some(80)), 3),
        one("10.0.2.6", "10.0.2.30", (6, Some(5432)), 3),
        one("10.0.2.6", "10.0.3.31", (6, Some(5432)), 3),
    ];
    let mut text = String::new();
    for Denials { interface, owner, packets, kinds } in denials(&shop(), &denied) {
        let interface = interface.unwrap_or_default();
        let _ = writeln!(text, "{interface} {owner} {packets}");
        for DeniedKind { from, to, port, packets, reason } in kinds {
            text += &wrapped(&format!("{packets} {from} -> {to} {port}: {reason}"));
        }
    }
    expect![[r#"
        eni-30 interface eni-30 (10.0.2.30) 12
          4 load balancer web (10.0.1.9) -> interface eni-30 (10.0.2.30) icmp: no
            ingress rule of sg-db (db) lets it in
          3 interface eni-6 (10.0.2.6) -> interface eni-30 (10.0.2.30) 5432/tcp: no rule
            denies it now: rules have changed, or it was not what opens a connection, or
            its source was forged
          2 interface eni-30 (10.0.2.30) -> interface eni-5 (10.0.2.5) 80/tcp: no egress
            rule of sg-db (db) lets it out
          2 interface eni-30 (10.0.2.30) -> 192.0.2.1 protocol 47: no egress rule of
            sg-db (db) lets it out
          1 interface eni-5 (10.0.2.5) -> interface eni-30 (10.0.2.30) 22/tcp: no
            ingress rule of sg-db (db) lets it in
        eni-5 interface eni-5 (10.0.2.5) 9
          9 interface eni-5 (10.0.2.5) -> 10.0.2.77 53/udp: no interface has 10.0.2.77
        eni-31 interface eni-31 (10.0.3.31) 3
          3 interface eni-6 (10.0.2.6) -> interface eni-31 (10.0.3.31) 5432/tcp: egress
            entry 50 of network ACL acl-3 denies the answer to it: tcp 40000-65535,
            10.0.0.0/16
        eni-6 interface eni-6 (10.0.2.6) 3
          3 interface eni-6 (10.0.2.6) -> 169.254.169.254 80/tcp: link-local and
            multicast addresses are out of reach, whatever rules say
         addresses that no interface has 1
          1 10.0.2.66 -> 10.0.2.77 53/udp: no interface has 10.0.2.66
    "#]]
    .assert_eq(&text);
}

#[test]
fn what_is_not_understood_is_said() {
    check(
        &[
            ["nobody", "db", "5432"],
            ["web", "db", "5432"],
            ["group:web", "unused", "5432"],
            ["group:db", "load-balancer:db", "80"],
            ["arn:aws:ec2:us-east-1:000000000000:security-group/sg-web", "sg-web", "81"],
            ["eni-5", "eni-6", "0"],
            ["eni-5", "eni-6", "tcp"],
            ["eni-5", "eni-6", "80/sctp"],
            ["host", "192.0.2.1", "80"],
            ["192.0.2.1", "192.0.2.1", "80"],
        ],
        expect![[r#"
            5432 from nobody to db
              `nobody` is no address, id or ARN, and no task, service, load balancer or
                security group of region us-east-1 has that name
            5432 from web to db
              `web` may be `load-balancer:web` or `sg-web`: say which
            5432 from group:web to unused
              sg-unused has no network interface at the moment
            80 from group:db to load-balancer:db
              `load-balancer:db` is no address, id or ARN, and no task, service, load
                balancer or security group of region us-east-1 has that name
            81 from arn:aws:ec2:us-east-1:000000000000:security-group/sg-web to sg-web
              denied: no ingress rule of sg-web (web) lets it in
                load balancer web (10.0.1.9) -> interface eni-5 (10.0.2.5)
                load balancer web (10.0.1.9) -> interface eni-6 (10.0.2.6)
                interface eni-5 (10.0.2.5) -> load balancer web (10.0.1.9)
                interface eni-5 (10.0.2.5) -> interface eni-6 (10.0.2.6)
                interface eni-6 (10.0.2.6) -> load balancer web (10.0.1.9)
                interface eni-6 (10.0.2.6) -> interface eni-5 (10.0.2.5)
            0 from eni-5 to eni-6
              `0` is no port: it is like `443`, `443/tcp`, `53/udp` or `icmp`
            tcp from eni-5 to eni-6
              `tcp` is no port: it is like `443`, `443/tcp`, `53/udp` or `icmp`
            80/sctp from eni-5 to eni-6
              `80/sctp` is no port: it is like `443`, `443/tcp`, `53/udp` or `icmp`
            80 from host to 192.0.2.1
              `169.254.169.253` and `192.0.2.1` are both outside of every VPC: nothing here
                decides on that
            80 from 192.0.2.1 to 192.0.2.1
              allowed: an address reaches itself without being asked
                192.0.2.1 -> 192.0.2.1
        "#]],
    );
}
