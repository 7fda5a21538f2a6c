//! Attach, detach, crash, open again, take down: what is there afterwards.

use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    os::unix::fs::MetadataExt,
    sync::Arc,
};

use linux_net::{Network, NetworkError, TaskNetwork};
use tokio::task::JoinSet;

use crate::support::{
    PATIENCE, address, at, attach, connect, connect_here, listen, on_host, run, task,
};

const PARALLEL: u8 = 20;

#[test]
fn attaching_and_detaching_again_changes_nothing() {
    on_host(async |host| {
        let network = host.open().await;
        let path = attach(&network, 7).await;
        let inode = fs::metadata(&path).expect("the namespace").ino();
        assert_eq!(attach(&network, 7).await, path);
        assert_eq!(fs::metadata(&path).expect("the namespace").ino(), inode);
        let moved = TaskNetwork { address: address(9), ..task(7) };
        let refused = network.attach_task(&moved).await;
        assert!(matches!(refused, Err(NetworkError::TaskDiffers { .. })), "{refused:?}");
        let (_listener, to) = listen(&network, 7).await;
        connect_here(to).expect("the task is still there");
        for _ in 0..2 {
            network.detach_task("t7").await.expect("the task is detached");
        }
        assert!(!path.exists());
        assert_eq!(network.list_tasks().await.expect("a list"), Vec::<String>::new());
    });
}

#[test]
fn a_failed_attachment_leaves_nothing() {
    on_host(async |host| {
        let network = host.open().await;
        let before = host.state();
        let impossible = TaskNetwork { mtu: 1, ..task(7) };
        let refused = network.attach_task(&impossible).await;
        assert!(matches!(refused, Err(NetworkError::Kernel { .. })), "{refused:?}");
        host.assert_state(&before);
        attach(&network, 7).await;
    });
}

#[test]
fn many_attach_at_once() {
    on_host(async |host| {
        let network = Arc::new(host.open().await);
        let mut attaching = JoinSet::new();
        for last in 1..=PARALLEL {
            let network = Arc::clone(&network);
            attaching.spawn(async move { network.attach_task(&task(last)).await });
        }
        while let Some(attached) = attaching.join_next().await {
            attached.expect("no panic").expect("the task is attached");
        }
        for last in 1..=PARALLEL {
            let (_listener, to) = listen(&network, last).await;
            connect(&network, last % PARALLEL + 1, to).await.expect("a task reaches a task");
        }
        let tasks = network.list_tasks().await.expect("a list");
        assert_eq!(tasks.len(), usize::from(PARALLEL));
    });
}

#[test]
fn after_a_crash_tasks_go_on_and_the_stale_are_collected() {
    on_host(async |host| {
        let network = host.open().await;
        for last in [7, 8, 9, 10] {
            attach(&network, last).await;
        }
        let (listener, to) = listen(&network, 7).await;
        let mut client = connect(&network, 8, to).await.expect("a connection");
        let (mut server, _) = listener.accept().expect("a connection");
        server.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        // Dropped, not taken down: as a crash leaves it. Task 10 is half-made.
        drop(network);
        let links = run("ip -o link show group 27763");
        let half = links.lines().find(|line| line.contains(" t10 ")).expect("its link");
        let half = half.split([':', '@']).nth(1).expect("a name").trim().to_owned();
        run(&format!("ip link set dev {half} alias -"));

        let network = host.open().await;
        client.write_all(b"still here").expect("the connection holds");
        let mut heard = [0; 10];
        server.read_exact(&mut heard).expect("what was sent");
        assert_eq!(&heard, b"still here");
        connect(&network, 8, to).await.expect("new connections too");

        let keep = BTreeSet::from(["t7".to_owned(), "t8".to_owned()]);
        let stale = network.collect_stale(&keep).await.expect("the stale are collected");
        assert_eq!(stale, ["t10", "t9"]);
        assert_eq!(network.list_tasks().await.expect("a list"), ["t7", "t8"]);
        assert_eq!(run("ip -o link show group 27763").lines().count(), 2);
        attach(&network, 10).await;
    });
}

#[test]
fn only_one_process_manages_a_namespace() {
    on_host(async |host| {
        let network = host.open().await;
        let second = host.try_open().await;
        assert!(matches!(second, Err(NetworkError::InUse)), "{second:?}");
        drop(network);
        host.open().await;
    });
}

#[test]
fn ranges_that_the_host_uses_are_refused_by_name() {
    on_host(async |host| {
        run("ip link add up0 type veth peer name up1");
        run("ip link set up0 up");
        let table = [
            ("ip route add 172.31.7.0/24 dev up0", "route `172.31.7.0/24 dev up0`"),
            ("ip route add 172.16.0.0/12 dev up0", "route `172.16.0.0/12 dev up0`"),
            ("ip route add blackhole 172.31.0.0/20", "route `172.31.0.0/20`"),
            ("ip route add 172.31.7.0/24 dev up0 table 7", "route `172.31.7.0/24 dev up0`"),
            ("ip address add 172.31.7.1/32 dev up0", "address `172.31.7.1/32 dev up0`"),
        ];
        for (command, named) in table {
            run(command);
            let before = host.state();
            let refused = host.try_open().await.expect_err("the range is refused").to_string();
            assert_eq!(
                refused,
                format!("the range `172.31.0.0/16` of a VPC overlaps the host's {named}")
            );
            host.assert_state(&before);
            run(&command.replace(" add ", " del "));
        }
        run("ip address add 192.0.2.2/24 dev up0");
        run("ip route add default dev up0");
        host.open().await;
    });
}

#[test]
fn teardown_leaves_nothing() {
    on_host(async |host| {
        run("nft add table ip someones");
        run("nft add chain ip someones input { type filter hook input priority 0 ; }");
        let before = host.state();
        let network = host.open().await;
        attach(&network, 7).await;
        attach(&network, 8).await;
        network.add_balancer_address(address(100)).await.expect("an address");
        assert_ne!(host.state(), before);
        network.teardown().await.expect("all is taken down");
        host.assert_state(&before);
        drop(network);

        // And so it is when another process has to do it.
        let network = host.open().await;
        attach(&network, 7).await;
        drop(network);
        Network::remove_leftovers(host.run_dir()).await.expect("all is taken down");
        host.assert_state(&before);
        assert!(connect_here(at(address(7), 80)).is_err());
    });
}
