//! Objects in the index.

use model::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::described::Described;
use crate::index::Found;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Object {
    /// Another one each time that the key is written; 0 before it is.
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) modified_at: Timestamp,
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) described: Described,
    /// The bytes, in order.
    pub(crate) pieces: Vec<Piece>,
}

/// A run of bytes in a file of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    pub(crate) blob: String,
    pub(crate) size: u64,
}

const COLUMNS: &str = "id, key, modified_at, size, etag, described, pieces";
const LISTED_COLUMNS: &str = "id, key, modified_at, size, etag, described, '[]'";

impl Object {
    /// Objects that came in parts say so by their tag.
    pub(crate) fn parts_count(&self) -> Option<i32> {
        self.etag.split_once('-')?.1.parse().ok()
    }

    pub(crate) fn find(connection: &Connection, bucket: &str, key: &str) -> Found<Option<Object>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM objects WHERE bucket = ?1 AND key = ?2"
        ))?;
        let raw = statement.query_row(params![bucket, key.as_bytes()], RawObject::read);
        raw.optional()?.map(RawObject::parse).transpose()
    }

    /// Calls `each` for the objects whose keys are in the range, in order, until it says no. They
    /// come without their pieces, which a list has no use for and which may be many.
    pub(crate) fn each(
        connection: &Connection,
        (bucket, from, before): (&str, &[u8], Option<&[u8]>),
        mut each: impl FnMut(Object) -> bool,
    ) -> Found<()> {
        let limit = if before.is_some() { "AND key < ?3" } else { "AND ?3 IS NULL" };
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {LISTED_COLUMNS} FROM objects
             WHERE bucket = ?1 AND key >= ?2 {limit} ORDER BY key"
        ))?;
        let mut rows = statement.query(params![bucket, from, before])?;
        while let Some(row) = rows.next()? {
            if !each(RawObject::read(row)?.parse()?) {
                break;
            }
        }
        Ok(())
    }

    /// Puts it in the place of the one of the same key; the id it has there.
    pub(crate) fn put(&self, connection: &Connection, bucket: &str) -> Found<i64> {
        Object::delete(connection, bucket, &self.key)?;
        let described = serde_json::to_string(&self.described)?;
        let pieces = serde_json::to_string(&self.pieces)?;
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        let mut statement = connection.prepare_cached(
            "INSERT INTO objects (bucket, key, modified_at, size, etag, described, pieces)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let (key, at) = (self.key.as_bytes(), self.modified_at.as_millis());
        statement.execute(params![bucket, key, at, size, self.etag, described, pieces])?;
        Ok(connection.last_insert_rowid())
    }

    pub(crate) fn delete(connection: &Connection, bucket: &str, key: &str) -> Found<()> {
        let mut statement =
            connection.prepare_cached("DELETE FROM objects WHERE bucket = ?1 AND key = ?2")?;
        statement.execute(params![bucket, key.as_bytes()])?;
        Ok(())
    }

    /// Deletes all there are, of all buckets.
    pub(crate) fn delete_all(connection: &Connection) -> Found<Vec<Object>> {
        let mut statement =
            connection.prepare(&format!("DELETE FROM objects RETURNING {COLUMNS}"))?;
        let rows = statement.query_map([], RawObject::read)?;
        rows.map(|row| row?.parse()).collect()
    }

    /// The names of all files that objects have.
    pub(crate) fn blobs(connection: &Connection) -> Found<Vec<String>> {
        let mut statement = connection.prepare("SELECT pieces FROM objects")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let pieces: Vec<Piece> =
                serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or("[]"))?;
            found.extend(pieces.into_iter().map(|piece| piece.blob));
        }
        Ok(found)
    }
}

/// A row before its texts are read.
struct RawObject {
    id: i64,
    key: Vec<u8>,
    modified_at: i64,
    size: i64,
    etag: String,
    described: String,
    pieces: String,
}

impl RawObject {
    fn read(row: &Row<'_>) -> rusqlite::Result<RawObject> {
        Ok(RawObject {
            id: row.get(0)?,
            key: row.get(1)?,
            modified_at: row.get(2)?,
            size: row.get(3)?,
            etag: row.get(4)?,
            described: row.get(5)?,
            pieces: row.get(6)?,
        })
    }

    fn parse(self) -> Found<Object> {
        Ok(Object {
            id: self.id,
            key: key_text(self.key),
            modified_at: Timestamp::from_millis(self.modified_at),
            size: u64::try_from(self.size).unwrap_or(0),
            etag: self.etag,
            described: serde_json::from_str(&self.described)?,
            pieces: serde_json::from_str(&self.pieces)?,
        })
    }
}

/// Keys come as text, and so are text.
pub(crate) fn key_text(key: Vec<u8>) -> String {
    String::from_utf8(key).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into())
}
