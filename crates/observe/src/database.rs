//! The database that holds everything: its file, its lock and its tables.
//!
//! INVARIANT: one process at a time has the directory.
//! INVARIANT: only its owner can read the directory.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::LogsError;
use crate::chunk::LOOSE_RAW_BYTES;

/// The version of the tables below, kept in the file's `user_version`.
const SCHEMA_VERSION: i64 = 1;

/// LIMIT: how long one connection waits for another of this process.
const BUSY_WAIT_MAX: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    CREATE TABLE groups (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        retention_days INTEGER,
        tags TEXT NOT NULL,
        stream_count INTEGER NOT NULL DEFAULT 0,
        UNIQUE (account, region, name)
    );
    CREATE TABLE streams (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        group_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        first_event INTEGER,
        last_event INTEGER,
        last_ingestion INTEGER,
        -- Where the last batch of a node ended in its source.
        stdout_position INTEGER,
        stderr_position INTEGER,
        UNIQUE (group_id, name)
    );
    CREATE INDEX streams_by_time ON streams (group_id, ifnull(last_event, -1), name);
    CREATE TABLE chunks (
        id INTEGER PRIMARY KEY,
        group_id INTEGER NOT NULL,
        stream_id INTEGER NOT NULL,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        first_ordinal INTEGER NOT NULL,
        last_ordinal INTEGER NOT NULL,
        raw_bytes INTEGER NOT NULL,
        payload BLOB NOT NULL
    );
    CREATE INDEX chunks_by_first ON chunks (stream_id, first_time, last_time);
    CREATE INDEX chunks_by_last ON chunks (stream_id, last_time, first_time);
    CREATE INDEX chunks_by_group
        ON chunks (group_id, first_time, last_time, stream_id, raw_bytes);
    CREATE INDEX chunks_by_end ON chunks (group_id, last_time);
    CREATE INDEX chunks_by_ordinal ON chunks (group_id, last_ordinal, first_ordinal);
    -- One row: the ordinal of the next event.
    CREATE TABLE counter (next_ordinal INTEGER NOT NULL);
    INSERT INTO counter VALUES (1);
    -- What is deleted and still has chunks; they go in small steps.
    CREATE TABLE doomed (kind TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (kind, id));
";

/// The directory, held by this process as long as this lives; and the connection that
/// writes.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) connection: Connection,
    path: PathBuf,
    /// After the connection, which is closed first.
    _lock: File,
}

impl Database {
    /// Takes the directory, or makes it.
    pub(crate) fn open(directory: &Path) -> Result<Database, LogsError> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        std::fs::set_permissions(directory, Permissions::from_mode(0o700))?;
        let lock = owner_only(&directory.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => LogsError::Locked,
            TryLockError::Error(error) => error.into(),
        })?;
        let path = directory.join("logs.sqlite");
        owner_only(&path)?.sync_all()?;
        File::open(directory)?.sync_all()?;
        let connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // Before the tables are made: it is the form of the file.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
        establish_schema(&connection)?;
        Ok(Database { connection, path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// A connection that only reads; it sees what was committed when it looks.
pub(crate) fn connect_reader(path: &Path) -> Result<Connection, LogsError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", "ON")?;
    Ok(connection)
}

fn owner_only(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, LogsError> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT_MAX)?;
    connection.pragma_update(None, "cache_size", -1024)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn establish_schema(connection: &Connection) -> Result<(), LogsError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found {
        0 => {
            let transaction = connection.unchecked_transaction()?;
            transaction.execute_batch(SCHEMA)?;
            transaction.execute_batch(&format!(
                "CREATE INDEX chunks_loose ON chunks (stream_id)
                 WHERE raw_bytes < {LOOSE_RAW_BYTES}"
            ))?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            Ok(transaction.commit()?)
        }
        SCHEMA_VERSION => Ok(()),
        other => Err(LogsError::Storage(format!(
            "it has schema {other}, made by a newer version; this one knows {SCHEMA_VERSION}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_opener_is_refused_until_the_first_ends() {
        let directory = tempfile::TempDir::new().expect("a temporary directory");
        let first = Database::open(directory.path()).expect("a new store");
        let refused = Database::open(directory.path()).map(|_| ());
        assert_eq!(refused, Err(LogsError::Locked));
        drop(first);
        Database::open(directory.path()).expect("the first has ended");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let directory = tempfile::TempDir::new().expect("a temporary directory");
        let database = Database::open(directory.path()).expect("a new store");
        database.connection.pragma_update(None, "user_version", 2).expect("set");
        drop(database);
        let refused = Database::open(directory.path()).map(|_| ());
        assert!(matches!(refused, Err(LogsError::Storage(text)) if text.contains("schema 2")));
    }
}
