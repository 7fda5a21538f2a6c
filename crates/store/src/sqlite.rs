//! The engine of one host: a `SQLite` file in WAL mode.
//!
//! `SQLite` is here a durable map with atomic batches, and its file
//! can be looked into with any tool. One `append` is one transaction, hence one sync
//! of the log, however many commits are in it.
//!
//! INVARIANT: the file is held by an exclusive lock from opening to closing.
//! INVARIANT: only its owner can read the file.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, params};

use crate::engine::{Contents, Engine, EngineCommit, EngineError, StoredRecord, Write};

/// The version of the tables below, kept in the file's `user_version`.
const SCHEMA_VERSION: i64 = 1;

/// `LSHR`: marks the file as ours, in its `application_id`.
const APPLICATION_ID: i64 = 0x4C53_4852;

/// LIMIT: how long opening waits for a predecessor that is just ending.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(2);

const SCHEMA: &str = "
    CREATE TABLE records (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, value BLOB NOT NULL);
    CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    INSERT INTO meta (name, value) VALUES ('revision', 0);
";

#[derive(Debug)]
pub struct SqliteEngine {
    path: PathBuf,
    connection: Connection,
}

impl SqliteEngine {
    /// Opens the file, or makes it; its directory must be there.
    pub fn open(path: impl Into<PathBuf>) -> Result<SqliteEngine, EngineError> {
        let path = path.into();
        prepare_file(&path).map_err(|error| unavailable(&path, &error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection =
            Connection::open_with_flags(&path, flags).map_err(|error| explain(&path, &error))?;
        configure(&connection).map_err(|error| explain(&path, &error))?;
        establish_schema(&path, &mut connection)?;
        Ok(SqliteEngine { path, connection })
    }
}

impl Engine for SqliteEngine {
    fn load(&mut self) -> Result<Contents, EngineError> {
        read_contents(&self.connection).map_err(|error| explain(&self.path, &error))
    }

    fn append(&mut self, commits: &[EngineCommit]) -> Result<(), EngineError> {
        write_commits(&mut self.connection, commits).map_err(|error| explain(&self.path, &error))
    }
}

/// Makes the file with its owner's permissions before `SQLite` would with wider ones,
/// and syncs its name: `SQLite` gives its log files the permissions of the file.
fn prepare_file(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.sync_all()?;
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCK_WAIT_MAX)?;
    // Before the first access: then the log's index is on the heap, and nobody else gets in.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // All records are in memory already; the pages need not be as well.
    connection.pragma_update(None, "cache_size", -1024)?;
    connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
    Ok(())
}

fn establish_schema(path: &Path, connection: &mut Connection) -> Result<(), EngineError> {
    let (id, version, table_count) =
        read_identity(connection).map_err(|error| explain(path, &error))?;
    if table_count == 0 && id == 0 && version == 0 {
        return create_schema(connection).map_err(|error| explain(path, &error));
    }
    if id != APPLICATION_ID {
        return Err(EngineError::Foreign { path: path.to_owned() });
    }
    if version > SCHEMA_VERSION {
        let known = SCHEMA_VERSION;
        return Err(EngineError::NewerSchema { path: path.to_owned(), found: version, known });
    }
    Ok(())
}

fn read_identity(connection: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    let id = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((id, version, tables))
}

fn create_schema(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

fn read_contents(connection: &Connection) -> rusqlite::Result<Contents> {
    let revision =
        connection.query_row("SELECT value FROM meta WHERE name = 'revision'", [], |row| {
            row.get::<_, i64>(0)
        })?;
    let mut statement = connection.prepare("SELECT key, revision, value FROM records")?;
    let records = statement.query_map([], |row| {
        Ok(StoredRecord {
            key: row.get(0)?,
            revision: row.get::<_, i64>(1)?.cast_unsigned(),
            value: row.get(2)?,
        })
    })?;
    Ok(Contents { revision: revision.cast_unsigned(), records: records.collect::<Result<_, _>>()? })
}

fn write_commits(connection: &mut Connection, commits: &[EngineCommit]) -> rusqlite::Result<()> {
    let Some(last) = commits.last() else { return Ok(()) };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for commit in commits {
        write_commit(&transaction, commit)?;
    }
    transaction
        .prepare_cached("UPDATE meta SET value = ?1 WHERE name = 'revision'")?
        .execute([last.revision.cast_signed()])?;
    transaction.commit()
}

fn write_commit(transaction: &Transaction<'_>, commit: &EngineCommit) -> rusqlite::Result<()> {
    for write in &commit.writes {
        match write {
            Write::Put { key, value } => transaction
                .prepare_cached(
                    "INSERT INTO records (key, revision, value) VALUES (?1, ?2, ?3)
                     ON CONFLICT (key) DO UPDATE SET revision = ?2, value = ?3",
                )?
                .execute(params![key, commit.revision.cast_signed(), value])?,
            Write::Delete { key } => {
                transaction.prepare_cached("DELETE FROM records WHERE key = ?1")?.execute([key])?
            }
        };
    }
    Ok(())
}

fn explain(path: &Path, error: &rusqlite::Error) -> EngineError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => EngineError::Locked { path },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            EngineError::Corrupt { path, detail: error.to_string() }
        }
        Some(_) => EngineError::Unavailable { path, detail: error.to_string() },
        // Not from SQLite but from reading its answer: the tables are not as we made them.
        None => EngineError::Corrupt { path, detail: error.to_string() },
    }
}

fn unavailable(path: &Path, error: &io::Error) -> EngineError {
    EngineError::Unavailable { path: path.to_owned(), detail: error.to_string() }
}

#[cfg(test)]
mod tests;
