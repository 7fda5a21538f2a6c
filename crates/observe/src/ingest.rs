//! Batches from the nodes: what tasks wrote, stored once however often it is sent.
//!
//! A node that crashed reads again from the last place that it knows to be stored, and
//! may read further at once than it did before. So a batch names the places between
//! which it was read, and a stream keeps where its last batch ended.
//!
//! INVARIANT: a stream's batches follow each other without a gap and without an overlap.

use model::session::{LogBatch, LogPosition};
use model::{Scope, Tags, Timestamp};
use rusqlite::params;

use crate::group::{GroupRow, find_group, insert_group};
use crate::logs::Logs;
use crate::put::{Arrived, InputEvent, append};
use crate::stream::{StreamRow, find_stream, insert_stream};
use crate::writer::Batch;
use crate::{GroupKey, LogsError, StreamKey};

/// LIMIT: the bytes of the messages of one batch.
pub const INGESTED_BYTES_MAX: usize = 8 << 20;

/// LIMIT: the bytes of one message; as in CloudWatch Logs.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ingested {
    Stored,
    /// It was stored before, by an attempt whose answer was lost.
    Repeated,
    /// It does not begin where the last one ended, so nothing of it was stored: what is to
    /// come begins there.
    Misplaced {
        resume_from: LogPosition,
    },
}

impl Logs {
    /// Stores a batch, and answers when it is durable. The stream is made where it is
    /// missing, and the group where the batch says so.
    pub async fn ingest(&self, batch: LogBatch, now: Timestamp) -> Result<Ingested, LogsError> {
        let bytes: usize = batch.lines.iter().map(|line| line.message.len()).sum();
        let longest = batch.lines.iter().map(|line| line.message.len()).max();
        if bytes > INGESTED_BYTES_MAX || longest > Some(MESSAGE_BYTES_MAX) {
            let text = format!("a batch of {bytes} bytes, or a line of it, is too large");
            return Err(LogsError::invalid(text));
        }
        self.write(move |write| store(write, batch, now)).await
    }
}

fn store(write: &mut Batch<'_>, batch: LogBatch, now: Timestamp) -> Result<Ingested, LogsError> {
    let scope = Scope::new(batch.account, batch.region);
    let key = GroupKey::new(scope, batch.group).stream(batch.stream);
    let group = match find_group(write.connection, &key.group) {
        Err(LogsError::GroupNotFound) if batch.is_group_created => {
            insert_group(write.connection, &key.group, &Tags::new(), now)?
        }
        found => found?,
    };
    let stream = find_or_insert_stream(write, &group, &key, now)?;
    match stream.position {
        Some(last) if batch.from == last => {}
        Some(last) if batch.to.is_within(last) => return Ok(Ingested::Repeated),
        Some(last) => return Ok(Ingested::Misplaced { resume_from: last }),
        // New, or deleted since: what was before is of no interest any more.
        None => {}
    }
    note_position(write, &stream, batch.to)?;
    let events = batch
        .lines
        .into_iter()
        // COMPAT: an event has a message; Docker's awslogs driver sends no empty lines either.
        .filter(|line| !line.message.is_empty())
        .map(|line| InputEvent { at: line.at.max(Timestamp::EPOCH), message: line.message })
        .collect();
    append(write, &group, &stream, Arrived { events, at: now })?;
    write.touch(key.group);
    Ok(Ingested::Stored)
}

fn note_position(
    write: &Batch<'_>,
    stream: &StreamRow,
    position: LogPosition,
) -> Result<(), LogsError> {
    let mut statement = write.connection.prepare_cached(
        "UPDATE streams SET stdout_position = ?2, stderr_position = ?3 WHERE id = ?1",
    )?;
    let LogPosition { stdout, stderr } = position;
    statement.execute(params![stream.id, stdout.cast_signed(), stderr.cast_signed()])?;
    Ok(())
}

fn find_or_insert_stream(
    write: &Batch<'_>,
    group: &GroupRow,
    key: &StreamKey,
    now: Timestamp,
) -> Result<StreamRow, LogsError> {
    match find_stream(write.connection, group, &key.name) {
        Err(LogsError::StreamNotFound) => insert_stream(write.connection, group, key, now),
        found => found,
    }
}
