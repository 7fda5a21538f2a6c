//! The index: what buckets, objects and uploads there are, in one `SQLite` file.
//!
//! One connection writes, others read what was committed when they look. Keys are blobs, so that
//! their order is that of their bytes, as S3's is.
//!
//! INVARIANT: one process at a time has the directory, which only its owner can read.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use s3s::{S3Error, S3Result};

use crate::fault;
use crate::limits::IDLE_READERS_MAX;
use crate::service::OpenError;

/// The version of the tables below, kept in the file's `user_version`.
const SCHEMA_VERSION: i64 = 1;

/// LIMIT: how long one connection waits for another of this process.
const BUSY_WAIT_MAX: Duration = Duration::from_secs(5);

pub(crate) const SCHEMA: &str = "
    CREATE TABLE buckets (
        name TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        policy TEXT
    );
    CREATE INDEX buckets_by_account ON buckets (account, name);
    CREATE TABLE objects (
        -- Another one each time that the key is written.
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        bucket TEXT NOT NULL,
        key BLOB NOT NULL,
        modified_at INTEGER NOT NULL,
        size INTEGER NOT NULL,
        etag TEXT NOT NULL,
        described TEXT NOT NULL,
        pieces TEXT NOT NULL,
        UNIQUE (bucket, key)
    );
    CREATE TABLE uploads (
        id TEXT PRIMARY KEY,
        bucket TEXT NOT NULL,
        key BLOB NOT NULL,
        initiated_at INTEGER NOT NULL,
        initiator TEXT NOT NULL,
        described TEXT NOT NULL,
        checksum TEXT NOT NULL
    );
    CREATE INDEX uploads_by_key ON uploads (bucket, key, id);
    CREATE TABLE parts (
        upload TEXT NOT NULL,
        number INTEGER NOT NULL,
        modified_at INTEGER NOT NULL,
        size INTEGER NOT NULL,
        etag TEXT NOT NULL,
        checksum TEXT NOT NULL,
        blob TEXT NOT NULL,
        PRIMARY KEY (upload, number)
    );
";

#[derive(Debug)]
pub(crate) struct Index {
    path: PathBuf,
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Mutex<Vec<Connection>>>,
    _lock: File,
}

/// Why a look into the index has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is what whoever asks is told.
    Told(S3Error),
    Database(rusqlite::Error),
    /// What is kept as text cannot be read.
    Text(serde_json::Error),
}

impl From<S3Error> for Failure {
    fn from(error: S3Error) -> Failure {
        Failure::Told(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        Failure::Database(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        Failure::Text(error)
    }
}

impl From<Failure> for S3Error {
    fn from(failure: Failure) -> S3Error {
        match failure {
            Failure::Told(error) => error,
            Failure::Database(error) => fault::internal(&error),
            Failure::Text(error) => fault::internal(&error),
        }
    }
}

pub(crate) type Found<T> = Result<T, Failure>;

impl Index {
    /// Takes the directory, or makes it.
    pub(crate) fn open(directory: &Path) -> Result<Index, OpenError> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        std::fs::set_permissions(directory, Permissions::from_mode(0o700))?;
        let lock = owner_only(&directory.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::Locked,
            TryLockError::Error(error) => OpenError::Files(error),
        })?;
        let path = directory.join("objects.sqlite");
        owner_only(&path)?.sync_all()?;
        File::open(directory)?.sync_all()?;
        let connection = connect(&path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
        establish_schema(&connection)?;
        let (writer, readers) = (Arc::new(Mutex::new(connection)), Arc::default());
        Ok(Index { path, writer, readers, _lock: lock })
    }

    /// Looks at what is committed.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> Found<T> + Send + 'static,
    ) -> S3Result<T> {
        let (path, readers) = (self.path.clone(), Arc::clone(&self.readers));
        blocking(move || {
            let idle = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = idle.map_or_else(|| connect(&path), Ok)?;
            // One moment for all that it looks at.
            let transaction = connection.transaction()?;
            let found = look(&transaction);
            drop(transaction);
            let mut readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < IDLE_READERS_MAX {
                readers.push(connection);
            }
            found
        })
        .await
    }

    /// Changes it by all that `change` does, or by nothing. What follows from the change is done
    /// once it is durable, and whether or not anybody still waits for it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Found<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> S3Result<T> {
        let writer = Arc::clone(&self.writer);
        blocking(move || {
            let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = change(&transaction)?;
            transaction.commit()?;
            drop(connection);
            then(&done);
            Ok::<T, Failure>(done)
        })
        .await
    }

    /// Before anything is served.
    pub(crate) fn at_start<T>(&self, look: impl FnOnce(&Connection) -> Found<T>) -> Found<T> {
        look(&self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Waits for work that blocks, beside the threads that serve.
pub(crate) async fn blocking<T: Send + 'static, E: Send + 'static + Into<S3Error>>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> S3Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| fault::internal(&error))?.map_err(Into::into)
}

fn owner_only(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT_MAX)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn establish_schema(connection: &Connection) -> Result<(), OpenError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found {
        0 => {
            let transaction = connection.unchecked_transaction()?;
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            Ok(transaction.commit()?)
        }
        SCHEMA_VERSION => Ok(()),
        other => Err(OpenError::Newer { found: other, known: SCHEMA_VERSION }),
    }
}
