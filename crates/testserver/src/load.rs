//! `longshore-load`: a bounded load, and an exact count of what failed.
//!
//! System tests run it through a load balancer while they roll a service or kill a process. It
//! has no mercy on purpose: no request is tried again, so whatever a user's client would have
//! seen is in the count.
//!
//! INVARIANT: every request sent ends as exactly one of `ok` and `failed`; a request in flight
//! when the load is stopped is waited for and counted.

#![forbid(unsafe_code)]

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use http::Uri;
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

mod summary;
mod worker;

use summary::{Outcome, Summary};
use worker::Worker;

/// LIMIT: connections of one load.
const CONNECTIONS_MAX: usize = 1024;

/// The load goes on until its standard input closes, or as many requests as asked for are sent.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// What to ask for, `http://host[:port]/path`.
    url: Uri,
    /// Connect here instead of to the host that the URL names.
    #[arg(long)]
    connect: Option<SocketAddr>,
    /// Requests in flight at once, each on a connection of its own.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Requests a second in all; without it, as fast as answers come.
    #[arg(long)]
    rate: Option<u32>,
    /// Requests to send in all.
    #[arg(long, default_value_t = u64::MAX)]
    requests: u64,
    /// Milliseconds until an answer counts as a failure.
    #[arg(long, default_value_t = 10_000)]
    timeout: u64,
    /// Count the answers by this field of their JSON body.
    #[arg(long)]
    by: Option<String>,
    /// A line of progress each time this many requests were answered.
    #[arg(long, default_value_t = 100)]
    progress: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(run(options));
    // A blocked read of the standard input must not hold the exit.
    runtime.shutdown_background();
    result
}

async fn run(options: Options) -> Result<()> {
    let plan = Arc::new(Plan::new(&options)?);
    let connections = options.connections.clamp(1, CONNECTIONS_MAX);
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        workers.spawn(Worker::new(Arc::clone(&plan)).run());
    }
    let mut summary = Summary::default();
    let mut input = tokio::io::stdin();
    let mut byte = [0_u8];
    loop {
        tokio::select! {
            done = workers.join_next() => match done {
                Some(part) => summary.add(part.context("a worker ended early")?),
                None => break,
            },
            // A byte or the end, it means the same: stop.
            _ = input.read(&mut byte), if !plan.stop.is_cancelled() => plan.stop.cancel(),
        }
    }
    tell(&summary.to_json());
    Ok(())
}

/// What every worker shares.
#[derive(Debug)]
struct Plan {
    url: Uri,
    address: SocketAddr,
    timeout: Duration,
    /// Time between two requests of one worker; none is as fast as answers come.
    pace: Option<Duration>,
    by: Option<String>,
    requests_max: u64,
    progress_every: u64,
    sent: AtomicU64,
    answered: AtomicU64,
    failed: AtomicU64,
    stop: CancellationToken,
}

impl Plan {
    fn new(options: &Options) -> Result<Plan> {
        let host = options.url.host().context("the url names no host")?;
        let port = options.url.port_u16().unwrap_or(80);
        let address = match options.connect {
            Some(address) => address,
            None => resolved(host, port)?,
        };
        let connections = options.connections.clamp(1, CONNECTIONS_MAX);
        let pace = options.rate.map(|rate| {
            Duration::from_secs(1) * u32::try_from(connections).unwrap_or(u32::MAX) / rate.max(1)
        });
        Ok(Plan {
            url: options.url.clone(),
            address,
            timeout: Duration::from_millis(options.timeout),
            pace,
            by: options.by.clone(),
            requests_max: options.requests,
            progress_every: options.progress.max(1),
            sent: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            stop: CancellationToken::new(),
        })
    }

    /// Whether one more request may be sent; if so, it is counted as sent.
    fn take(&self) -> bool {
        !self.stop.is_cancelled() && self.sent.fetch_add(1, Ordering::Relaxed) < self.requests_max
    }

    fn note(&self, outcome: &Outcome) {
        if !matches!(outcome, Outcome::Ok(_)) {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        let answered = self.answered.fetch_add(1, Ordering::Relaxed) + 1;
        if answered.is_multiple_of(self.progress_every) {
            let failed = self.failed.load(Ordering::Relaxed);
            tell(&serde_json::json!({ "answered": answered, "failed": failed }));
        }
    }
}

/// A name below `.localhost` is this host, as RFC 6761 has it and browsers do.
fn resolved(host: &str, port: u16) -> Result<SocketAddr> {
    use std::net::ToSocketAddrs;
    let host = if host == "localhost" || host.ends_with(".localhost") { "127.0.0.1" } else { host };
    (host, port).to_socket_addrs()?.next().with_context(|| format!("no address for `{host}`"))
}

fn tell(value: &serde_json::Value) {
    let mut output = std::io::stdout().lock();
    // The reader left: the load goes on until it is stopped.
    let _ = writeln!(output, "{value}").and_then(|()| output.flush());
}
