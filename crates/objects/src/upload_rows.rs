//! Uploads in parts, and their parts, in the index.

use model::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::checksum::{Algorithm, Checksum, Kind};
use crate::described::Described;
use crate::index::Found;
use crate::object_rows::key_text;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) initiated_at: Timestamp,
    /// The ARN of whoever began it.
    pub(crate) initiator: String,
    pub(crate) described: Described,
    pub(crate) checksum: Wanted,
}

/// The checksum that an object of parts is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    pub(crate) algorithm: Algorithm,
    pub(crate) kind: Kind,
    /// Whether the one who began the upload asked for it.
    pub(crate) is_asked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) number: i32,
    pub(crate) modified_at: Timestamp,
    pub(crate) size: u64,
    /// Without quotes: the MD5 of its bytes.
    pub(crate) etag: String,
    /// The upload's own algorithm first, then what the client stated if that is another.
    pub(crate) checksums: Vec<Checksum>,
    pub(crate) blob: String,
}

const COLUMNS: &str = "id, bucket, key, initiated_at, initiator, described, checksum";
const PART_COLUMNS: &str = "number, modified_at, size, etag, checksum, blob";

impl Upload {
    pub(crate) fn insert(&self, connection: &Connection) -> Found<()> {
        let described = serde_json::to_string(&self.described)?;
        let checksum = serde_json::to_string(&self.checksum)?;
        let Upload { id, bucket, key, initiated_at, initiator, .. } = self;
        let at = initiated_at.as_millis();
        connection.execute(
            "INSERT INTO uploads VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![id, bucket, key.as_bytes(), at, initiator, described, checksum],
        )?;
        Ok(())
    }

    /// The upload of that id, if it is of that key.
    pub(crate) fn find(
        connection: &Connection,
        (bucket, key): (&str, &str),
        id: &str,
    ) -> Found<Option<Upload>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM uploads WHERE id = ?1 AND bucket = ?2 AND key = ?3"
        ))?;
        let raw = statement.query_row(params![id, bucket, key.as_bytes()], RawUpload::read);
        raw.optional()?.map(RawUpload::parse).transpose()
    }

    /// Calls `each` for the bucket's uploads, in the order of keys and ids, until it says no.
    pub(crate) fn each(
        connection: &Connection,
        (bucket, from, before): (&str, &[u8], Option<&[u8]>),
        mut each: impl FnMut(Upload) -> bool,
    ) -> Found<()> {
        let limit = if before.is_some() { "AND key < ?3" } else { "AND ?3 IS NULL" };
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM uploads WHERE bucket = ?1 AND key >= ?2 {limit}
             ORDER BY key, id"
        ))?;
        let mut rows = statement.query(params![bucket, from, before])?;
        while let Some(row) = rows.next()? {
            if !each(RawUpload::read(row)?.parse()?) {
                break;
            }
        }
        Ok(())
    }

    /// With its parts, of which the files are told.
    pub(crate) fn delete(connection: &Connection, id: &str) -> Found<Vec<String>> {
        let mut statement =
            connection.prepare_cached("DELETE FROM parts WHERE upload = ?1 RETURNING blob")?;
        let blobs = statement.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
        connection.execute("DELETE FROM uploads WHERE id = ?1", [id])?;
        Ok(blobs)
    }

    /// All of a bucket.
    pub(crate) fn delete_all(connection: &Connection, bucket: &str) -> Found<Vec<String>> {
        let mut blobs = Vec::new();
        let mut ids = Vec::new();
        Upload::each(connection, (bucket, &[], None), |upload| {
            ids.push(upload.id);
            true
        })?;
        for id in ids {
            blobs.extend(Upload::delete(connection, &id)?);
        }
        Ok(blobs)
    }
}

impl Part {
    /// Puts it in the place of the one of the same number, whose file is told.
    pub(crate) fn put(&self, connection: &Connection, upload: &str) -> Found<Option<String>> {
        let mut old = connection
            .prepare_cached("DELETE FROM parts WHERE upload = ?1 AND number = ?2 RETURNING blob")?;
        let old = old.query_row(params![upload, self.number], |row| row.get(0)).optional()?;
        let checksums = serde_json::to_string(&self.checksums)?;
        let (at, size) = (self.modified_at.as_millis(), i64::try_from(self.size).unwrap_or(0));
        connection.execute(
            "INSERT INTO parts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![upload, self.number, at, size, self.etag, checksums, self.blob],
        )?;
        Ok(old)
    }

    /// In the order of numbers, those above `after`.
    pub(crate) fn list(connection: &Connection, upload: &str, after: i32) -> Found<Vec<Part>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {PART_COLUMNS} FROM parts WHERE upload = ?1 AND number > ?2 ORDER BY number"
        ))?;
        let rows = statement.query_map(params![upload, after], |row| {
            let part = Part {
                number: row.get(0)?,
                modified_at: Timestamp::from_millis(row.get(1)?),
                size: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                etag: row.get(3)?,
                checksums: Vec::new(),
                blob: row.get(5)?,
            };
            Ok((part, row.get::<_, String>(4)?))
        })?;
        let mut parts = Vec::new();
        for row in rows {
            let (part, checksums) = row?;
            parts.push(Part { checksums: serde_json::from_str(&checksums)?, ..part });
        }
        Ok(parts)
    }

    /// The names of all files that parts have.
    pub(crate) fn blobs(connection: &Connection) -> Found<Vec<String>> {
        let mut statement = connection.prepare("SELECT blob FROM parts")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

struct RawUpload {
    id: String,
    bucket: String,
    key: Vec<u8>,
    initiated_at: i64,
    initiator: String,
    described: String,
    checksum: String,
}

impl RawUpload {
    fn read(row: &Row<'_>) -> rusqlite::Result<RawUpload> {
        Ok(RawUpload {
            id: row.get(0)?,
            bucket: row.get(1)?,
            key: row.get(2)?,
            initiated_at: row.get(3)?,
            initiator: row.get(4)?,
            described: row.get(5)?,
            checksum: row.get(6)?,
        })
    }

    fn parse(self) -> Found<Upload> {
        Ok(Upload {
            id: self.id,
            bucket: self.bucket,
            key: key_text(self.key),
            initiated_at: Timestamp::from_millis(self.initiated_at),
            initiator: self.initiator,
            described: serde_json::from_str(&self.described)?,
            checksum: serde_json::from_str(&self.checksum)?,
        })
    }
}
