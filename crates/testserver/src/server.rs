//! `longshore-testserver`: the web server that system tests run as a task.
//!
//! One small static program, so that a test image is one file and needs no network. It keeps
//! connections alive, finishes what it has begun when told to stop, and misbehaves on request:
//! each path below is one thing that a test wants a task to do.
//!
//! INVARIANT: a request that was accepted is answered, also after SIGTERM.

#![forbid(unsafe_code)]

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

mod answer;
mod probe;

/// LIMIT: connections open at once; the next one waits in the kernel's queue.
const CONNECTIONS_MAX: usize = 4096;

fn main() -> Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Some(address) = options.probe {
        return runtime.block_on(probe::healthy(address));
    }
    if let Some(code) = options.exit {
        say(&format!("exiting with {code}, as told"));
        std::process::exit(code);
    }
    runtime.block_on(serve(options))
}

/// How the server behaves; each flag can be given as the variable in brackets.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// Where to listen; port 0 takes a free one, which the first line of output names.
    #[arg(long, env = "LISTEN", default_value = "0.0.0.0:8080")]
    listen: SocketAddr,
    /// Told in every answer.
    #[arg(long, env = "VERSION", default_value = "0")]
    version: String,
    /// Milliseconds to wait before listening.
    #[arg(long, env = "START_DELAY", default_value_t = 0)]
    start_delay: u64,
    /// Answer 503 on `/health` from the start.
    #[arg(long, env = "UNHEALTHY")]
    unhealthy: bool,
    /// Go on after SIGTERM, so that only SIGKILL ends it.
    #[arg(long, env = "IGNORE_TERM")]
    ignore_term: bool,
    /// Milliseconds that a stop takes after the last answer.
    #[arg(long, env = "STOP_DELAY", default_value_t = 0)]
    stop_delay: u64,
    /// Exit at once with this code.
    #[arg(long, env = "EXIT")]
    exit: Option<i32>,
    /// Serve nothing: ask the server at this address for `/health`; the exit status is the answer.
    #[arg(long)]
    probe: Option<SocketAddr>,
}

/// What every connection's handler shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) version: String,
    pub(crate) hostname: String,
    pub(crate) healthy: AtomicBool,
    /// Upgraded connections: a stop does not wait for them.
    pub(crate) upgrades: TaskTracker,
}

async fn serve(options: Options) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::time::sleep(Duration::from_millis(options.start_delay)).await;
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("listening on `{}`", options.listen))?;
    say(&format!("listening on {}", listener.local_addr()?));
    let hostname = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let shared = Arc::new(Shared {
        version: options.version,
        hostname: hostname.trim().to_owned(),
        healthy: AtomicBool::new(!options.unhealthy),
        upgrades: TaskTracker::new(),
    });
    let stopping = CancellationToken::new();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                // A connection that was reset in the queue is no reason to stop.
                if let Ok((stream, peer)) = accepted {
                    let shared = Arc::clone(&shared);
                    connections.spawn(connection(stream, peer, shared, stopping.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
            _ = terminate.recv() => {
                say("SIGTERM received");
                if !options.ignore_term {
                    break;
                }
            }
        }
    }
    drop(listener);
    stopping.cancel();
    while connections.join_next().await.is_some() {}
    tokio::time::sleep(Duration::from_millis(options.stop_delay)).await;
    say("stopped");
    Ok(())
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared>,
    stopping: CancellationToken,
) {
    let Ok(local) = stream.local_addr() else { return };
    // Small answers must not wait for the client's acknowledgement; a failure costs only speed.
    let _ = stream.set_nodelay(true);
    let ends = answer::Ends { local, peer };
    let service = service_fn(move |request| answer::answer(Arc::clone(&shared), ends, request));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(serving);
    let cut = tokio::select! {
        done = serving.as_mut() => Some(done),
        () = stopping.cancelled() => None,
    };
    if cut.is_none() {
        serving.as_mut().graceful_shutdown();
        // An error here is the client's: it went away, or sent what is not HTTP.
        let _ = serving.await;
    }
}

/// One line on the standard output, at once: tests read it from the task's logs.
pub(crate) fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    // Nobody reading the logs is no reason to stop serving.
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}

impl Shared {
    pub(crate) fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }
}
