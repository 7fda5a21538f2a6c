//! What rules say of a connection, and what packets find: the same, for any rules.
//!
//! The rules are random and change one into the next, so that what a change leaves behind is
//! found as well.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket},
    thread,
};

use linux_net::Network;
use model::{
    Cidr, Traffic, TrafficDirection, TrafficPeer,
    packet_rules::{FilteredInterface, PacketRules, Permit, Profile},
};
use netplan::{Opening, verdict};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::support::{SILENCE, address, at, attach, on_host};

const RULE_SETS: usize = 24;
/// The tasks, at these last bytes of their addresses.
const TASKS: [u8; 4] = [1, 2, 3, 4];
const PORTS: [u16; 2] = [80, 81];
const GROUPS: [&str; 3] = ["a", "b", "c"];
const TCP: u8 = 6;
const UDP: u8 = 17;

/// From, to, protocol, port.
type Connection = (u8, u8, u8, u16);
type Rule = (TrafficDirection, Traffic, TrafficPeer);

#[test]
fn verdicts_are_what_packets_find() {
    on_host(async |host| {
        let network = host.try_open().await.expect("the network opens");
        for task in TASKS {
            attach(&network, task).await;
        }
        let servers = Servers::open(&network).await;
        let mut runner = TestRunner::deterministic();
        let mut old = PacketRules::default();
        network.replace_packet_rules(old.clone()).await.expect("a policy");
        let (mut allowed, mut denied) = (0, 0);
        for _ in 0..RULE_SETS {
            let new = rule_set().new_tree(&mut runner).expect("rules").current();
            network.change_packet_rules(old.delta_to(&new)).await.expect("a change");
            let said: BTreeSet<Connection> =
                connections().filter(|one| is_allowed(&new, *one)).collect();
            assert_eq!(measure(&network, &servers).await, said, "{new:#?}");
            allowed += said.len();
            denied += connections().count() - said.len();
            old = new;
        }
        // Were all rules alike, agreement would say little.
        assert!(allowed.min(denied) > connections().count(), "{allowed} and {denied}");
    });
}

fn connections() -> impl Iterator<Item = Connection> {
    let pairs = TASKS.into_iter().flat_map(|from| TASKS.into_iter().map(move |to| (from, to)));
    pairs.filter(|(from, to)| from != to).flat_map(|(from, to)| {
        let kinds = [TCP, UDP].into_iter().flat_map(|kind| PORTS.map(|port| (kind, port)));
        kinds.map(move |(kind, port)| (from, to, kind, port))
    })
}

fn is_allowed(rules: &PacketRules, (from, to, protocol, port): Connection) -> bool {
    let (source, destination) = (address(from), address(to));
    let opening =
        Opening { source, destination, protocol, port, icmp: (0, 0), source_port: 49_152 };
    verdict(rules, &opening).is_allowed()
}

// === random rules ===

fn rule_set() -> impl Strategy<Value = PacketRules> {
    let rules = prop::collection::vec(prop::collection::vec(rule(), 0..5), GROUPS.len());
    let groups = prop::sample::subsequence(GROUPS.to_vec(), 1..=2);
    (rules, prop::collection::vec(groups, TASKS.len()))
        .prop_map(|(rules, groups)| compiled(&rules, &groups))
}

fn rule() -> impl Strategy<Value = Rule> {
    let direction =
        prop::sample::select(&[TrafficDirection::Ingress, TrafficDirection::Egress][..]);
    let ports = prop::sample::select(&[(80, 80), (81, 81), (80, 81), (0, u16::MAX)][..]);
    let traffic = prop_oneof![
        2 => Just(Traffic::All),
        3 => ports.clone().prop_map(|(first, last)| Traffic::Tcp(first, last)),
        3 => ports.prop_map(|(first, last)| Traffic::Udp(first, last)),
        1 => Just(Traffic::Protocol(TCP)),
        1 => Just(Traffic::Icmp(None, None)),
    ];
    let range = (0_u8..=4, 30_u8..=32).prop_map(|(last, prefix)| {
        let base = u32::from(address(last)) & (u32::MAX << (32 - u32::from(prefix)));
        TrafficPeer::Range(Cidr::new(base.into(), prefix).expect("no bits beyond the prefix"))
    });
    let peer = prop_oneof![
        Just(TrafficPeer::Range(Cidr::EVERYWHERE)),
        range,
        prop::sample::select(&GROUPS[..]).prop_map(|id| TrafficPeer::Group(id.to_owned())),
    ];
    (direction, traffic, peer)
}

