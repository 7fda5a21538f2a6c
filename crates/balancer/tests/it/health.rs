//! Health checks and what follows from them.

use std::{
    net::SocketAddrV4,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};

use balancer::Event;
use routing::{Reason, TargetHealthState};

use crate::{
    backend::{Backend, empty},
    client,
    world::{self, World},
};

/// A backend whose health checks get the status that `code` holds.
async fn with_health(code: &Arc<AtomicU16>) -> Backend {
    let code = Arc::clone(code);
    Backend::checked(move |request| {
        let code = Arc::clone(&code);
        async move {
            let agent = request.headers().get("user-agent");
            let is_check = agent.is_some_and(|agent| agent == "ELB-HealthChecker/2.0");
            assert!(!is_check || request.uri() == "/health");
            empty(if is_check { code.load(Ordering::Relaxed) } else { 200 })
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_goes_through_the_states_with_their_reasons() {
    let code = Arc::new(AtomicU16::new(200));
    let backend = with_health(&code).await;
    let mut config = world::config(&[&backend]);
    config.target_groups[0].health_check.healthy_threshold = 2;
    let mut world = World::serving(config).await;
    let healthy = world.health(TargetHealthState::Healthy).await;
    assert_eq!((healthy.reason, healthy.description), (None, None));

    code.store(503, Ordering::Relaxed);
    let unhealthy = world.health(TargetHealthState::Unhealthy).await;
    assert_eq!(unhealthy.reason, Some(Reason::ResponseCodeMismatch));
    let description = unhealthy.description.expect("a description");
    assert_eq!(description, "Health checks failed with these codes: [503]");
    // With no healthy target, requests go to the unhealthy one.
    assert_eq!(client::get(world.address(), "/").await.status, 200);

    code.store(200, Ordering::Relaxed);
    world.health(TargetHealthState::Healthy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_initial_target_gets_no_requests() {
    let code = Arc::new(AtomicU16::new(500));
    let backend = with_health(&code).await;
    let mut config = world::config(&[&backend]);
    config.target_groups[0].health_check.unhealthy_threshold = 10;
    let mut world = World::serving(config).await;
    let initial = world.health(TargetHealthState::Initial).await;
    assert_eq!(initial.reason, Some(Reason::InitialHealthChecking));
    assert_eq!(client::get(world.address(), "/").await.status, 503);
}

/// A target that opens its port after it was registered does not wait for the next interval.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_starter_is_found_before_its_interval() {
    let port = world::free_port();
    let address = SocketAddrV4::new([127, 0, 0, 1].into(), port);
    let mut config = world::config(&[]);
    config.target_groups[0].targets.push(world::target(address));
    config.target_groups[0].health_check.interval_seconds = 300;
    let mut world = World::serving(config).await;
    world.health(TargetHealthState::Initial).await;
    let listener = tokio::net::TcpListener::bind(address).await.expect("the port is still free");
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        while let Ok((mut stream, _)) = listener.accept().await {
            crate::backend::read_head(&mut stream).await;
            let ok = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(ok).await.ok();
        }
    });
    world.health(TargetHealthState::Healthy).await;
}

/// A refused request is a hint: the checks it causes come before the next interval.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_request_causes_a_check() {
    let backend = Backend::named("one").await;
    let mut config = world::config(&[&backend]);
    config.target_groups[0].health_check.interval_seconds = 300;
    let mut world = World::serving(config).await;
    world.healthy(1).await;
    drop(backend);
    let address = world.address();
    let refused = async {
        loop {
            client::get(address, "/").await;
        }
    };
    let health = tokio::select! {
        () = refused => unreachable!("it goes on for ever"),
        health = world.health(TargetHealthState::Unhealthy) => health,
    };
    assert_eq!(health.reason, Some(Reason::FailedHealthChecks));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_target_times_out() {
    let backend = Backend::checked(|_| std::future::pending()).await;
    let mut world = World::serving(world::config(&[&backend])).await;
    let unhealthy = world.health(TargetHealthState::Unhealthy).await;
    assert_eq!(unhealthy.reason, Some(Reason::Timeout));
    assert_eq!(unhealthy.description.as_deref(), Some("Request timed out"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_cannot_bind_is_reported_and_bound_later() {
    let backend = Backend::named("one").await;
    let config = world::config(&[&backend]);
    let own = &config.load_balancers[0];
    let address = SocketAddrV4::new(own.addresses[0], own.listeners[0].port);
    let taken = std::net::TcpListener::bind(address).expect("the address is free");
    let mut world = World::serving(config).await;
    let failed = world
        .event(|event| match event {
            Event::BindFailed { address, .. } => Some(address),
            _ => None,
        })
        .await;
    assert_eq!(failed, address);
    let loopback = SocketAddrV4::new([127, 0, 0, 1].into(), address.port());
    world.healthy(1).await;
    assert_eq!(client::get(loopback, "/").await.body, "one", "the other address works");
    drop(taken);
    world.event(|event| (event == Event::Bound { address: failed }).then_some(())).await;
    assert_eq!(client::get(address, "/").await.body, "one");
}

/// Nothing of the target is new: it serves on, whatever the next check will say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_is_reached_from_another_address_serves_on() {
    let code = Arc::new(AtomicU16::new(200));
    let backend = with_health(&code).await;
    let mut world = World::with(&[&backend]).await;
    let before = world.address();
    code.store(500, Ordering::Relaxed);
    world.change(|config| config.load_balancers[0].addresses.insert(0, world::address())).await;
    assert_ne!(world.address(), before);
    for address in [before, world.address()] {
        assert_eq!(client::get(address, "/").await.status, 200);
    }
}
