//! The control role: the API, the state, the reconcilers and the sessions.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use api::{Api, ApiParts, rewrap};
use control::{
    Clock, Functions, Inquiries, Presence, SessionState, Settled, run_reconciler, serve_sessions,
    sweep_logs,
};
use dynamodb_proxy::{Engine, EngineConfig, Keeper, Proxy};
use edge::{AuthMode, Credentials, Edge, Limits, Parts};
use model::{Rng, Scope, Snapshot};
use objects::{ObjectStore, ObjectStoreParts};
use observe::Logs;
use planner::network::set_public_range;
use planner::reconcilers;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with, sockopt};
use store::{SqliteEngine, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vault::{MasterKeys, Vault};

use super::objects::{Gatekeeper, TaskObjects};
use super::ready;
use super::services::{ApiServices, Keys, Policies};
use crate::admin;
use crate::config::{Auth, Config, Paths};
use crate::credentials::RootCredentials;
use crate::node_key;

/// LIMIT: connections of tasks that wait to be accepted.
const LISTEN_BACKLOG: i32 = 1024;

pub(crate) async fn run(config: Config, stop: CancellationToken) -> Result<()> {
    let paths = config.paths()?;
    let store = open_store(&paths).await?;
    let set_range = |snapshot: &Snapshot| Ok((set_public_range(snapshot, config.public_cidr), ()));
    store.transact::<_, Infallible>(set_range).await?;
    let logs = Logs::open(&paths.logs()).context("the logs cannot be opened")?;
    let credentials = RootCredentials::read(&paths.credentials())?;
    let mut rng = seeded()?;
    let clock = Clock::new(crate::clock::now);
    let own_rng = Rng::seeded(rng.next_u64());
    let api = open_api(&config, (store.clone(), logs.clone()), own_rng).await?;

    let tracker = TaskTracker::new();
    start_reconcilers((&store, &clock, &mut rng), &tracker);
    let endpoint = config.lambda_endpoint.as_deref().map(str::parse).transpose()?;
    tracker.spawn(Functions::new(store.clone(), clock.clone(), endpoint).run());
    let keys: Arc<dyn Credentials> = Arc::new(Keys { root: credentials, api: Arc::clone(&api) });
    let gate = Gatekeeper::new(&keys, &api, &config.region);
    let objects = open_objects(&paths, gate, Rng::seeded(rng.next_u64())).await?;
    let (settled, inquiries) = (Settled::default(), Inquiries::default());
    let sessions = SessionState {
        store: store.clone(),
        logs: logs.clone(),
        clock,
        settled: settled.clone(),
        presence: Presence::default(),
        inquiries: inquiries.clone(),
        api: Arc::clone(&api),
        objects: Arc::new(TaskObjects(objects.clone())),
        node_key: node_key::read(&paths.node_key())?,
    };
    let listener = link::Listener::bind(&paths.control_socket())?;
    tracker.spawn(serve_sessions(listener, sessions, tracker.clone(), stop.clone()));
    tracker.spawn(sweep_logs(logs.clone(), Clock::new(crate::clock::now), stop.clone()));
    tracker.spawn(end_with_store(store.clone(), stop.clone()));

    let (dynamodb, keeper) = dynamodb(&config, &paths, Arc::clone(&api));
    let keeping = tracker.spawn(keeper.run(stop.clone()));
    let pages = admin::pages(admin::Pages {
        store: store.clone(),
        api: Arc::clone(&api),
        scope: Scope::new(config.account.clone(), config.region.clone()),
        api_port: config.listen.port(),
        logs,
        dynamodb: Arc::clone(&dynamodb),
        objects: objects.clone(),
        settled,
        inquiries,
        master_key: config.master_key.clone(),
        is_reset_allowed: config.auth == Auth::Any,
    });
    let edge = Edge::new(Parts {
        services: Arc::new(ApiServices { api, dynamodb }),
        objects: Some(Arc::new(objects)),
        credentials: keys,
        clock: Arc::new(crate::clock::now),
        rng,
        config: edge_config(&config),
        pages,
    });
    let sockets = listen(&config)?;
    ready::announce();
    edge.serve(sockets, stop.clone()).await?;
    stop.cancelled().await;
    keeping.await.context("the keeper of the DynamoDB engine failed")?;
    store.shutdown().await;
    Ok(())
}

fn start_reconcilers((store, clock, rng): (&Store, &Clock, &mut Rng), tracker: &TaskTracker) {
    for reconciler in reconcilers() {
        let rng = Rng::seeded(rng.next_u64());
        tracker.spawn(run_reconciler(reconciler, store.clone(), clock.clone(), rng));
    }
}

async fn open_api(config: &Config, (store, logs): (Store, Logs), rng: Rng) -> Result<Arc<Api>> {
    let vault = Arc::new(Vault::new(MasterKeys::read(&config.master_key)?));
    // A master key may have been added while this role was away.
    rewrap(&store, &vault).await?;
    let parts = ApiParts { store, logs, vault, vpc_cidr: config.vpc_cidr };
    Ok(Arc::new(Api::new(parts, rng)))
}

fn edge_config(config: &Config) -> edge::Config {
    edge::Config {
        auth: match config.auth {
            Auth::Verify => AuthMode::Verify,
            Auth::Any => AuthMode::Any,
        },
        default_scope: Scope::new(config.account.clone(), config.region.clone()),
        limits: Limits::default(),
    }
}

/// Where `up` was told, and where tasks find it, unless that is everywhere already.
fn listen(config: &Config) -> Result<Vec<std::net::TcpListener>> {
    let socket = std::net::TcpListener::bind(config.listen)
        .with_context(|| format!("`{}` cannot be listened on", config.listen))?;
    if config.listen.ip().is_unspecified() {
        return Ok(vec![socket]);
    }
    Ok(vec![socket, listen_for_tasks(config)?])
}

/// The address is the node's to make, which may start later: the kernel is told not to mind.
fn listen_for_tasks(config: &Config) -> Result<std::net::TcpListener> {
    let address = config.listen_for_tasks();
    let listen = || -> rustix::io::Result<std::net::TcpListener> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
        sockopt::set_ip_freebind(&socket, true)?;
        sockopt::set_socket_reuseaddr(&socket, true)?;
        bind(&socket, &address)?;
        rustix::net::listen(&socket, LISTEN_BACKLOG)?;
        Ok(socket.into())
    };
    listen().with_context(|| format!("`{address}` cannot be listened on"))
}

/// DynamoDB, and the one that keeps its engine's process.
fn dynamodb(config: &Config, paths: &Paths, api: Arc<Api>) -> (Arc<Proxy>, Keeper) {
    let (engine, keeper) = Engine::new(EngineConfig {
        program: config.dynamodb.clone(),
        data: paths.dynamodb(),
        socket: paths.dynamodb_socket(),
    });
    (Arc::new(Proxy::new(engine, Box::new(Policies(api)))), keeper)
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

async fn open_objects(paths: &Paths, gate: Gatekeeper, rng: Rng) -> Result<ObjectStore> {
    let gate = Arc::new(gate);
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
