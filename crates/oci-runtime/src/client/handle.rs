//! What can be asked of a task's shim.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;

use super::connection::{Connection, ask};
use super::{Error, blocking, in_file};
use crate::bundle::{self, BundleError};
use crate::cgroup::{Hierarchy, Usage};
use crate::files;
use crate::logs::{LogReader, Position};
use crate::name::ContainerName;
use crate::protocol::{
    ContainerRecord, ContainerStatus, Event, ExecRequest, ExecResult, KillSignal, LogProgress,
    Reply, Request, TaskStatus,
};
use crate::signal::Signal;
use crate::spec::{ContainerSpec, ExecSpec};
use crate::task::{Layout, TaskBundle};

/// For an answer that needs no process to start; a shim that is slower is stuck.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);
/// For an answer behind a call of the runtime program, on a host that is busy.
const RUNTIME_DEADLINE: Duration = Duration::from_mins(2);

/// A task that a shim holds. Dropping it changes nothing for the task.
#[derive(Clone, Debug)]
pub struct TaskHandle {
    bundle: TaskBundle,
}

impl TaskHandle {
    pub(super) fn new(bundle: TaskBundle) -> Self {
        Self { bundle }
    }

    pub fn bundle(&self) -> &TaskBundle {
        &self.bundle
    }

    /// Describes the container to the runtime and to the shim; nothing runs yet.
    pub async fn create(&self, spec: ContainerSpec) -> Result<(), Error> {
        let bundle = self.bundle.clone();
        let record = ContainerRecord {
            name: spec.name.clone(),
            stop_signal: spec.stop_signal,
            logs: spec.logs.clone(),
        };
        blocking(move || write_config(&bundle, &spec)).await?;
        self.done(Request::Create(record), ANSWER_DEADLINE).await
    }

    /// Returns when the process runs (or has run already), or why it does not.
    pub async fn start(&self, name: &ContainerName) -> Result<ContainerStatus, Error> {
        let request = Request::Start { name: name.clone() };
        match self.ask(request, RUNTIME_DEADLINE).await? {
            Reply::Container(status) => Ok(status),
            _ => Err(Error::Protocol),
        }
    }

    /// Sends the signal that the container is to be stopped with.
    pub async fn stop(&self, name: &ContainerName) -> Result<(), Error> {
        let request = Request::Kill { name: name.clone(), signal: KillSignal::Stop };
        self.done(request, ANSWER_DEADLINE).await
    }

    /// Sends a signal to the container's first process; its end ends all the others.
    pub async fn kill(&self, name: &ContainerName, signal: Signal) -> Result<(), Error> {
        let signal = KillSignal::Number(signal);
        self.done(Request::Kill { name: name.clone(), signal }, ANSWER_DEADLINE).await
    }

