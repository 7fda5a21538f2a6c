//! The handle to the log store, and how its reads and writes are run.
//!
//! Writes go to one thread, which groups them; reads run beside it on a few connections
//! of their own and see what is committed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use crate::LogsError;
use crate::database::{Database, connect_reader};
use crate::tags::{self, GroupTags};
use crate::writer::{Batch, Job, QUEUED_WRITES_MAX, Wakes, Writer};

/// LIMIT: the reads that run at once, and the connections that they have.
pub const READERS_MAX: usize = 4;

/// A cheap handle; clones share the store, which closes when the last one is gone.
#[derive(Clone, Debug)]
pub struct Logs {
    inner: Arc<Inner>,
}

/// Some of a list, and where the rest begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// `None` where there is no rest.
    pub next_token: Option<String>,
}

#[derive(Debug)]
struct Inner {
    /// `None` once the store is shut down.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    ended: watch::Receiver<()>,
    thread: Option<JoinHandle<()>>,
    readers: Arc<Readers>,
    wakes: Arc<Wakes>,
    group_tags: Arc<GroupTags>,
}

#[derive(Debug)]
struct Readers {
    path: PathBuf,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Logs {
    /// Takes the directory, or makes it. Blocks while it opens.
    pub fn open(directory: &Path) -> Result<Logs, LogsError> {
        let database = Database::open(directory)?;
        let path = database.path().to_owned();
        let next_ordinal = database
            .connection
            .query_row("SELECT next_ordinal FROM counter", [], |row| row.get::<_, i64>(0))?
            .cast_unsigned();
        let wakes = Arc::new(Wakes::new(next_ordinal - 1));
        let group_tags = Arc::new(GroupTags::new(tags::read(&database.connection)?));
        let (jobs, received) = mpsc::channel(QUEUED_WRITES_MAX);
        let (end, ended) = watch::channel(());
        let writer = Writer {
            database,
            jobs: received,
            wakes: Arc::clone(&wakes),
            group_tags: Arc::clone(&group_tags),
            next_ordinal,
        };
        let thread =
            std::thread::Builder::new().name("logs-writer".to_owned()).spawn(move || {
                writer.run();
                drop(end);
            })?;
        let permits = Arc::new(Semaphore::new(READERS_MAX));
        let readers = Arc::new(Readers { path, permits, idle: Mutex::default() });
        let jobs = Mutex::new(Some(jobs));
        let inner = Inner { jobs, ended, thread: Some(thread), readers, wakes, group_tags };
        Ok(Logs { inner: Arc::new(inner) })
    }

    /// Does what is queued and gives the directory up. Every handle is closed for writing
    /// by it.
    pub async fn shutdown(&self) {
        drop(self.inner.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let mut ended = self.inner.ended.clone();
        while ended.changed().await.is_ok() {}
    }

    pub(crate) fn wakes(&self) -> &Wakes {
        &self.inner.wakes
    }

    pub(crate) fn group_tags(&self) -> &GroupTags {
        &self.inner.group_tags
    }

    /// Runs a write and answers when it is durable. An error undoes all that it did.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Batch<'_>) -> Result<T, LogsError> + Send + 'static,
    ) -> Result<T, LogsError> {
        let jobs = self.inner.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (answer, answered) = oneshot::channel();
        let jobs = jobs.ok_or(LogsError::Closed)?;
        jobs.send(Job::new(write, answer)).await.map_err(|_| LogsError::Closed)?;
        drop(jobs);
        answered.await.map_err(|_| LogsError::Closed)?
    }

    /// Runs a read on one state of the store.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, LogsError> + Send + 'static,
    ) -> Result<T, LogsError> {
        let readers = Arc::clone(&self.inner.readers);
        let permit = Arc::clone(&readers.permits).acquire_owned().await;
        let permit = permit.map_err(|_| LogsError::Closed)?;
        let reading = tokio::task::spawn_blocking(move || {
            let outcome = readers.run(read);
            drop(permit);
            outcome
        });
        reading.await.map_err(|error| LogsError::Storage(error.to_string()))?
    }
}

impl Drop for Inner {
    /// Waits for the writer, so that the directory is free when the last handle is gone.
    fn drop(&mut self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(thread) = self.thread.take() {
            // Its panic was reported where it happened.
            let _ = thread.join();
        }
    }
}

impl Readers {
    fn run<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, LogsError>,
    ) -> Result<T, LogsError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect_reader(&self.path)?,
        };
        let transaction = connection.unchecked_transaction()?;
        let outcome = read(&transaction);
        drop(transaction);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        outcome
    }
}
