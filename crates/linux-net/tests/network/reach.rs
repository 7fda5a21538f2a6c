//! Who reaches whom: tasks, the host, its balancers, and addresses that nobody holds.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener, UdpSocket},
};

use linux_net::{GATEWAY_ADDRESS, NEXT_HOP, NetworkError};

use crate::policy;
use crate::support::{
    API_PORT, PATIENCE, address, at, attach, connect, connect_here, datagram_socket, is_silent,
    listen, on_host, run,
};

const FIRST_PACKETS: u8 = 100;

#[test]
fn tasks_and_the_host_reach_each_other_under_their_own_addresses() {
    on_host(async |host| {
        let network = host.open().await;
        attach(&network, 7).await;
        attach(&network, 8).await;
        let (listener, to) = listen(&network, 7).await;
        let stream = connect(&network, 8, to).await.expect("a task reaches a task");
        let (_, peer) = listener.accept().expect("a connection");
        assert_eq!(peer, stream.local_addr().expect("an address"));
        assert_eq!(peer.ip(), address(8));
        connect_here(to).expect("the host reaches a task");
        let (_, peer) = listener.accept().expect("a connection");
        assert_eq!(peer.ip(), GATEWAY_ADDRESS);
    });
}

#[test]
fn a_task_sees_what_the_design_says() {
    on_host(async |host| {
        let network = host.open().await;
        let path = attach(&network, 7).await;
        assert_eq!(path, host.run_dir().join("netns/t7"));
        let seen = network.run_in_task("t7", || {
            let words = ["ip -br address", "ip route", "ip neighbour"].map(run);
            Ok(words.concat())
        });
        let seen = seen.await.expect("the task can be entered");
        let has = |text: &str| assert!(seen.contains(text), "`{text}` is missing: {seen}");
        has("172.31.5.7/32");
        has("169.254.170.2/32");
        has("127.0.0.1/8");
        has(&format!("default via {NEXT_HOP} dev eth0"));
        has(&format!("{NEXT_HOP} dev eth0 lladdr 0a:6c:73:00:00:01 PERMANENT"));
        assert!(!seen.contains("fe80"), "no address beyond the filter's reach: {seen}");
        let forwards =
            run("cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/lo/forwarding");
        assert_eq!(forwards, "0\n0\n", "only tasks' interfaces forward");
    });
}

#[test]
fn a_vacant_address_is_unreachable_at_once() {
    on_host(async |host| {
        let network = host.open().await;
        attach(&network, 7).await;
        let vacant = at(Ipv4Addr::new(172, 31, 9, 9), 80);
        assert_eq!(connect(&network, 7, vacant).await.err(), Some(ErrorKind::HostUnreachable));
        assert_eq!(connect_here(vacant).err(), Some(ErrorKind::HostUnreachable));
        network.detach_task("t7").await.expect("the task is detached");
        let left = at(address(7), 80);
        assert_eq!(connect_here(left).err(), Some(ErrorKind::HostUnreachable));
    });
}

#[test]
fn the_first_packet_each_way_arrives() {
    on_host(async |host| {
        let network = host.open().await;
        let here = UdpSocket::bind((GATEWAY_ADDRESS, 53)).expect("a socket");
        here.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut buffer = [0; 4];
        // Often, since whether the kernel is late is a matter of chance.
        for last in 1..=FIRST_PACKETS {
            attach(&network, last).await;
            let task_id = format!("t{last}");
            let inside = network.run_in_task(&task_id, move || {
                let socket = datagram_socket(address(last), PATIENCE)?;
                socket.send_to(b"out", (GATEWAY_ADDRESS, 53))?;
                Ok(socket)
            });
            let inside = inside.await.expect("it is sent");
            let (_, from) = here.recv_from(&mut buffer).expect("the first packet out");
            here.send_to(b"in", from).expect("it is sent");
            inside.recv(&mut buffer).expect("the first packet in");
        }
    });
}

#[test]
fn a_packet_with_anothers_source_is_dropped() {
    on_host(async |host| {
        let network = host.open().await;
        attach(&network, 7).await;
        attach(&network, 8).await;
        let receiver = network.run_in_task("t7", || datagram_socket(address(7), PATIENCE));
        let receiver = receiver.await.expect("a socket");
        let to = receiver.local_addr().expect("its address");
        let sent = network.run_in_task("t8", move || {
            run("ip address add 172.31.5.99/32 dev eth0");
            datagram_socket(address(99), PATIENCE)?.send_to(b"forged", to)?;
            datagram_socket(address(8), PATIENCE)?.send_to(b"honest", to)
        });
        sent.await.expect("both are sent");
        let mut buffer = [0; 16];
        let (length, from) = receiver.recv_from(&mut buffer).expect("a datagram");
        assert_eq!((&buffer[..length], from.ip()), (b"honest".as_slice(), address(8).into()));
    });
}

#[test]
fn of_the_host_a_task_reaches_the_named_services_alone() {
    on_host(async |host| {
        let network = host.open().await;
        attach(&network, 7).await;
        let api = TcpListener::bind((GATEWAY_ADDRESS, API_PORT)).expect("a listener");
        let private = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a listener");
        let port = private.local_addr().expect("an address").port();
        connect(&network, 7, at(GATEWAY_ADDRESS, API_PORT)).await.expect("the API is reached");
        drop(api);
        assert!(is_silent(&network, 7, at(GATEWAY_ADDRESS, port)).await);
        connect_here(at(GATEWAY_ADDRESS, port)).expect("the host reaches itself");
    });
}

#[test]
fn a_balancers_address_is_reached_from_the_host_and_from_tasks() {
    on_host(async |host| {
        let network = host.open().await;
        attach(&network, 7).await;
        for _ in 0..2 {
            network.add_balancer_address(address(100)).await.expect("the address is added");
        }
        let balancer = TcpListener::bind((address(100), 80)).expect("a listener");
        let to = balancer.local_addr().expect("an address");
        connect_here(to).expect("the host reaches the balancer");
        connect(&network, 7, to).await.expect("a task reaches the balancer");

        let private = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a listener");
        let other = at(address(100), private.local_addr().expect("an address").port());
        let reached = connect(&network, 7, other).await;
        assert_eq!(reached.err(), Some(ErrorKind::ConnectionRefused), "no service of the host's");

        drop(balancer);
        for _ in 0..2 {
            network.remove_balancer_address(address(100)).await.expect("the address is removed");
        }
        assert_eq!(connect(&network, 7, to).await.err(), Some(ErrorKind::HostUnreachable));
    });
}

#[test]
fn an_address_of_no_vpc_is_refused() {
    on_host(async |host| {
        let network = host.open().await;
        let elsewhere = Ipv4Addr::new(10, 9, 0, 1);
        let refused = network.add_balancer_address(elsewhere).await;
        assert!(matches!(refused, Err(NetworkError::AddressOutsideRanges { .. })), "{refused:?}");
        let mut rules = policy::open();
        rules.ranges.insert(policy::cidr("10.9.0.0/24"));
        network.replace_packet_rules(rules).await.expect("a second VPC");
        network.add_balancer_address(elsewhere).await.expect("its addresses may be held");
        let vacant = connect_here(at(Ipv4Addr::new(10, 9, 0, 2), 80));
        assert_eq!(vacant.err(), Some(ErrorKind::HostUnreachable));
    });
}
