//! The processes of one host: what each is made of, and how they are kept running.

pub(crate) mod balancer;
pub(crate) mod control;
pub(crate) mod node;
mod objects;
mod ready;
mod services;
mod sockets;
pub(crate) mod supervisor;
pub(crate) mod teardown;

use std::path::Path;

use anyhow::{Context as _, Result};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;

/// A role of `up`, run in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Role {
    Control,
    Node,
    Balancer,
}

impl Role {
    pub(crate) const ALL: [Role; 3] = [Role::Control, Role::Node, Role::Balancer];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Role::Control => "control",
            Role::Node => "node",
            Role::Balancer => "balancer",
        }
    }
}

/// Runs a role until it is told to end. The supervisor's end is its end.
pub(crate) fn run(role: Role, config: &Path) -> Result<()> {
    let supervisor = rustix::process::getppid();
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))
        .context("cannot be tied to the supervisor")?;
    // It may have ended before the tie was made.
    anyhow::ensure!(rustix::process::getppid() == supervisor, "the supervisor has ended");
    let config = Config::read(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name(role.as_str())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let stop = stop_on_signal()?;
        match role {
            Role::Control => control::run(config, stop).await,
            Role::Node => node::run(config, stop).await,
            Role::Balancer => balancer::run(config, stop).await,
        }
    })
}

/// Cancelled by SIGTERM or SIGINT.
pub(crate) fn stop_on_signal() -> Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    TaskTracker::new().spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stopped.cancel();
    });
    Ok(stop)
}
