//! The control role: the API, the state, the reconcilers and the sessions.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use api::{Api, ApiConfig};
use control::{
    Clock, Functions, Inquiries, Presence, SessionState, Settled, run_reconciler, serve_sessions,
    sweep_logs,
};
use edge::{AuthMode, Credentials, Edge, Limits, Parts};
use model::{Rng, Scope, Snapshot};
use objects::{ObjectStore, ObjectStoreParts};
use observe::Logs;
use planner::network::set_public_range;
use planner::reconcilers;
use store::{SqliteEngine, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::objects::Gatekeeper;
use super::ready;
use super::services::{ApiServices, RootKey};
use crate::admin;
use crate::config::{Auth, Config, Paths};
use crate::credentials::RootCredentials;

pub(crate) async fn run(config: Config, stop: CancellationToken) -> Result<()> {
    let paths = config.paths()?;
    let store = open_store(&paths).await?;
    let set_range = |snapshot: &Snapshot| Ok((set_public_range(snapshot, config.public_cidr), ()));
    store.transact::<_, Infallible>(set_range).await?;
    let logs = Logs::open(&paths.logs()).context("the logs cannot be opened")?;
    let credentials = RootCredentials::read(&paths.credentials())?;
    let mut rng = seeded()?;
    let clock = Clock::new(crate::clock::now);
    let api_config = ApiConfig { vpc_cidr: config.vpc_cidr };
    let own_rng = Rng::seeded(rng.next_u64());
    let api = Arc::new(Api::new(store.clone(), logs.clone(), (api_config, own_rng)));

    let tracker = TaskTracker::new();
    for reconciler in reconcilers() {
        let rng = Rng::seeded(rng.next_u64());
        tracker.spawn(run_reconciler(reconciler, store.clone(), clock.clone(), rng));
    }
    let endpoint = config.lambda_endpoint.as_deref().map(str::parse).transpose()?;
    tracker.spawn(Functions::new(store.clone(), clock.clone(), endpoint).run());
    let (settled, inquiries) = (Settled::default(), Inquiries::default());
    let sessions = SessionState {
        store: store.clone(),
        logs: logs.clone(),
        clock,
        settled: settled.clone(),
        presence: Presence::default(),
        inquiries: inquiries.clone(),
    };
    let listener = link::Listener::bind(&paths.control_socket())?;
    tracker.spawn(serve_sessions(listener, sessions, tracker.clone(), stop.clone()));
    tracker.spawn(sweep_logs(logs.clone(), Clock::new(crate::clock::now), stop.clone()));
    tracker.spawn(end_with_store(store.clone(), stop.clone()));

    let keys: Arc<dyn Credentials> = Arc::new(RootKey(credentials));
    let objects = open_objects(&paths, Arc::clone(&keys), Rng::seeded(rng.next_u64())).await?;
    let pages = admin::pages(admin::Pages {
        store: store.clone(),
        api: Arc::clone(&api),
        scope: Scope::new(config.account.clone(), config.region.clone()),
        logs,
        objects: objects.clone(),
        settled,
        inquiries,
        is_reset_allowed: config.auth == Auth::Any,
    });
    let edge = Edge::new(Parts {
        services: Arc::new(ApiServices(api)),
        objects: Some(Arc::new(objects)),
        credentials: keys,
        clock: Arc::new(crate::clock::now),
        rng,
        config: edge::Config {
            auth: match config.auth {
                Auth::Verify => AuthMode::Verify,
                Auth::Any => AuthMode::Any,
            },
            default_scope: Scope::new(config.account.clone(), config.region.clone()),
            limits: Limits::default(),
        },
        pages,
    });
    let socket = std::net::TcpListener::bind(config.listen)
        .with_context(|| format!("`{}` cannot be listened on", config.listen))?;
    ready::announce();
    edge.serve(vec![socket], stop.clone()).await?;
    stop.cancelled().await;
    store.shutdown().await;
    Ok(())
}

/// A store that failed takes nothing more: the supervisor starts this role anew, which
/// reads back what is durable.
async fn end_with_store(store: Store, stop: CancellationToken) {
    let mut watcher = store.watch();
    while watcher.changed().await.is_ok() {}
    if !stop.is_cancelled() {
        tracing::error!("the state can no longer be written");
        stop.cancel();
    }
}

async fn open_store(paths: &Paths) -> Result<Store> {
    let path = paths.store();
    let open = move || -> Result<Store> {
        let engine = SqliteEngine::open(&path)?;
        Ok(Store::open(engine)?)
    };
    tokio::task::spawn_blocking(open).await?.context("the state cannot be opened")
}

async fn open_objects(paths: &Paths, keys: Arc<dyn Credentials>, rng: Rng) -> Result<ObjectStore> {
    let gate = Arc::new(Gatekeeper(keys));
    let (directory, limits) = (paths.objects(), objects::Limits::default());
    let parts = ObjectStoreParts { directory, gate, rng, limits };
    let opened = tokio::task::spawn_blocking(move || ObjectStore::open(parts)).await?;
    opened.context("the objects cannot be opened")
}

fn seeded() -> Result<Rng> {
    let mut seed = [0_u8; 8];
    getrandom::fill(&mut seed).context("the system gives no randomness")?;
    Ok(Rng::seeded(u64::from_le_bytes(seed)))
}