fn compiled(rules: &[Vec<Rule>], groups: &[Vec<&'static str>]) -> PacketRules {
    let mut made = PacketRules::default();
    made.ranges.insert(Cidr::parse("172.31.0.0/16").expect("a range"));
    for id in GROUPS {
        made.members.insert(id.to_owned(), BTreeSet::new());
    }
    for (task, ids) in TASKS.into_iter().zip(groups) {
        for id in ids {
            made.members.get_mut(*id).expect("each has members").insert(address(task));
        }
        made.profiles.entry(ids.join("+")).or_insert_with(|| profile(rules, ids).into());
        let interface = FilteredInterface {
            vpc_id: "vpc-1".to_owned(),
            subnet_id: "subnet-1".to_owned(),
            profile: ids.join("+"),
            way: None,
            resolver: Some(Ipv4Addr::new(172, 31, 0, 2)),
        };
        made.interfaces.insert(address(task), interface);
    }
    made
}

fn profile(rules: &[Vec<Rule>], ids: &[&str]) -> Profile {
    let group_ids = ids.iter().map(|id| (*id).to_owned()).collect();
    let mut profile = Profile { vpc_id: "vpc-1".to_owned(), group_ids, ..Profile::default() };
    let own = GROUPS.into_iter().zip(rules).filter(|(id, _)| ids.contains(id));
    let own = own.flat_map(|(id, rules)| rules.iter().map(move |rule| (id, rule)));
    for (id, (direction, traffic, peer)) in own {
        let (group_id, rule_id) = (id.to_owned(), String::new());
        let permit = Permit { group_id, rule_id, traffic: *traffic, peer: peer.clone() };
        match direction {
            TrafficDirection::Ingress => profile.ingress.push(permit),
            TrafficDirection::Egress => profile.egress.push(permit),
        }
    }
    profile
}

// === real packets ===

/// Every port of every task, served.
struct Servers {
    tcp: Vec<TcpListener>,
    udp: Vec<(u8, u16, UdpSocket)>,
}

impl Servers {
    async fn open(network: &Network) -> Servers {
        let mut servers = Servers { tcp: Vec::new(), udp: Vec::new() };
        for task in TASKS {
            for port in PORTS {
                let task_id = format!("t{task}");
                let bound = network.run_in_task(&task_id, move || {
                    let udp = UdpSocket::bind((address(task), port))?;
                    udp.set_nonblocking(true)?;
                    TcpListener::bind((address(task), port)).map(|tcp| (tcp, udp))
                });
                let (tcp, udp) = bound.await.expect("both are free");
                servers.tcp.push(tcp);
                servers.udp.push((task, port, udp));
            }
        }
        servers
    }

    /// What datagrams arrived. None is under way any more: connections were tried after them.
    fn heard(&self) -> BTreeSet<Connection> {
        let mut heard = BTreeSet::new();
        for (to, port, socket) in &self.udp {
            while let Ok((_, source)) = socket.recv_from(&mut [0; 8]) {
                let from = TASKS.into_iter().find(|task| source.ip() == address(*task));
                heard.insert((from.expect("a task"), *to, UDP, *port));
            }
        }
        heard
    }
}

async fn measure(network: &Network, servers: &Servers) -> BTreeSet<Connection> {
    let tried = async |from: u8| {
        let tried = network.run_in_task(&format!("t{from}"), move || Ok(try_all(from))).await;
        tried.expect("the task is there")
    };
    let [first, second, third, fourth] = TASKS;
    let (first, second, third, fourth) =
        tokio::join!(tried(first), tried(second), tried(third), tried(fourth));
    let mut found: BTreeSet<Connection> =
        [first, second, third, fourth].into_iter().flatten().collect();
    found.extend(servers.heard());
    found
}

/// Sends all datagrams and tries all connections, from the calling thread's namespace.
fn try_all(from: u8) -> Vec<Connection> {
    let wanted: Vec<Connection> = connections().filter(|one| one.0 == from).collect();
    let sender = UdpSocket::bind((address(from), 0)).expect("a port is free");
    for (_, to, _, port) in wanted.iter().filter(|one| one.2 == UDP) {
        // A datagram that may not leave is refused by some rules, and lost by others.
        let _ = sender.send_to(b"x", (address(*to), *port));
    }
    thread::scope(|scope| {
        let tries: Vec<_> = wanted
            .into_iter()
            .filter(|one| one.2 == TCP)
            .map(|one| (one, scope.spawn(move || connects(address(one.1), one.3))))
            .collect();
        let opened = |(one, tried): (Connection, thread::ScopedJoinHandle<'_, bool>)| {
            tried.join().expect("no panic").then_some(one)
        };
        tries.into_iter().filter_map(opened).collect()
    })
}

fn connects(to: Ipv4Addr, port: u16) -> bool {
    TcpStream::connect_timeout(&at(to, port), SILENCE).is_ok()
}
