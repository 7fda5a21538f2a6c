//! Giving space back: expired events, and those of deleted groups and streams.
//!
//! None of them is ever read, so when they go is of no meaning; they go in small steps,
//! between which other writes are done.

use model::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::LogsError;
use crate::group::days_before;
use crate::logs::Logs;

/// LIMIT: the chunks, or streams, that one step removes.
const STEP_MAX: usize = 256;

/// LIMIT: the pages that one step gives back to the file system.
const VACUUMED_PAGES_MAX: i64 = 4_096;

/// Free pages that are kept for the next events: 4 MiB.
const FREE_PAGES_KEPT: i64 = 1_024;

impl Logs {
    /// Removes what is expired or deleted and gives its space back; answers how many
    /// chunks went. To be called now and then.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, LogsError> {
        let mut removed = 0;
        loop {
            let step = self.write(move |batch| sweep_step(batch.connection, now)).await?;
            removed += step.chunks;
            if step.is_last {
                return Ok(removed);
            }
        }
    }
}

struct Step {
    chunks: u64,
    is_last: bool,
}

fn sweep_step(connection: &Connection, now: Timestamp) -> Result<Step, LogsError> {
    let chunks = remove_expired(connection, now)? + remove_doomed(connection)?;
    let doomed: i64 = connection.query_row("SELECT count(*) FROM doomed", [], |row| row.get(0))?;
    let vacuumed = vacuum(connection)?;
    let is_last = chunks == 0 && doomed == 0 && vacuumed == 0;
    Ok(Step { chunks: chunks as u64, is_last })
}

/// Gives free pages back to the file system, and answers how many.
fn vacuum(connection: &Connection) -> Result<i64, LogsError> {
    let free: i64 = connection.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    let surplus = (free - FREE_PAGES_KEPT).clamp(0, VACUUMED_PAGES_MAX);
    if surplus > 0 {
        let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({surplus})"))?;
        let mut pages = statement.query([])?;
        // Each step frees one page.
        while pages.next()?.is_some() {}
    }
    Ok(surplus)
}

/// Removes chunks whose last event is expired; the expired events of others are not read.
fn remove_expired(connection: &Connection, now: Timestamp) -> Result<usize, LogsError> {
    let mut select = connection
        .prepare_cached("SELECT id, retention_days FROM groups WHERE retention_days IS NOT NULL")?;
    let mut delete = connection.prepare_cached(
        "DELETE FROM chunks WHERE id IN
             (SELECT id FROM chunks WHERE group_id = ?1 AND last_time < ?2 LIMIT ?3)",
    )?;
    let mut rows = select.query([])?;
    let mut removed = 0;
    while let Some(row) = rows.next()? {
        let cutoff = days_before(now, row.get(1)?);
        let left = (STEP_MAX - removed) as i64;
        removed += delete.execute(params![row.get::<_, i64>(0)?, cutoff.as_millis(), left])?;
        if removed >= STEP_MAX {
            break;
        }
    }
    Ok(removed)
}

/// Removes some of what one deleted group or stream has left, or its last trace.
fn remove_doomed(connection: &Connection) -> Result<usize, LogsError> {
    let doomed = connection
        .query_row("SELECT kind, id FROM doomed LIMIT 1", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?;
    let Some((kind, id)) = doomed else { return Ok(0) };
    let column = if kind == "group" { "group_id" } else { "stream_id" };
    let chunks = remove_some(connection, "chunks", column, id)?;
    let streams = if chunks == 0 && kind == "group" {
        remove_some(connection, "streams", column, id)?
    } else {
        0
    };
    if chunks == 0 && streams == 0 {
        connection.execute("DELETE FROM doomed WHERE kind = ?1 AND id = ?2", params![kind, id])?;
    }
    Ok(chunks)
}

fn remove_some(
    connection: &Connection,
    table: &str,
    column: &str,
    id: i64,
) -> Result<usize, LogsError> {
    let mut statement = connection.prepare_cached(&format!(
        "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {column} = ?1 LIMIT ?2)"
    ))?;
    Ok(statement.execute(params![id, STEP_MAX as i64])?)
}
