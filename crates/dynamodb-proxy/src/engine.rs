//! The engine's process: started when it is needed, started again when it has ended.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::Scope;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::connection::{Answer, ask};

/// LIMIT: requests at work in the engine; more wait here.
const REQUESTS_MAX: usize = 128;

/// LIMIT: for the engine to say that it serves. The one before it may still be ending.
const START_TIME_MAX: Duration = Duration::from_secs(10);

/// LIMIT: for the engine to end once its lifeline is cut.
const END_TIME_MAX: Duration = Duration::from_secs(2);

/// What it prints once it serves.
const READY: &str = "ready";

#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// None where it is not installed.
    pub program: Option<PathBuf>,
    /// Where it keeps its databases.
    pub data: PathBuf,
    /// Where it listens; in a directory that only we may enter.
    pub socket: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("it is not installed")]
    NotInstalled,
    #[error("it does not start")]
    NotStarted(#[source] io::Error),
    #[error("it ended before it served; its last words are above")]
    NotReady,
    #[error("it is not there")]
    Gone(#[source] io::Error),
    #[error("the request is not one of HTTP")]
    Request(#[source] http::Error),
    #[error("it did not answer")]
    Broken(#[from] hyper::Error),
    #[error("its answer was cut off, or is larger than the limit")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("its databases cannot be deleted")]
    NotEmptied(#[source] io::Error),
    #[error("this process is ending")]
    Ending,
}

/// The way to the engine.
#[derive(Clone, Debug)]
pub struct Engine {
    config: Arc<EngineConfig>,
    orders: mpsc::Sender<Order>,
    places: Arc<Semaphore>,
}

/// What the keeper is asked for, and where whoever asked waits.
#[derive(Debug)]
enum Order {
    /// To have the engine serve.
    Serve(oneshot::Sender<Result<(), EngineError>>),
    /// To delete all databases.
    Empty(oneshot::Sender<Result<(), EngineError>>),
}

/// Starts the engine and holds its lifeline.
#[derive(Debug)]
pub struct Keeper {
    config: Arc<EngineConfig>,
    orders: mpsc::Receiver<Order>,
}

/// A process that serves, or did so.
struct Running {
    child: Child,
    /// It ends when this is closed, by us or by our end.
    lifeline: ChildStdin,
}

impl Engine {
    /// The engine, which is not started before it is asked, and the one that is to be run.
    pub fn new(config: EngineConfig) -> (Engine, Keeper) {
        let config = Arc::new(config);
        let (sender, receiver) = mpsc::channel(REQUESTS_MAX);
        let engine = Engine {
            config: Arc::clone(&config),
            orders: sender,
            places: Arc::new(Semaphore::new(REQUESTS_MAX)),
        };
        (engine, Keeper { config, orders: receiver })
    }

    pub(crate) async fn ask(
        &self,
        scope: &Scope,
        operation: &str,
        body: Bytes,
    ) -> Result<Answer, EngineError> {
        let _place = self.places.acquire().await.map_err(|_| EngineError::Ending)?;
        self.order(Order::Serve).await?;
        ask(&self.config.socket, scope, (operation, body)).await
    }

    /// Deletes every table of every account and region.
    pub(crate) async fn empty(&self) -> Result<(), EngineError> {
        self.order(Order::Empty).await
    }

    async fn order(
        &self,
        order: fn(oneshot::Sender<Result<(), EngineError>>) -> Order,
    ) -> Result<(), EngineError> {
        let (sender, result) = oneshot::channel();
        self.orders.send(order(sender)).await.map_err(|_| EngineError::Ending)?;
        result.await.map_err(|_| EngineError::Ending)?
    }
}

impl Keeper {
    /// Keeps the engine until `stop`, and ends it then.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut running: Option<Running> = None;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                status = ended(&mut running) => {
                    tracing::warn!(?status, "the DynamoDB engine ended");
                    running = None;
                }
                order = self.orders.recv() => {
                    let Some(order) = order else { break };
                    let following = self.follow(order, &mut running);
                    if stop.run_until_cancelled(following).await.is_none() {
                        break;
                    }
                }
            }
        }
        if let Some(running) = running {
            end(running).await;
        }
    }

    async fn follow(&self, order: Order, running: &mut Option<Running>) {
        let (result, asker) = match order {
            Order::Serve(asker) => (self.serve(running).await, asker),
            Order::Empty(asker) => (self.empty(running).await, asker),
        };
        // Whoever asked may have gone.
        let _ = asker.send(result);
    }

    /// Has the engine running.
    async fn serve(&self, running: &mut Option<Running>) -> Result<(), EngineError> {
        if let Some(Running { child, .. }) = running {
            match child.try_wait() {
                Ok(None) => return Ok(()),
                ended => tracing::warn!(status = ?ended, "the DynamoDB engine ended"),
            }
        }
        *running = None;
        *running = Some(self.start().await?);
        Ok(())
    }

    /// Ends the engine, whose databases are then nobody's, and deletes them.
    async fn empty(&self, running: &mut Option<Running>) -> Result<(), EngineError> {
        if let Some(running) = running.take() {
            end(running).await;
        }
        match tokio::fs::remove_dir_all(&self.config.data).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(EngineError::NotEmptied(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    async fn start(&self) -> Result<Running, EngineError> {
        let program = self.config.program.as_ref().ok_or(EngineError::NotInstalled)?;
        let mut child = Command::new(program)
            .arg(&self.config.data)
            .arg(&self.config.socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(EngineError::NotStarted)?;
        let (Some(lifeline), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(EngineError::NotReady);
        };
        let mut lines = BufReader::new(output).lines();
        match timeout(START_TIME_MAX, lines.next_line()).await {
            Ok(Ok(Some(line))) if line == READY => {
                tracing::info!(program = %program.display(), "the DynamoDB engine serves");
                Ok(Running { child, lifeline })
            }
            _ => Err(EngineError::NotReady),
        }
    }
}

/// Comes back when the process has ended; never where there is none.
async fn ended(running: &mut Option<Running>) -> io::Result<std::process::ExitStatus> {
    match running {
        Some(Running { child, .. }) => child.wait().await,
        None => std::future::pending().await,
    }
}

async fn end(running: Running) {
    let Running { mut child, lifeline } = running;
    drop(lifeline);
    if timeout(END_TIME_MAX, child.wait()).await.is_err()
        && let Err(error) = child.kill().await
    {
        tracing::warn!(%error, "the DynamoDB engine is not ended");
    }
}
