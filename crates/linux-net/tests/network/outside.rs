//! The border: what leaves the host, and what comes in, with a neighbour that means no good.

use std::{
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
};

use linux_net::{GATEWAY_ADDRESS, Network, run_inside};
use model::packet_rules::{PacketRules, WayEnd, WayRule};

use crate::policy;
use crate::support::{
    API_PORT, Host, PATIENCE, SILENCE, address, at, connect, datagram_socket, is_silent, listen,
    on_host, run, task,
};

const HOST: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
const NEIGHBOUR: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// The link comes up by itself, in milliseconds; each look takes one or two.
const LOOKS_MAX: usize = 2000;

/// Another machine on the host's link, which takes the host for the way to the VPC.
fn neighbour(host: &Host) -> PathBuf {
    let path = host.make_outside();
    fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1").expect("IPv4 is enough");
    run("ip link add up0 type veth peer name up1");
    run(&format!("ip link set up1 netns {}", path.display()));
    run(&format!("ip address add {HOST}/24 dev up0"));
    run("ip link set up0 up");
    let inside = run_inside(&path, || {
        run("ip link set lo up");
        run(&format!("ip address add {NEIGHBOUR}/24 dev up1"));
        run("ip link set up1 up");
        run(&format!("ip route add 172.31.0.0/16 via {HOST}"));
        run(&format!("ip route add 169.254.0.0/16 via {HOST}"));
        Ok(())
    });
    inside.expect("the neighbour is set up");
    let is_up = (0..LOOKS_MAX).any(|_| run("ip link show up0").contains("state UP"));
    assert!(is_up, "the link comes up");
    run(&format!("ip route add default via {NEIGHBOUR}"));
    path
}

/// 7 has a way out of the VPC, and nobody else.
fn with_a_way() -> PacketRules {
    let mut rules = policy::open();
    let way = WayRule {
        range: policy::cidr("0.0.0.0/0"),
        route_table_id: "rtb-1".to_owned(),
        target: "igw-1".to_owned(),
        end: WayEnd::Outside,
    };
    rules.ways.insert("rtb-1".to_owned(), vec![way]);
    rules.interfaces.get_mut(&address(7)).expect("it is there").way = Some("rtb-1".to_owned());
    rules
}

async fn attach_both(network: &Network) {
    network.replace_packet_rules(with_a_way()).await.expect("a policy");
    network.attach_task(&task(7)).await.expect("the task is attached");
    network.attach_task(&task(8)).await.expect("the task is attached");
}

#[test]
fn only_a_task_with_egress_leaves_and_under_the_hosts_address() {
    on_host(async |host| {
        let neighbour = neighbour(host);
        let before = host.state();
        let network = host.open().await;
        attach_both(&network).await;
        let server = run_inside(&neighbour, || TcpListener::bind((NEIGHBOUR, 0)));
        let server = server.expect("a listener");
        let to = server.local_addr().expect("its address");
        let _stream = connect(&network, 7, to).await.expect("a task with egress leaves");
        assert_eq!(server.accept().expect("a connection").1.ip(), HOST);
        assert!(is_silent(&network, 8, to).await);
        // Not even one way: of two packets, only the one that may leave arrives.
        let receiver = run_inside(&neighbour, || datagram_socket(NEIGHBOUR, PATIENCE));
        let receiver = receiver.expect("a socket");
        let to = receiver.local_addr().expect("its address");
        for (task_id, last, text) in [("t8", 8, b"leak"), ("t7", 7, b"fair")] {
            let sent = network.run_in_task(task_id, move || {
                datagram_socket(address(last), SILENCE)?.send_to(text, to)
            });
            sent.await.expect("it is sent");
        }
        let mut buffer = [0; 16];
        let (length, from) = receiver.recv_from(&mut buffer).expect("a datagram");
        assert_eq!((&buffer[..length], from.ip()), (b"fair".as_slice(), HOST.into()));

        // The machine's own metadata service is none of the tasks' business.
        run_inside(&neighbour, || {
            run("ip address add 169.254.169.254/32 dev lo");
            Ok(())
        })
        .expect("an address");
        let metadata = run_inside(&neighbour, || TcpListener::bind("169.254.169.254:0"));
        let metadata = metadata.expect("a listener").local_addr().expect("its address");
        assert!(is_silent(&network, 7, metadata).await);

        network.teardown().await.expect("all is taken down");
        host.assert_state(&before);
    });
}

#[test]
fn nothing_comes_in_from_outside() {
    on_host(async |host| {
        let neighbour = neighbour(host);
        let network = host.open().await;
        attach_both(&network).await;
        network.add_balancer_address(address(100)).await.expect("an address");
        let _services = [
            TcpListener::bind((address(100), 80)).expect("a listener"),
            TcpListener::bind((GATEWAY_ADDRESS, API_PORT)).expect("a listener"),
        ];
        let open = TcpListener::bind((HOST, 0)).expect("a listener");
        let (_listener, in_task) = listen(&network, 7).await;
        let reached = |to| {
            let outcome = run_inside(&neighbour, move || {
                Ok(TcpStream::connect_timeout(&to, SILENCE).map_err(|error| error.kind()))
            });
            outcome.expect("the neighbour can be entered").err()
        };
        assert_eq!(
            reached(open.local_addr().expect("an address")),
            None,
            "the host itself is open"
        );
        assert_eq!(reached(in_task), Some(ErrorKind::TimedOut));
        assert_eq!(reached(at(address(100), 80)), Some(ErrorKind::TimedOut));
        assert_eq!(reached(at(GATEWAY_ADDRESS, API_PORT)), Some(ErrorKind::TimedOut));
    });
}

#[test]
fn a_packet_from_outside_with_a_tasks_source_is_dropped() {
    on_host(async |host| {
        let neighbour = neighbour(host);
        let network = host.open().await;
        let receiver = datagram_socket(HOST, PATIENCE).expect("a socket");
        let to = receiver.local_addr().expect("its address");
        let sent = run_inside(&neighbour, move || {
            run("ip address add 172.31.5.66/32 dev lo");
            datagram_socket(address(66), PATIENCE)?.send_to(b"forged", to)?;
            datagram_socket(NEIGHBOUR, PATIENCE)?.send_to(b"honest", to)
        });
        sent.expect("both are sent");
        let mut buffer = [0; 16];
        let (length, from) = receiver.recv_from(&mut buffer).expect("a datagram");
        assert_eq!((&buffer[..length], from.ip()), (b"honest".as_slice(), NEIGHBOUR.into()));
        drop(network);
    });
}
