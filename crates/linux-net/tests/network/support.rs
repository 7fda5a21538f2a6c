//! A throw-away host: a thread in a network namespace of its own, with a runtime and a directory.
//!
//! INVARIANT: whatever a test does, its mounts are gone with it; all else goes with the namespace.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use linux_net::{
    DeniedPackets, GATEWAY_ADDRESS, GatewayService, Network, NetworkConfig, NetworkError,
    TaskNetwork,
};
use rustix::{
    mount::{UnmountFlags, mount_bind, unmount},
    thread::{UnshareFlags, unshare_unsafe},
};

use crate::policy;

/// How long a test waits for what should come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// How long a test waits for what should not.
pub(crate) const SILENCE: Duration = Duration::from_millis(300);
/// The port of the host's that tasks may reach, besides DNS.
pub(crate) const API_PORT: u16 = 4566;

pub(crate) struct Host {
    directory: tempfile::TempDir,
}

/// Runs `test` on a host of its own.
pub(crate) fn on_host<F: AsyncFnOnce(&Host) + Send>(test: F) {
    let outcome = thread::scope(|scope| {
        let worker = scope.spawn(|| {
            unshare_network();
            run("ip link set lo up");
            let host = Host { directory: tempfile::tempdir().expect("a directory") };
            // All threads of this runtime are started from here, and so are in this namespace.
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(test(&host));
        });
        worker.join()
    });
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

impl Host {
    pub(crate) fn run_dir(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn config(&self) -> NetworkConfig {
        NetworkConfig {
            run_dir: self.run_dir().to_owned(),
            vpc_ranges: vec!["172.31.0.0/16".parse().expect("a range")],
            public_range: Some("198.18.0.0/16".parse().expect("a range")),
            gateway_address: GATEWAY_ADDRESS,
            gateway_services: vec![GatewayService::Tcp(API_PORT)],
            denied: DeniedPackets::Logged,
        }
    }

    /// With a policy under which everything in the VPC reaches everything, and nothing outside.
    pub(crate) async fn open(&self) -> Network {
        let network = self.try_open().await.expect("the network opens");
        network.replace_packet_rules(policy::open()).await.expect("a policy");
        network
    }

    pub(crate) async fn try_open(&self) -> Result<Network, NetworkError> {
        Network::open(self.config()).await
    }

    /// All that can be seen of this host's network.
    pub(crate) fn state(&self) -> String {
        let mut state = String::new();
        for command in [
            "ip -d link show",
            "ip address show",
            "ip route show table all",
            "ip neighbour show",
            "nft list ruleset",
            "grep -r . /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/ip_forward",
        ] {
            state.extend(["$ ", command, "\n", &run(command)]);
        }
        let mounts = fs::read_to_string("/proc/self/mounts").expect("the mounts");
        let own = self.run_dir().to_str().expect("a UTF-8 path");
        state.extend(mounts.lines().filter(|line| line.contains(own)));
        state
    }

    /// Fails with what differs from an earlier state. The neighbour table fills by itself as the
    /// host speaks to others, so what it learnt does not count.
    pub(crate) fn assert_state(&self, before: &str) {
        let learnt = |line: &&str| !line.contains(" lladdr ");
        let now = self.state();
        let now: Vec<&str> = now.lines().filter(learnt).collect();
        let before: Vec<&str> = before.lines().filter(learnt).collect();
        let added: Vec<_> = now.iter().filter(|line| !before.contains(line)).collect();
        let missing: Vec<_> = before.iter().filter(|line| !now.contains(line)).collect();
        assert!(now == before, "added: {added:#?}, missing: {missing:#?}");
    }

    /// A namespace that stands for another machine, held open at the answered path.
    pub(crate) fn make_outside(&self) -> PathBuf {
        let path = self.run_dir().join("outside");
        File::create(&path).expect("a file");
        thread::scope(|scope| {
            scope.spawn(|| {
                unshare_network();
                mount_bind("/proc/thread-self/ns/net", &path).expect("a mount");
            });
        });
        path
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        for target in mounts.lines().filter_map(|line| line.split(' ').nth(1)) {
            if Path::new(target).starts_with(self.run_dir()) {
                let _already_gone = unmount(target, UnmountFlags::DETACH);
            }
        }
    }
}

#[expect(unsafe_code, reason = "the safe wrapper was withdrawn for flags that are not used here")]
fn unshare_network() {
    // SAFETY: a network namespace shares no memory and no descriptors with other threads.
    unsafe { unshare_unsafe(UnshareFlags::NEWNET) }.expect("these tests run as root");
}

/// Runs a command in the calling thread's namespace; answers what it printed.
pub(crate) fn run(command: &str) -> String {
    let mut words = command.split(' ');
    let program = words.next().expect("a program");
    let output = Command::new(program).args(words).output().expect("the program runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Task `t<last>`, at 172.31.5.`last`.
pub(crate) fn task(last: u8) -> TaskNetwork {
    TaskNetwork {
        task_id: format!("t{last}"),
        address: address(last),
        mac: None,
        mtu: 1500,
        local_addresses: vec![Ipv4Addr::new(169, 254, 170, 2)],
    }
}

pub(crate) fn address(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(172, 31, 5, last)
}

pub(crate) async fn attach(network: &Network, last: u8) -> PathBuf {
    network.attach_task(&task(last)).await.expect("the task is attached")
}

/// A listener inside a task, on any port of its address.
pub(crate) async fn listen(network: &Network, last: u8) -> (TcpListener, SocketAddr) {
    let task_id = format!("t{last}");
    let bound = network.run_in_task(&task_id, move || TcpListener::bind((address(last), 0)));
    let listener = bound.await.expect("a listener");
    let at = listener.local_addr().expect("its address");
    (listener, at)
}

/// Connects from inside a task.
pub(crate) async fn connect(
    network: &Network,
    last: u8,
    to: SocketAddr,
) -> Result<TcpStream, ErrorKind> {
    connect_within(network, last, (to, PATIENCE)).await
}

/// Whether a task that connects hears nothing at all.
pub(crate) async fn is_silent(network: &Network, last: u8, to: SocketAddr) -> bool {
    let outcome = connect_within(network, last, (to, SILENCE)).await;
    matches!(outcome, Err(ErrorKind::TimedOut))
}

async fn connect_within(
    network: &Network,
    last: u8,
    (to, wait): (SocketAddr, Duration),
) -> Result<TcpStream, ErrorKind> {
    let task_id = format!("t{last}");
    let connected =
        network.run_in_task(&task_id, move || Ok(TcpStream::connect_timeout(&to, wait)));
    connected.await.expect("the task can be entered").map_err(|error| error.kind())
}

/// Connects from the calling thread's namespace.
pub(crate) fn connect_here(to: SocketAddr) -> Result<TcpStream, ErrorKind> {
    TcpStream::connect_timeout(&to, PATIENCE).map_err(|error| error.kind())
}

pub(crate) fn at(address: Ipv4Addr, port: u16) -> SocketAddr {
    SocketAddrV4::new(address, port).into()
}

/// A datagram socket that waits no longer than `wait`.
pub(crate) fn datagram_socket(address: Ipv4Addr, wait: Duration) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((address, 0))?;
    socket.set_read_timeout(Some(wait))?;
    Ok(socket)
}
