//! A running balancer with one load balancer, and the configuration it serves.

use std::{
    net::{Ipv4Addr, SocketAddrV4},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use balancer::{Balancer, Event, Events, Handle, Options, TargetKey};
use routing::{
    Config, TargetHealth, TargetHealthState,
    config::{
        Action, HealthCheck, Listener, ListenerProtocol, LoadBalancer, LoadBalancerAttributes,
        ProtocolVersion, Target, TargetGroup, TargetGroupAttributes, TargetProtocol, TargetState,
        WeightedTargetGroup,
    },
};
use tempfile::TempDir;

use crate::backend::Backend;

/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) handle: Handle,
    pub(crate) events: Events,
    pub(crate) config: Config,
    pub(crate) directory: TempDir,
    revision: u64,
}

impl World {
    /// A balancer that serves `config`.
    pub(crate) async fn serving(config: Config) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let (handle, events) = start(&directory);
        let mut world = Self { handle, events, config: config.clone(), directory, revision: 0 };
        world.apply(config).await;
        world
    }

    /// A balancer whose one group has these backends as targets, all healthy.
    pub(crate) async fn with(backends: &[&Backend]) -> Self {
        let mut world = Self::serving(config(backends)).await;
        world.healthy(backends.len()).await;
        world
    }

    pub(crate) async fn apply(&mut self, config: Config) {
        self.revision += 1;
        self.config = config.clone();
        self.handle.apply(config, self.revision).await.expect("the configuration is served");
    }

    /// Changes the configuration and applies it.
    pub(crate) async fn change(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = self.config.clone();
        change(&mut config);
        self.apply(config).await;
    }

    /// Where the load balancer is.
    pub(crate) fn address(&self) -> SocketAddrV4 {
        let load_balancer = &self.config.load_balancers[0];
        SocketAddrV4::new(load_balancer.addresses[0], load_balancer.listeners[0].port)
    }

    /// Waits for an event that `wanted` makes something of.
    pub(crate) async fn event<T>(&mut self, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
        let waiting = async {
            loop {
                if let Some(found) = wanted(self.events.recv().await) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the event comes")
    }

    /// Waits until `count` targets are healthy.
    pub(crate) async fn healthy(&mut self, count: usize) {
        let handle = self.handle.clone();
        let healthy = move || {
            let is_healthy = |(_, health): &(TargetKey, TargetHealth)| {
                health.state == TargetHealthState::Healthy
            };
            handle.target_health().iter().filter(|target| is_healthy(target)).count()
        };
        if healthy() < count {
            self.event(|_| (healthy() >= count).then_some(())).await;
        }
    }

    /// Waits until the target's health has this state.
    pub(crate) async fn health(&mut self, state: TargetHealthState) -> TargetHealth {
        self.event(|event| match event {
            Event::TargetHealth { health, .. } if health.state == state => Some(health),
            _ => None,
        })
        .await
    }

    pub(crate) async fn drained(&mut self) -> TargetKey {
        self.event(|event| match event {
            Event::Drained { target } => Some(target),
            _ => None,
        })
        .await
    }
}

pub(crate) fn start(directory: &TempDir) -> (Handle, Events) {
    Balancer::start(Options {
        state_directory: directory.path().to_owned(),
        clock: Arc::new(|| Duration::from_secs(1_700_000_000)),
    })
    .expect("the balancer starts")
}

/// An address of its own for each load balancer of the test run.
pub(crate) fn address() -> Ipv4Addr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own = std::process::id() % 0x4000 * 0x100 + NEXT.fetch_add(1, Ordering::Relaxed);
    Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 16, 0, 1)) + own)
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    socket.local_addr().expect("it is bound").port()
}

/// One load balancer that forwards everything to one group of these backends.
pub(crate) fn config(backends: &[&Backend]) -> Config {
    let group = group("tg/one", backends);
    Config {
        load_balancers: vec![load_balancer("one", free_port(), forward(&[("tg/one", 1)]))],
        target_groups: vec![group],
    }
}

pub(crate) fn load_balancer(name: &str, port: u16, default_action: Action) -> LoadBalancer {
    LoadBalancer {
        arn: format!("lb/{name}"),
        dns_name: format!("{name}-1.us-east-1.elb.localhost"),
        addresses: vec![address()],
        attributes: LoadBalancerAttributes::default(),
        listeners: vec![Listener {
            arn: format!("listener/{name}"),
            port,
            protocol: ListenerProtocol::Http,
            rules: vec![],
            default_action,
        }],
    }
}

pub(crate) fn forward(groups: &[(&str, u16)]) -> Action {
    let share = |(arn, weight): &(&str, u16)| WeightedTargetGroup {
        arn: (*arn).to_owned(),
        weight: *weight,
    };
    Action::Forward { target_groups: groups.iter().map(share).collect(), stickiness_seconds: None }
}

pub(crate) fn group(arn: &str, backends: &[&Backend]) -> TargetGroup {
    TargetGroup {
        arn: arn.to_owned(),
        protocol: TargetProtocol::Http,
        protocol_version: ProtocolVersion::Http1,
        health_check: HealthCheck {
            path: "/health".to_owned(),
            interval_seconds: 1,
            timeout_seconds: 1,
            ..HealthCheck::default()
        },
        attributes: TargetGroupAttributes::default(),
        targets: backends.iter().map(|backend| target(backend.address)).collect(),
    }
}

pub(crate) fn target(address: SocketAddrV4) -> Target {
    Target {
        id: address.ip().to_string(),
        address: *address.ip(),
        port: address.port(),
        state: TargetState::Registered,
    }
}
