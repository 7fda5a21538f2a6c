//! Policies in force: groups, ACLs, routes and public addresses, as packets meet them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::Command,
};

use linux_net::{DeniedLog, DeniedPacket, Network};
use model::{
    Cidr, NetworkAclAction, NetworkAclEntry, NetworkAclRange, Traffic, TrafficDirection,
    TrafficPeer,
    packet_rules::{FilteredInterface, PacketRules, Permit, Profile, SubnetAcl},
};

use crate::support::{
    PATIENCE, SILENCE, address, at, attach, connect, connect_here, datagram_socket, is_silent,
    on_host, run,
};

/// Rules by hand: interfaces of one VPC and subnet, in groups that are named by a letter.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) rules: PacketRules,
    groups: BTreeMap<&'static str, Vec<(TrafficDirection, Traffic, TrafficPeer)>>,
}

impl Draft {
    pub(crate) fn new() -> Self {
        let mut rules = PacketRules::default();
        rules.ranges.insert(cidr("172.31.0.0/16"));
        Self { rules, groups: BTreeMap::new() }
    }

    /// Puts an interface into groups. What a group is not given a rule for, it denies.
    pub(crate) fn interface(mut self, last: u8, groups: &[&'static str]) -> Self {
        let interface = FilteredInterface {
            vpc_id: "vpc-1".to_owned(),
            subnet_id: "subnet-1".to_owned(),
            profile: groups.join("+"),
            way: None,
            resolver: Some(Ipv4Addr::new(172, 31, 0, 2)),
        };
        self.rules.interfaces.insert(address(last), interface);
        for group in groups {
            self.groups.entry(group).or_default();
        }
        self
    }

    pub(crate) fn lets_in(self, group: &'static str, traffic: Traffic, peer: TrafficPeer) -> Self {
        self.rule(group, (TrafficDirection::Ingress, traffic, peer))
    }

    pub(crate) fn lets_out(self, group: &'static str, traffic: Traffic, peer: TrafficPeer) -> Self {
        self.rule(group, (TrafficDirection::Egress, traffic, peer))
    }

    fn rule(mut self, group: &'static str, rule: (TrafficDirection, Traffic, TrafficPeer)) -> Self {
        self.groups.entry(group).or_default().push(rule);
        self
    }

    pub(crate) fn done(mut self) -> PacketRules {
        let names: BTreeSet<String> =
            self.rules.interfaces.values().map(|one| one.profile.clone()).collect();
        for name in names {
            let vpc_id = self.rules.interfaces.values().find(|one| one.profile == name);
            let mut profile = Profile {
                vpc_id: vpc_id.expect("it is one's").vpc_id.clone(),
                group_ids: name.split('+').map(str::to_owned).collect(),
                ..Profile::default()
            };
            for group in &profile.group_ids {
                for (direction, traffic, peer) in &self.groups[group.as_str()] {
                    let (group_id, rule_id) = (group.clone(), String::new());
                    let permit =
                        Permit { group_id, rule_id, traffic: *traffic, peer: peer.clone() };
                    match direction {
                        TrafficDirection::Ingress => profile.ingress.push(permit),
                        TrafficDirection::Egress => profile.egress.push(permit),
                    }
                }
            }
            self.rules.profiles.insert(name, profile.into());
        }
        for group in self.groups.keys() {
            let is_member = |one: &FilteredInterface| one.profile.split('+').any(|id| id == *group);
            let members = self.rules.interfaces.iter().filter(|(_, one)| is_member(one));
            let members = members.map(|(address, _)| *address).collect();
            self.rules.members.insert((*group).to_owned(), members);
        }
        self.rules
    }
}

pub(crate) fn cidr(text: &str) -> Cidr {
    Cidr::parse(text).expect("a range")
}

pub(crate) const ANYONE: TrafficPeer = TrafficPeer::Range(Cidr::EVERYWHERE);

pub(crate) fn group(name: &str) -> TrafficPeer {
    TrafficPeer::Group(name.to_owned())
}

/// Everything in the VPC reaches everything.
pub(crate) fn open() -> PacketRules {
    let all = (0..=u8::MAX).fold(Draft::new(), |draft, last| draft.interface(last, &["a"]));
    all.lets_in("a", Traffic::All, ANYONE).lets_out("a", Traffic::All, ANYONE).done()
}

/// 1 in group a may reach port 80 of 2 in group b.
fn tiers() -> Draft {
    Draft::new()
        .interface(1, &["a"])
        .interface(2, &["b"])
        .interface(3, &["c"])
        .lets_out("a", Traffic::All, ANYONE)
        .lets_out("b", Traffic::All, ANYONE)
        .lets_out("c", Traffic::All, ANYONE)
}

async fn open_with(host: &crate::support::Host, rules: &PacketRules) -> Network {
    let network = host.try_open().await.expect("the network opens");
    network.replace_packet_rules(rules.clone()).await.expect("a policy");
    for address in rules.interfaces.keys() {
        attach(&network, address.octets()[3]).await;
    }
    network
}

async fn change(network: &Network, (old, new): (&PacketRules, &PacketRules)) {
    network.change_packet_rules(old.delta_to(new)).await.expect("a change");
}

async fn listen_at(network: &Network, last: u8, port: u16) -> TcpListener {
    let task_id = format!("t{last}");
    let bound = network.run_in_task(&task_id, move || TcpListener::bind((address(last), port)));
    bound.await.expect("a listener")
}

/// Whether what is written at one end comes out at the other.
fn flows(from: &mut TcpStream, to: &mut TcpStream) -> bool {
    to.set_read_timeout(Some(SILENCE)).expect("a timeout");
    from.write_all(b"x").expect("the kernel takes it");
    let mut buffer = [0; 16];
    matches!(to.read(&mut buffer), Ok(count) if count > 0)
}

#[test]
fn without_a_rule_nothing_passes_and_with_one_just_what_it_says() {
    on_host(async |host| {
        let closed = tiers().done();
        let network = open_with(host, &closed).await;
        let (_web, _other) = (listen_at(&network, 2, 80).await, listen_at(&network, 2, 81).await);
        let (web, other) = (at(address(2), 80), at(address(2), 81));
        assert!(is_silent(&network, 1, web).await);
        let allowed = tiers().lets_in("b", Traffic::Tcp(80, 80), group("a")).done();
        change(&network, (&closed, &allowed)).await;
        connect(&network, 1, web).await.expect("the group is let in");
        assert!(is_silent(&network, 1, other).await, "another port");
        assert!(is_silent(&network, 3, web).await, "another group");
        let silent_host = TcpStream::connect_timeout(&web, SILENCE).map_err(|error| error.kind());
        assert_eq!(silent_host.err(), Some(ErrorKind::TimedOut), "the host is in no group");
        let from_host = TrafficPeer::Range(cidr("169.254.169.253/32"));
        let wider = tiers()
            .lets_in("b", Traffic::Tcp(80, 80), group("a"))
            .lets_in("b", Traffic::Tcp(80, 81), from_host)
            .done();
        change(&network, (&allowed, &wider)).await;
        connect_here(web).expect("a rule for the host's address");
    });
}

#[test]
fn a_connection_that_a_rule_allowed_is_cut_with_it_and_comes_back_with_it() {
    on_host(async |host| {
        let closed = tiers().done();
        let allowed = tiers().lets_in("b", Traffic::Tcp(80, 80), group("a")).done();
        let network = open_with(host, &allowed).await;
        let listener = listen_at(&network, 2, 80).await;
        let mut client = connect(&network, 1, at(address(2), 80)).await.expect("it is let in");
        let (mut server, _) = listener.accept().expect("a connection");
        assert!(flows(&mut client, &mut server));
        change(&network, (&allowed, &closed)).await;
        assert!(!flows(&mut client, &mut server), "what the client sends");
        assert!(!flows(&mut server, &mut client), "what the server sends");
        change(&network, (&closed, &allowed)).await;
        server.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut buffer = [0; 1];
        server.read_exact(&mut buffer).expect("what was sent meanwhile is sent again");
    });
}

#[test]
fn a_member_that_leaves_its_group_is_cut_and_its_address_inherits_nothing() {
    on_host(async |host| {
        let with = |draft: Draft| draft.lets_in("b", Traffic::Tcp(80, 80), group("a"));
        let before = with(tiers()).done();
        let network = open_with(host, &before).await;
        let listener = listen_at(&network, 2, 80).await;
        let mut client = connect(&network, 1, at(address(2), 80)).await.expect("it is let in");
        let (mut server, _) = listener.accept().expect("a connection");
        let after = with(tiers().interface(1, &["c"])).done();
        change(&network, (&before, &after)).await;
        assert!(!flows(&mut client, &mut server));
        assert!(is_silent(&network, 1, at(address(2), 80)).await);
        let mut gone = after.clone();
        gone.interfaces.remove(&address(3));
        change(&network, (&after, &gone)).await;
        assert!(is_silent(&network, 3, at(address(2), 80)).await, "no interface, no rule");
    });
}

#[test]
fn two_groups_and_a_group_of_its_own() {
    on_host(async |host| {
        let rules = Draft::new()
            .interface(1, &["a", "b"])
            .interface(2, &["a"])
            .interface(3, &["b"])
            .lets_out("a", Traffic::All, ANYONE)
            .lets_out("b", Traffic::All, ANYONE)
            .lets_in("a", Traffic::All, group("a"))
            .lets_in("b", Traffic::Tcp(90, 99), TrafficPeer::Range(cidr("172.31.5.3/32")))
            .done();
        let network = open_with(host, &rules).await;
        let _listeners = [listen_at(&network, 1, 80).await, listen_at(&network, 1, 95).await];
        let _other = listen_at(&network, 2, 80).await;
        let reaches = async |from: u8, to: u8, port: u16| {
            connect(&network, from, at(address(to), port)).await.is_ok()
        };
        assert!(reaches(2, 1, 80).await, "the group lets in its own");
        assert!(reaches(1, 2, 80).await, "both ways");
        assert!(reaches(3, 1, 95).await, "and the other group's rule holds as well");
        assert!(is_silent(&network, 3, at(address(1), 80)).await);
        assert!(is_silent(&network, 3, at(address(2), 80)).await);
    });
}

#[test]
fn egress_is_limited_to_where_its_rules_lead() {
    on_host(async |host| {
        let rules = Draft::new()
            .interface(1, &["a"])
            .interface(2, &["b"])
            .interface(3, &["b"])
            .lets_out("a", Traffic::Tcp(0, 65535), TrafficPeer::Range(cidr("172.31.5.2/32")))
            .lets_in("b", Traffic::All, ANYONE)
            .done();
        let network = open_with(host, &rules).await;
        let _listeners = [listen_at(&network, 2, 80).await, listen_at(&network, 3, 80).await];
        connect(&network, 1, at(address(2), 80)).await.expect("there it leads");
        assert!(is_silent(&network, 1, at(address(3), 80)).await);
        assert!(is_silent(&network, 2, at(address(3), 80)).await, "a group without any");
    });
}

#[test]
fn datagrams_and_echoes_obey_as_well() {
    on_host(async |host| {
        let rules = tiers()
            .lets_in("b", Traffic::Udp(53, 53), group("a"))
            .lets_in("b", Traffic::Icmp(Some(8), None), group("a"))
            .done();
        let network = open_with(host, &rules).await;
        let bound = network.run_in_task("t2", || {
            let sockets = [53, 54].map(|port| std::net::UdpSocket::bind((address(2), port)));
            let [one, other] = sockets;
            let (one, other) = (one?, other?);
            one.set_read_timeout(Some(PATIENCE))?;
            other.set_read_timeout(Some(SILENCE))?;
            Ok((one, other))
        });
        let (one, other) = bound.await.expect("sockets");
        let sent = network.run_in_task("t1", || {
            let socket = datagram_socket(address(1), PATIENCE)?;
            socket.send_to(b"other", (address(2), 54))?;
            socket.send_to(b"one", (address(2), 53))?;
            Ok(socket)
        });
        let client = sent.await.expect("both are sent");
        let mut buffer = [0; 16];
        let (length, from) = one.recv_from(&mut buffer).expect("a datagram");
        assert_eq!(&buffer[..length], b"one");
        assert!(other.recv_from(&mut buffer).is_err());
        one.send_to(b"answer", from).expect("it is sent");
        client.recv_from(&mut buffer).expect("an answer needs no rule");
        assert!(is_echoed(&network, "t1").await, "an echo is let in");
        assert!(!is_echoed(&network, "t3").await);
    });
}

/// Whether a task hears task 2 answer its echo request.
async fn is_echoed(network: &Network, task_id: &str) -> bool {
    let pinged = network.run_in_task(task_id, || {
        Command::new("busybox").args(["ping", "-c", "1", "-W", "1", "172.31.5.2"]).output()
    });
    pinged.await.expect("it runs").status.success()
}

#[test]
fn another_vpc_is_out_of_reach_whatever_its_groups_say() {
    on_host(async |host| {
        let mut draft = Draft::new().interface(1, &["a"]).interface(2, &["b"]);
        draft.rules.interfaces.get_mut(&address(2)).expect("it is there").vpc_id =
            "vpc-2".to_owned();
        let rules =
            draft.lets_out("a", Traffic::All, ANYONE).lets_in("b", Traffic::All, ANYONE).done();
        let network = open_with(host, &rules).await;
        let _listener = listen_at(&network, 2, 80).await;
        assert!(is_silent(&network, 1, at(address(2), 80)).await);
        connect_here(at(address(2), 80)).expect("the host is no VPC");
    });
}

#[test]
fn a_network_acl_is_asked_for_answers_too() {
    on_host(async |host| {
        let open = tiers().lets_in("b", Traffic::All, ANYONE).done();
        let mut elsewhere = open.clone();
        elsewhere.interfaces.get_mut(&address(2)).expect("it is there").subnet_id =
            "subnet-2".to_owned();
        let network = open_with(host, &elsewhere).await;
        let listener = listen_at(&network, 2, 80).await;
        let web = at(address(2), 80);
        let mut client = connect(&network, 1, web).await.expect("it is let in");
        let (mut server, _) = listener.accept().expect("a connection");
        let entry = |direction, action, traffic| NetworkAclEntry {
            direction,
            number: 1,
            action,
            traffic,
            range: NetworkAclRange::Ipv4(Cidr::EVERYWHERE),
        };
        let acl = |entries: Vec<NetworkAclEntry>| {
            let mut rules = elsewhere.clone();
            let (acl_id, range) = ("acl-1".to_owned(), cidr("172.31.5.2/32"));
            rules.acls.insert("subnet-2".to_owned(), SubnetAcl { acl_id, range, entries });
            rules
        };
        let (allow, deny) = (NetworkAclAction::Allow, NetworkAclAction::Deny);
        let (inward, outward) = (TrafficDirection::Ingress, TrafficDirection::Egress);
        let mute = acl(vec![entry(inward, allow, Traffic::All)]);
        change(&network, (&elsewhere, &mute)).await;
        assert!(flows(&mut client, &mut server), "in it may come");
        assert!(!flows(&mut server, &mut client), "out it may not");
        assert!(is_silent(&network, 1, web).await, "not even an answer");
        let both = acl(vec![
            entry(inward, allow, Traffic::Tcp(80, 80)),
            entry(outward, allow, Traffic::Tcp(1024, 65535)),
            entry(outward, deny, Traffic::All),
        ]);
        change(&network, (&mute, &both)).await;
        connect(&network, 1, web).await.expect("both ways are open");
        change(&network, (&both, &elsewhere)).await;
        connect(&network, 1, web).await.expect("no ACL at all");
    });
}

#[test]
fn a_public_address_leads_the_host_to_a_task_that_lets_it_in() {
    on_host(async |host| {
        let mut rules = tiers().lets_in("b", Traffic::Tcp(80, 80), ANYONE).done();
        let public = Ipv4Addr::new(198, 18, 0, 9);
        let without = rules.clone();
        let network = open_with(host, &without).await;
        let listener = listen_at(&network, 2, 80).await;
        let reached = connect_here(at(public, 80)).map_err(|error| error.to_string());
        assert!(reached.is_err(), "nobody has it");
        rules.public_addresses.insert(public, address(2));
        change(&network, (&without, &rules)).await;
        connect_here(at(public, 80)).expect("it leads to the task");
        let (_, peer) = listener.accept().expect("a connection");
        assert_eq!(peer.ip(), Ipv4Addr::new(169, 254, 169, 253));
        assert!(is_silent(&network, 1, at(public, 80)).await, "not from inside");
        change(&network, (&rules, &without)).await;
        assert!(connect_here(at(public, 80)).is_err(), "it is nobody's again");
    });
}

#[test]
fn a_process_that_starts_again_finds_its_policy_in_force() {
    on_host(async |host| {
        let before = host.state();
        let allowed = tiers().lets_in("b", Traffic::Tcp(80, 80), group("a")).done();
        let network = open_with(host, &allowed).await;
        let listener = listen_at(&network, 2, 80).await;
        let mut client = connect(&network, 1, at(address(2), 80)).await.expect("it is let in");
        let (mut server, _) = listener.accept().expect("a connection");
        drop(network);
        let network = host.try_open().await.expect("it opens again");
        assert!(flows(&mut client, &mut server), "before anybody says what is allowed");
        assert!(is_silent(&network, 3, at(address(2), 80)).await);
        network.replace_packet_rules(tiers().done()).await.expect("another policy");
        assert!(!flows(&mut client, &mut server));
        network.teardown().await.expect("all is taken down");
        host.assert_state(&before);
    });
}

#[test]
fn whole_and_by_changes_a_policy_is_the_same() {
    on_host(async |host| {
        let one = tiers().lets_in("b", Traffic::Tcp(80, 80), group("a")).done();
        let mut other = Draft::new()
            .interface(2, &["b", "c"])
            .interface(4, &["c"])
            .lets_in("c", Traffic::Icmp(None, None), group("c"))
            .lets_in("b", Traffic::Protocol(47), TrafficPeer::PrefixList("pl-1".to_owned()))
            .done();
        other.prefix_lists.insert("pl-1".to_owned(), [cidr("10.0.0.0/8")].into());
        other.public_addresses.insert(Ipv4Addr::new(198, 18, 0, 9), address(2));
        let network = host.try_open().await.expect("the network opens");
        network.replace_packet_rules(one.clone()).await.expect("a policy");
        change(&network, (&one, &other)).await;
        let changed = ruleset();
        network.replace_packet_rules(other.clone()).await.expect("a policy");
        assert_eq!(changed, ruleset());
        change(&network, (&other, &PacketRules::default())).await;
        network.replace_packet_rules(PacketRules::default()).await.expect("a policy");
        let empty = ruleset();
        assert!(!empty.iter().any(|line| line.contains("172.31.5.")), "{empty:?}");
    });
}

/// A change is told to the kernel as it is, the whole is read by nft: both say the same.
#[test]
fn every_kind_of_rule_is_the_same_by_a_change() {
    on_host(async |host| {
        let bare = Draft::new().interface(1, &["a"]).interface(2, &["b"]).interface(3, &["c"]);
        let before = bare.clone().done();
        let traffic = [
            Traffic::All,
            Traffic::Tcp(80, 80),
            Traffic::Tcp(8000, 8999),
            Traffic::Udp(0, u16::MAX),
            Traffic::Icmp(None, None),
            Traffic::Icmp(Some(8), None),
            Traffic::Icmp(Some(3), Some(4)),
            Traffic::Protocol(47),
        ];
        let ranges = ["10.1.2.3/32", "10.1.2.0/24", "10.0.0.0/8", "10.128.0.0/9", "10.1.2.4/30"];
        let peers: Vec<TrafficPeer> = ranges
            .into_iter()
            .map(|range| TrafficPeer::Range(cidr(range)))
            .chain([ANYONE, group("a"), group("b")])
            .collect();
        let mut draft = bare;
        for traffic in traffic {
            for peer in &peers {
                draft = draft.lets_in("b", traffic, peer.clone());
                draft = draft.lets_out("c", traffic, peer.clone());
            }
        }
        let after = draft.interface(5, &["a", "c"]).done();
        let network = host.try_open().await.expect("the network opens");
        for (old, new) in [(&before, &after), (&after, &before)] {
            network.replace_packet_rules(old.clone()).await.expect("a policy");
            change(&network, (old, new)).await;
            let changed = ruleset();
            network.replace_packet_rules(new.clone()).await.expect("a policy");
            let whole = ruleset();
            let more: Vec<_> = changed.iter().filter(|line| !whole.contains(line)).collect();
            let less: Vec<_> = whole.iter().filter(|line| !changed.contains(line)).collect();
            assert!(changed == whole, "more: {more:#?}, less: {less:#?}");
        }
    });
}

/// The table without what differs by itself: the order of things, and the generation.
fn ruleset() -> Vec<String> {
    let text = run("nft -n list table inet longshore");
    let generation = |line: &str| line.contains("ct mark") || line.contains("elements = { 0x");
    let mut lines: Vec<String> =
        text.lines().filter(|line| !generation(line)).map(|line| line.trim().to_owned()).collect();
    lines.sort();
    lines
}

#[test]
fn what_is_denied_is_told_at_once() {
    on_host(async |host| {
        let log = DeniedLog::open().expect("a log of packets");
        assert!(DeniedLog::open().is_err(), "there is one for all");
        let network = open_with(host, &tiers().done()).await;
        assert!(is_silent(&network, 1, at(address(2), 80)).await);
        let told = async {
            loop {
                if let [first, ..] = log.next().await.expect("the log is read")[..] {
                    return first;
                }
            }
        };
        let told = tokio::time::timeout(PATIENCE, told).await.expect("it is told");
        let (source, destination) = (address(1), address(2));
        assert_eq!(told, DeniedPacket { source, destination, protocol: 6, port: Some(80) });
    });
}

#[test]
fn what_is_denied_can_be_seen() {
    on_host(async |host| {
        let rules = tiers().done();
        let network = open_with(host, &rules).await;
        assert!(is_silent(&network, 1, at(address(2), 80)).await);
        let denied = network.denied().await.expect("a list");
        let [one] = denied.as_slice() else { panic!("{denied:?}") };
        assert_eq!((one.source, one.destination), (address(1), address(2)));
        assert_eq!((one.protocol, one.port), (6, Some(80)));
        assert!(one.packets >= 1);
    });
}
