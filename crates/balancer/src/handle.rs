//! Starting a balancer, and the handle its owner keeps.

use std::{
    io,
    net::SocketAddrV4,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use routing::{Config, Refusal, TargetHealth};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use crate::{
    events::{Events, TargetKey},
    limits::{COMMANDS_MAX, SHUTDOWN_MAX},
    listener::{FreshSockets, Sockets},
    manager::{Apply, Manager},
    metrics::LoadBalancerMetrics,
    saved::{Files, SavedError},
    shared::Shared,
    workers::Workers,
};

/// The data plane.
#[derive(Debug)]
pub struct Balancer;

/// The time since the Unix epoch.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What a balancer needs.
#[derive(Clone)]
pub struct Options {
    /// Its own directory: the last good route table and the cookie key are kept there.
    pub state_directory: PathBuf,
    pub clock: Clock,
}

/// Steers a running balancer; cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    shared: Arc<Shared>,
    commands: mpsc::Sender<Apply>,
}

/// Why a balancer does not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error("the balancer's state directory cannot be used: {0}")]
    State(String),
    #[error("the balancer's threads cannot be started")]
    Threads(#[source] io::Error),
}

/// Why a configuration is not applied.
#[derive(Debug, Error)]
pub enum ApplyError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("revision {given} is older than {current}, which is in force")]
    Stale { given: u64, current: u64 },
    #[error("the configuration is in force but could not be saved: {0}")]
    NotSaved(String),
    #[error("the balancer has stopped")]
    Stopped,
}

impl Balancer {
    /// Starts a balancer whose listening sockets end with it.
    pub fn start(options: Options) -> Result<(Handle, Events), StartError> {
        Self::start_on(options, Arc::new(FreshSockets))
    }

    /// Starts a balancer on the current runtime, with the table it last served, if any.
    ///
    /// A saved table that is damaged, or that this version does not honour, is left aside with a
    /// word in the log: the next configuration replaces it.
    pub fn start_on(
        options: Options,
        sockets: Arc<dyn Sockets>,
    ) -> Result<(Handle, Events), StartError> {
        let failed = |error: SavedError| StartError::State(error.to_string());
        let files = Files::new(options.state_directory).map_err(failed)?;
        let cookie_key = files.cookie_key().map_err(failed)?;
        let shared = Arc::new(Shared::new(options.clock, sockets, cookie_key));
        let events = Events::new(Arc::clone(&shared.events));
        let workers = Workers::start(&shared).map_err(StartError::Threads)?;
        let mut manager = Manager::new(Arc::clone(&shared), workers, files.clone());
        match files.load() {
            Ok(None) => {}
            Ok(Some(saved)) => match routing::compile(&saved.config) {
                Ok(table) => manager.resume(saved, table),
                Err(refusal) => tracing::error!(%refusal, "the saved route table is not served"),
            },
            Err(error) => tracing::error!(%error, "the saved route table is not served"),
        }
        shared.sockets.close_unopened();
        let (commands, receiver) = mpsc::channel(COMMANDS_MAX);
        shared.tasks.spawn(manager.run(receiver));
        let ticking = Arc::clone(&shared);
        shared.tasks.spawn(async move {
            ticking.stop.run_until_cancelled(ticking.ticks.run()).await;
        });
        Ok((Handle { shared, commands }, events))
    }
}

impl Handle {
    /// Puts a configuration in force; returns when it is, and is on disk.
    pub async fn apply(&self, config: Config, revision: u64) -> Result<(), ApplyError> {
        let table = routing::compile(&config)?;
        let (done, applied) = oneshot::channel();
        let apply = Apply { config, table, revision, done };
        self.commands.send(apply).await.map_err(|_| ApplyError::Stopped)?;
        applied.await.unwrap_or(Err(ApplyError::Stopped))
    }

    /// The revision of the configuration in force; 0 before the first.
    pub fn revision(&self) -> u64 {
        self.shared.live.load().revision
    }

    /// The health of every target of every group in use.
    pub fn target_health(&self) -> Vec<(TargetKey, TargetHealth)> {
        let live = self.shared.live.load();
        let targets = live.groups.iter().flat_map(|group| &group.targets);
        targets.map(|target| (target.key.clone(), target.health())).collect()
    }

    /// The draining targets whose drain is over, for an owner that may have missed the event.
    pub fn drained_targets(&self) -> Vec<TargetKey> {
        let live = self.shared.live.load();
        let targets = live.groups.iter().flat_map(|group| &group.targets);
        targets.filter(|target| target.is_drained()).map(|target| target.key.clone()).collect()
    }

    pub fn metrics(&self) -> Vec<LoadBalancerMetrics> {
        let live = self.shared.live.load();
        let load_balancers = live.table.load_balancers().iter().zip(&live.counters);
        load_balancers.map(|(load_balancer, counters)| counters.read(&load_balancer.arn)).collect()
    }

    /// Connections that were closed at once because too many were open (`RejectedConnectionCount`).
    pub fn rejected_connections(&self) -> u64 {
        self.shared.rejected_connections.load(Ordering::Relaxed)
    }

    /// The addresses the configuration in force listens on.
    pub fn sockets(&self) -> Vec<SocketAddrV4> {
        self.shared.live.load().table.sockets().collect()
    }

    /// Stops: no new connection, requests under way are finished within a bound.
    pub async fn shutdown(&self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        if tokio::time::timeout(SHUTDOWN_MAX, self.shared.tasks.wait()).await.is_err() {
            tracing::warn!("requests were still under way at shutdown");
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Options")
            .field("state_directory", &self.state_directory)
            .finish_non_exhaustive()
    }
}
