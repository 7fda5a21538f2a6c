//! How long it takes to attach and to detach a task: run as root, by `unshare --net`.
//!
//! The namespace that `unshare` makes is the host measured; nothing outside it is touched.

use std::{
    io,
    net::Ipv4Addr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use linux_net::{GATEWAY_ADDRESS, Ipv4Range, Network, NetworkConfig, NetworkError, TaskNetwork};
use tokio::task::JoinSet;

const ONE_BY_ONE: u8 = 100;
const AT_ONCE: u8 = 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if has_uplink()? {
        return Err("run this by `unshare --net`: this namespace is in use".into());
    }
    let run_dir = PathBuf::from(format!("/run/longshore-speed-{}", std::process::id()));
    let network = Network::open(NetworkConfig {
        run_dir: run_dir.clone(),
        vpc_ranges: vec!["172.31.0.0/16".parse::<Ipv4Range>()?],
        public_range: None,
        gateway_address: GATEWAY_ADDRESS,
        gateway_services: Vec::new(),
    });
    let network = Arc::new(network.await?);
    let measured = measure(&network).await;
    network.teardown().await?;
    std::fs::remove_dir(run_dir)?;
    Ok(measured?)
}

async fn measure(network: &Arc<Network>) -> Result<(), NetworkError> {
    let mut attached = Vec::new();
    for last in 1..=ONE_BY_ONE {
        let started = Instant::now();
        network.attach_task(&task(last)).await?;
        attached.push(started.elapsed());
    }
    let mut detached = Vec::new();
    for last in 1..=ONE_BY_ONE {
        let started = Instant::now();
        network.detach_task(&task(last).task_id).await?;
        detached.push(started.elapsed());
    }
    let started = Instant::now();
    let mut all = JoinSet::new();
    for last in 1..=AT_ONCE {
        let network = Arc::clone(network);
        all.spawn(async move { network.attach_task(&task(last)).await });
    }
    for outcome in all.join_all().await {
        outcome?;
    }
    println!("attach: {}", describe(attached));
    println!("detach: {}", describe(detached));
    println!("attach of {AT_ONCE} at once: {:?}", started.elapsed());
    Ok(())
}

fn describe(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    format!("p50 {:?}, p90 {:?}, max {:?}", at(50), at(90), at(100))
}

fn task(last: u8) -> TaskNetwork {
    TaskNetwork {
        task_id: format!("speed{last}"),
        address: Ipv4Addr::new(172, 31, 5, last),
        mac: None,
        mtu: 1500,
        local_addresses: Vec::new(),
    }
}

/// `/proc/net/route` has a heading, and a line for every route of the main table.
fn has_uplink() -> io::Result<bool> {
    Ok(std::fs::read_to_string("/proc/net/route")?.lines().count() > 1)
}