    /// Runs a command in the container and waits for it, for as long as it may take.
    pub async fn exec(&self, name: &ContainerName, spec: ExecSpec) -> Result<ExecResult, Error> {
        let path = Layout::new(&self.bundle).config(name);
        let timeout = spec.timeout;
        let process = blocking(move || {
            let text = std::fs::read(&path).map_err(in_file(&path))?;
            let config = serde_json::from_slice(&text).map_err(|_| BundleError::NoConfiguration)?;
            Ok(bundle::exec_process(&config, &spec)?.to_string())
        })
        .await?;
        let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX / 1000);
        let request = Request::Exec(ExecRequest { name: name.clone(), process, timeout_ms });
        match self.ask(request, timeout + RUNTIME_DEADLINE).await? {
            Reply::Exec(result) => Ok(result),
            _ => Err(Error::Protocol),
        }
    }

    /// Removes a container that does not run; its log stays.
    pub async fn remove(&self, name: &ContainerName) -> Result<(), Error> {
        self.done(Request::Remove { name: name.clone() }, RUNTIME_DEADLINE).await
    }

    pub async fn state(&self) -> Result<TaskStatus, Error> {
        match self.ask(Request::State, ANSWER_DEADLINE).await? {
            Reply::Task(status) => Ok(status),
            _ => Err(Error::Protocol),
        }
    }

    /// What happens after the event of this number; 0 for all that the shim remembers. Ask for
    /// the state first: its number is where to begin.
    pub async fn events(&self, after: u64) -> Result<EventStream, Error> {
        let connection = Connection::ask(&self.bundle.run_dir, Request::Events { after }).await?;
        Ok(EventStream { connection })
    }

    /// Waits until the container's log has a record of this number, or will have no more.
    pub async fn log_wait(
        &self,
        name: &ContainerName,
        sequence: u64,
    ) -> Result<LogProgress, Error> {
        let request = Request::LogWait { name: name.clone(), sequence };
        let mut connection = Connection::ask(&self.bundle.run_dir, request).await?;
        match connection.next().await? {
            Some(Reply::Logs(progress)) => Ok(progress),
            Some(Reply::Failed(failure)) => Err(failure.into()),
            Some(_) => Err(Error::Protocol),
            None => Err(Error::ShimGone),
        }
    }

    /// Says that all records before this number are safe elsewhere.
    pub async fn log_acknowledge(&self, name: &ContainerName, upto: u64) -> Result<(), Error> {
        let request = Request::LogAcknowledge { name: name.clone(), sequence: upto };
        self.done(request, ANSWER_DEADLINE).await
    }

    /// Reads the container's log from a position; works without a shim, too.
    pub fn log_reader(&self, name: &ContainerName, from: Position) -> LogReader {
        LogReader::open(&Layout::new(&self.bundle).logs(name), from)
    }

    /// What a container uses now.
    pub async fn usage(&self, name: &ContainerName) -> Result<Usage, Error> {
        let group = self.bundle.cgroup.join(name.identifier());
        blocking(move || Ok(Hierarchy::detect()?.usage(&group))).await
    }

    /// What all of the task uses now.
    pub async fn task_usage(&self) -> Result<Usage, Error> {
        let group = self.bundle.cgroup.clone();
        blocking(move || Ok(Hierarchy::detect()?.usage(&group))).await
    }

    /// Kills and removes all; returns when nothing is left but the task's directory with the
    /// journal and the logs. A shim that is gone is no error if it had finished.
    pub async fn shutdown(&self) -> Result<(), Error> {
        match self.ask_to_the_end(Request::Shutdown).await {
            Err(Error::ShimGone) => {
                let path = self.bundle.task_dir.clone();
                let journal = blocking(move || super::read_journal(&path)).await?;
                let is_finished = journal.is_some_and(|status| status.is_finished);
                if is_finished { Ok(()) } else { Err(Error::ShimGone) }
            }
            other => other,
        }
    }

    /// For the last request: the shim is gone when its connection is closed.
    async fn ask_to_the_end(&self, request: Request) -> Result<(), Error> {
        let exchange = async {
            let mut connection = Connection::ask(&self.bundle.run_dir, request).await?;
            match connection.next().await? {
                Some(Reply::Done) => {}
                Some(Reply::Failed(failure)) => return Err(failure.into()),
                Some(_) => return Err(Error::Protocol),
                None => return Err(Error::ShimGone),
            }
            while connection.next().await?.is_some() {}
            Ok(())
        };
        timeout(RUNTIME_DEADLINE, exchange).await.map_err(|_| Error::Deadline)?
    }

    async fn done(&self, request: Request, deadline: Duration) -> Result<(), Error> {
        match self.ask(request, deadline).await? {
            Reply::Done => Ok(()),
            _ => Err(Error::Protocol),
        }
    }

    async fn ask(&self, request: Request, deadline: Duration) -> Result<Reply, Error> {
        ask(&self.bundle.run_dir, request, deadline).await
    }
}

/// The events of a task, as they happen.
#[derive(Debug)]
pub struct EventStream {
    connection: Connection,
}

impl EventStream {
    /// The next event; `None` when the shim is gone, finished or not.
    pub async fn next(&mut self) -> Result<Option<Event>, Error> {
        match self.connection.next().await? {
            Some(Reply::Event(event)) => Ok(Some(event)),
            Some(Reply::Failed(failure)) => Err(failure.into()),
            Some(_) => Err(Error::Protocol),
            None => Ok(None),
        }
    }
}

fn write_config(task: &TaskBundle, spec: &ContainerSpec) -> Result<(), Error> {
    let config = bundle::config(task, spec)?;
    let layout = Layout::new(task);
    let directory: PathBuf = layout.container(&spec.name);
    files::private_directory(&directory).map_err(in_file(&directory))?;
    let path = layout.config(&spec.name);
    files::replace(&path, config.to_string().as_bytes()).map_err(in_file(path))
}
