//! The last good table outlives the process.

use balancer::{ApplyError, Event};

use crate::{
    backend::Backend,
    client,
    world::{self, World},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_balancer_serves_at_once() {
    let backend = Backend::named("one").await;
    let world = World::with(&[&backend]).await;
    // The health was saved, too: wait for that by applying once more.
    let mut world = world;
    world.change(|_| {}).await;
    world.handle.shutdown().await;

    let (handle, mut events) = world::start(&world.directory);
    // Not even the first health check is waited for.
    assert_eq!(client::get(world.address(), "/").await.body, "one");
    assert_eq!(handle.revision(), 2);
    let mut seen = Vec::new();
    while seen.last() != Some(&Event::Applied { revision: 2 }) {
        seen.push(events.recv().await);
    }
    let stale = handle.apply(world.config.clone(), 1).await.expect_err("an old revision");
    assert!(matches!(stale, ApplyError::Stale { given: 1, current: 2 }), "{stale}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_is_refused_changes_nothing() {
    let backend = Backend::named("one").await;
    let world = World::with(&[&backend]).await;
    let mut broken = world.config.clone();
    broken.target_groups.clear();
    let refused = world.handle.apply(broken, 9).await.expect_err("a refusal");
    assert!(matches!(refused, ApplyError::Refused(_)), "{refused}");
    assert_eq!(world.handle.revision(), 1);
    assert_eq!(client::get(world.address(), "/").await.body, "one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_table_does_not_stop_the_balancer() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("route-table.json"), "{\"revision\":").expect("written");
    let (handle, _events) = world::start(&directory);
    assert_eq!((handle.revision(), handle.sockets().len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_listener_is_closed() {
    let backend = Backend::named("one").await;
    let mut world = World::with(&[&backend]).await;
    let address = world.address();
    let mut client = client::Client::connect(address).await;
    assert_eq!(client.get("/").await.body, "one");
    world.change(|config| config.load_balancers.clear()).await;
    let refused = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(world::PATIENCE, refused).await.expect("nobody listens any more");
}
