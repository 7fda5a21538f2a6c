//! Buckets in the index.
//!
//! INVARIANT: a name is one bucket's, whatever account or region it is in.

use model::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::fault;
use crate::index::Found;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    /// Of the account that made it.
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) created_at: Timestamp,
    /// As it was put, to the byte.
    pub(crate) policy: Option<String>,
}

const COLUMNS: &str = "name, account, region, created_at, policy";

impl Bucket {
    fn read(row: &Row<'_>) -> rusqlite::Result<Bucket> {
        Ok(Bucket {
            name: row.get(0)?,
            account: row.get(1)?,
            region: row.get(2)?,
            created_at: Timestamp::from_millis(row.get(3)?),
            policy: row.get(4)?,
        })
    }

    pub(crate) fn find(connection: &Connection, name: &str) -> Found<Option<Bucket>> {
        let mut statement =
            connection.prepare_cached(&format!("SELECT {COLUMNS} FROM buckets WHERE name = ?1"))?;
        Ok(statement.query_row([name], Bucket::read).optional()?)
    }

    /// Whether it is there, and not another one of its name.
    pub(crate) fn check_stands(&self, connection: &Connection) -> Found<()> {
        let found = Bucket::find(connection, &self.name)?;
        let stands = found.is_some_and(|one| {
            (one.account, one.created_at) == (self.account.clone(), self.created_at)
        });
        if stands { Ok(()) } else { Err(fault::no_such_bucket().into()) }
    }

    /// Of an account, in the order of names, from one name on.
    pub(crate) fn list(connection: &Connection, account: &str, from: &str) -> Found<Vec<Bucket>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM buckets WHERE account = ?1 AND name >= ?2 ORDER BY name"
        ))?;
        let rows = statement.query_map([account, from], Bucket::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn count(connection: &Connection, account: &str) -> Found<i64> {
        let count = "SELECT count(*) FROM buckets WHERE account = ?1";
        Ok(connection.query_row(count, [account], |row| row.get(0))?)
    }

    pub(crate) fn insert(&self, connection: &Connection) -> Found<()> {
        let Bucket { name, account, region, created_at, policy } = self;
        connection.execute(
            "INSERT INTO buckets VALUES (?1, ?2, ?3, ?4, ?5)",
            params![name, account, region, created_at.as_millis(), policy],
        )?;
        Ok(())
    }

    pub(crate) fn set_policy(
        connection: &Connection,
        name: &str,
        policy: Option<&str>,
    ) -> Found<()> {
        let change = "UPDATE buckets SET policy = ?2 WHERE name = ?1";
        connection.execute(change, params![name, policy])?;
        Ok(())
    }

    pub(crate) fn is_empty(connection: &Connection, name: &str) -> Found<bool> {
        let first = "SELECT 1 FROM objects WHERE bucket = ?1 LIMIT 1";
        let found = connection.query_row(first, [name], |_| Ok(())).optional()?;
        Ok(found.is_none())
    }

    pub(crate) fn delete(connection: &Connection, name: &str) -> Found<()> {
        connection.execute("DELETE FROM buckets WHERE name = ?1", [name])?;
        Ok(())
    }
}
