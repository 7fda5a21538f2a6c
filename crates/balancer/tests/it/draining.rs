//! Targets come and go without a lost request.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use routing::{Config, Reason, TargetHealthState, config::TargetState};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    backend::{Backend, text},
    client::{self, Client},
    world::{self, World},
};

/// A backend that answers once it is let.
async fn held(name: &'static str, gate: &Arc<Semaphore>, arrived: &Arc<Semaphore>) -> Backend {
    let (gate, arrived) = (Arc::clone(gate), Arc::clone(arrived));
    Backend::answering(move |_| {
        let (gate, arrived) = (Arc::clone(&gate), Arc::clone(&arrived));
        async move {
            arrived.add_permits(1);
            gate.acquire().await.expect("it stays open").forget();
            text(name)
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draining_target_finishes_its_requests_and_gets_no_more() {
    let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let old = held("old", &gate, &arrived).await;
    let new = Backend::named("new").await;
    let mut world = World::with(&[&old]).await;
    let address = world.address();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { client::get(address, "/").await });
    arrived.acquire().await.expect("it stays open").forget();

    world.change(|config| config.target_groups[0].targets.push(world::target(new.address))).await;
    world.healthy(2).await;
    world.change(|config| config.target_groups[0].targets[0].state = TargetState::Draining).await;
    let draining = world.health(TargetHealthState::Draining).await;
    assert_eq!(draining.reason, Some(Reason::DeregistrationInProgress));
    let mut client = Client::connect(address).await;
    for _ in 0..20 {
        assert_eq!(client.get("/").await.body, "new");
    }
    assert_eq!(world.handle.metrics()[0].requests_in_flight, 1, "the old request is still there");
    gate.add_permits(1);
    let finished = tasks.join_next().await.expect("one task").expect("it does not panic");
    assert_eq!(finished.body, "old");
    assert_eq!(world.drained().await.port, old.address.port());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_target_is_drained_at_once() {
    let backend = Backend::named("one").await;
    let mut world = World::with(&[&backend]).await;
    // It leaves an idle connection behind, which is no request.
    client::get(world.address(), "/").await;
    world.change(|config| config.target_groups[0].targets[0].state = TargetState::Draining).await;
    let drained = tokio::time::timeout(Duration::from_secs(2), world.drained()).await;
    assert_eq!(drained.expect("at once").port, backend.address.port());
    assert_eq!(world.handle.drained_targets().len(), 1, "it can be asked for again");
    assert_eq!(client::get(world.address(), "/").await.status, 503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_deregistration_delay_bounds_the_wait() {
    let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let backend = held("one", &gate, &arrived).await;
    let mut config = world::config(&[&backend]);
    config.target_groups[0].attributes.deregistration_delay_seconds = 1;
    let mut world = World::serving(config).await;
    world.healthy(1).await;
    let address = world.address();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { client::get(address, "/").await });
    arrived.acquire().await.expect("it stays open").forget();
    world.change(|config| config.target_groups[0].targets[0].state = TargetState::Draining).await;
    world.drained().await;
    gate.add_permits(1);
    let finished = tasks.join_next().await.expect("one task").expect("it does not panic");
    assert_eq!(finished.status, 200, "the request itself is not cut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_is_registered_again_starts_anew() {
    let backend = Backend::named("one").await;
    let mut world = World::with(&[&backend]).await;
    let set = |state| move |config: &mut Config| config.target_groups[0].targets[0].state = state;
    world.change(set(TargetState::Draining)).await;
    world.health(TargetHealthState::Draining).await;
    world.change(set(TargetState::Registered)).await;
    world.health(TargetHealthState::Healthy).await;
    assert!(world.handle.drained_targets().is_empty());
    assert_eq!(client::get(world.address(), "/").await.body, "one");
}

/// What no listener uses any more is drained just the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_of_an_unused_group_is_drained() {
    let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let backend = held("one", &gate, &arrived).await;
    let mut world = World::with(&[&backend]).await;
    let address = world.address();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { client::get(address, "/").await });
    arrived.acquire().await.expect("it stays open").forget();
    world
        .change(|config| {
            config.load_balancers.clear();
            config.target_groups[0].targets[0].state = TargetState::Draining;
        })
        .await;
    assert!(world.handle.drained_targets().is_empty(), "a request is under way");
    gate.add_permits(1);
    assert_eq!(world.drained().await.port, backend.address.port());
    let finished = tasks.join_next().await.expect("one task").expect("it does not panic");
    assert_eq!(finished.body, "one");
    // Said again with the next configuration, as nobody is left to remember it.
    world.change(|config| config.target_groups[0].targets[0].port += 1).await;
    world.drained().await;
}

/// A rolling update under load: every target is replaced, each one is really gone the moment its
/// drain is reported, and no request fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_while_targets_are_replaced() {
    const CLIENTS: usize = 8;
    const ROUNDS: usize = 12;
    let first = Backend::named("0").await;
    let mut world = World::with(&[&first]).await;
    let address = world.address();
    let (done, requests) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for client in 0..CLIENTS {
        let (done, requests) = (Arc::clone(&done), Arc::clone(&requests));
        tasks.spawn(async move {
            let mut connection = Client::connect(address).await;
            while !done.load(Ordering::Relaxed) {
                // Some clients keep their connection, some do not; some send bodies.
                if client % 2 == 0 {
                    connection = Client::connect(address).await;
                }
                let request = http::Request::post("/");
                let got = connection.send(request, vec![b'x'; client * 1_000]).await;
                assert_eq!(got.expect("an answer").status, 200);
                requests.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let mut current = first;
    for _ in 0..ROUNDS {
        let next = Backend::named("next").await;
        let target = world::target(next.address);
        world.change(|config| config.target_groups[0].targets.push(target)).await;
        world.healthy(2).await;
        world
            .change(|config| config.target_groups[0].targets[0].state = TargetState::Draining)
            .await;
        let drained = world.drained().await;
        assert_eq!(drained.port, current.address.port());
        // As a stopped task: from here on a request to it would be refused.
        current = next;
        world.change(|config| drop(config.target_groups[0].targets.remove(0))).await;
    }
    done.store(true, Ordering::Relaxed);
    while let Some(finished) = tasks.join_next().await {
        finished.expect("no request failed");
    }
    assert!(requests.load(Ordering::Relaxed) > ROUNDS * CLIENTS);
    let metrics = &world.handle.metrics()[0];
    assert_eq!((metrics.requests_in_flight, metrics.load_balancer_responses[5]), (0, 0));
    drop(current);
}
