//! What the network part of a task's start takes, and what one more member of a large group takes:
//! run as root, by `unshare --net`. Prints one line of JSON, in milliseconds.
//!
//! The namespace that `unshare` makes is the host measured; nothing outside it is touched.

use std::{
    io,
    net::Ipv4Addr,
    path::PathBuf,
    time::{Duration, Instant},
};

use linux_net::{
    DeniedPackets, GATEWAY_ADDRESS, Ipv4Range, Network, NetworkConfig, NetworkError, TaskNetwork,
};
use model::{
    Cidr, Traffic, TrafficPeer,
    packet_rules::{FilteredInterface, PacketRules, Permit, Profile},
};

/// Tasks of one group, started one after the other.
const MEMBERS: u8 = 200;
const ROUNDS: usize = 100;
const VPC: &str = "172.31.0.0/16";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if has_uplink()? {
        return Err("run this by `unshare --net`: this namespace is in use".into());
    }
    let run_dir = PathBuf::from(format!("/run/longshore-speed-{}", std::process::id()));
    let network = Network::open(NetworkConfig {
        run_dir: run_dir.clone(),
        vpc_ranges: vec![VPC.parse::<Ipv4Range>()?],
        public_range: None,
        gateway_address: GATEWAY_ADDRESS,
        gateway_services: Vec::new(),
        denied: DeniedPackets::Counted,
    });
    let network = network.await?;
    let measured = measure(&network).await;
    network.teardown().await?;
    std::fs::remove_dir(run_dir)?;
    println!("{}", measured?);
    Ok(())
}

async fn measure(network: &Network) -> Result<serde_json::Value, NetworkError> {
    let mut rules = PacketRules::default();
    rules.ranges.insert(Cidr::parse(VPC).expect("a range"));
    network.replace_packet_rules(rules.clone()).await?;
    let mut started = Vec::new();
    for last in 1..=MEMBERS {
        let task = task(last);
        let began = Instant::now();
        add_member(network, &mut rules, ("large", task.address)).await?;
        network.attach_task(&task).await?;
        started.push(began.elapsed());
    }
    let [second, first] = [Ipv4Addr::new(172, 31, 6, 2), Ipv4Addr::new(172, 31, 6, 1)];
    add_member(network, &mut rules, ("small", first)).await?;
    let (mut small, mut large) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (group, times) in [("small", &mut small), ("large", &mut large)] {
            let before = rules.clone();
            times.push(add_member(network, &mut rules, (group, second)).await?);
            network.change_packet_rules(rules.delta_to(&before)).await?;
            rules = before;
        }
    }
    for last in 1..=MEMBERS {
        network.detach_task(&task(last).task_id).await?;
    }
    Ok(serde_json::json!({
        "start_p50": percentile(&mut started, 50),
        "start_p90": percentile(&mut started, 90),
        "second_member": percentile(&mut small, 50),
        "member_after_200": percentile(&mut large, 50),
    }))
}

/// Puts one more interface into a group, of which the members reach each other.
async fn add_member(
    network: &Network,
    rules: &mut PacketRules,
    (group, address): (&str, Ipv4Addr),
) -> Result<Duration, NetworkError> {
    let mut wanted = rules.clone();
    let interface = FilteredInterface {
        vpc_id: "vpc".to_owned(),
        subnet_id: "subnet".to_owned(),
        profile: group.to_owned(),
        way: None,
        resolver: None,
    };
    wanted.interfaces.insert(address, interface);
    wanted.members.entry(group.to_owned()).or_default().insert(address);
    wanted.profiles.entry(group.to_owned()).or_insert_with(|| profile(group).into());
    let delta = rules.delta_to(&wanted);
    let began = Instant::now();
    network.change_packet_rules(delta).await?;
    let took = began.elapsed();
    *rules = wanted;
    Ok(took)
}

fn profile(group: &str) -> Profile {
    let permit = Permit {
        group_id: group.to_owned(),
        rule_id: "rule".to_owned(),
        traffic: Traffic::All,
        peer: TrafficPeer::Group(group.to_owned()),
    };
    Profile {
        vpc_id: "vpc".to_owned(),
        group_ids: vec![group.to_owned()],
        ingress: vec![permit.clone()],
        egress: vec![permit],
    }
}

/// In milliseconds.
fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort();
    times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0
}

fn task(last: u8) -> TaskNetwork {
    TaskNetwork {
        task_id: format!("speed{last}"),
        address: Ipv4Addr::new(172, 31, 5, last),
        mac: None,
        mtu: 1500,
        local_addresses: vec![Ipv4Addr::new(169, 254, 170, 2)],
    }
}

/// `/proc/net/route` has a heading, and a line for every route of the main table.
fn has_uplink() -> io::Result<bool> {
    Ok(std::fs::read_to_string("/proc/net/route")?.lines().count() > 1)
}
