//! Batches from the nodes: what tasks wrote, stored once however often it is sent.

use model::session::LogBatch;
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
    if stream.last_sequence.is_some_and(|last| batch.sequence <= last) {
        return Ok(Ingested::Repeated);
    }
    let mut statement =
        write.connection.prepare_cached("UPDATE streams SET last_sequence = ?2 WHERE id = ?1")?;
    statement.execute(params![stream.id, batch.sequence.cast_signed()])?;
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
