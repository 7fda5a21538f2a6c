//! Writing events: CloudWatch's rules for a batch, and how it becomes chunks.

use std::time::Duration;

use model::Timestamp;
use rusqlite::{Connection, params};

use crate::chunk::{Chunk, LOOSE_CHUNKS_MAX, LOOSE_RAW_BYTES, pack, unpack};
use crate::event::Event;
use crate::group::{GroupRow, days_before, find_group};
use crate::logs::Logs;
use crate::stream::{StreamRow, find_stream};
use crate::writer::Batch;
use crate::{LogsError, StreamKey};

// COMPAT: these bounds are in the reference of `PutLogEvents`.

/// LIMIT: the events of one batch.
pub const PUT_EVENTS_MAX: usize = 10_000;

/// LIMIT: the bytes of one batch: of its messages, and 26 for each event.
pub const PUT_BYTES_MAX: usize = 1_048_576;

const EVENT_OVERHEAD_BYTES: usize = 26;
const SPAN_MAX: Duration = Duration::from_hours(24);
const FUTURE_MAX: Duration = Duration::from_hours(2);
const AGE_DAYS_MAX: u32 = 14;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputEvent {
    pub at: Timestamp,
    pub message: String,
}

/// Which events of a batch were not taken; the others were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// The first that is more than two hours ahead.
    pub too_new_start: Option<usize>,
    /// The first that is not older than 14 days.
    pub too_old_end: Option<usize>,
    /// The first that is not older than the group's retention.
    pub expired_end: Option<usize>,
}

impl Rejected {
    /// The events that are taken.
    fn kept(&self, count: usize) -> std::ops::Range<usize> {
        let start = self.too_old_end.max(self.expired_end).unwrap_or(0);
        let end = self.too_new_start.unwrap_or(count);
        start..end.max(start)
    }
}

impl Logs {
    /// Adds the events of one batch, which are in order of time, to a stream.
    pub async fn put_events(
        &self,
        key: StreamKey,
        events: Vec<InputEvent>,
        now: Timestamp,
    ) -> Result<Rejected, LogsError> {
        check_batch(&events)?;
        self.write(move |batch| {
            let group = find_group(batch.connection, &key.group)?;
            let stream = find_stream(batch.connection, &group, &key.name)?;
            let rejected = reject(&events, &group, now);
            let kept = rejected.kept(events.len());
            check_span(&events[kept.clone()])?;
            let kept = events.into_iter().skip(kept.start).take(kept.len()).collect();
            append(batch, &group, &stream, Arrived { events: kept, at: now })?;
            batch.touch(key.group);
            Ok(rejected)
        })
        .await
    }
}

fn check_batch(events: &[InputEvent]) -> Result<(), LogsError> {
    if !(1..=PUT_EVENTS_MAX).contains(&events.len()) {
        let text = format!("a batch has from 1 to {PUT_EVENTS_MAX} events, not {}", events.len());
        return Err(LogsError::invalid(text));
    }
    if events.iter().any(|event| event.message.is_empty() || event.at < Timestamp::EPOCH) {
        return Err(LogsError::invalid("an event has a message and a time from 1970 on"));
    }
    let bytes: usize = events.iter().map(|event| event.message.len() + EVENT_OVERHEAD_BYTES).sum();
    if bytes > PUT_BYTES_MAX {
        let text = format!("Upload too large: {bytes} bytes exceeds limit of {PUT_BYTES_MAX}");
        return Err(LogsError::invalid(text));
    }
    if !events.is_sorted_by_key(|event| event.at) {
        return Err(LogsError::invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    Ok(())
}

fn check_span(events: &[InputEvent]) -> Result<(), LogsError> {
    match (events.first(), events.last()) {
        (Some(first), Some(last)) if last.at.since(first.at) > SPAN_MAX => Err(LogsError::invalid(
            "The batch of log events in a single PutLogEvents request cannot span more \
                 than 24 hours.",
        )),
        _ => Ok(()),
    }
}

fn reject(events: &[InputEvent], group: &GroupRow, now: Timestamp) -> Rejected {
    let before = |cutoff: Timestamp| {
        Some(events.partition_point(|event| event.at < cutoff)).filter(|end| *end > 0)
    };
    let too_new = events.partition_point(|event| event.at <= now + FUTURE_MAX);
    Rejected {
        too_new_start: Some(too_new).filter(|start| *start < events.len()),
        too_old_end: before(days_before(now, AGE_DAYS_MAX)),
        expired_end: before(group.cutoff(now)),
    }
}

/// Events in the order in which they came, and when.
pub(crate) struct Arrived {
    pub(crate) events: Vec<InputEvent>,
    pub(crate) at: Timestamp,
}

/// Writes events as chunks of their own; packs the stream's small chunks where there
/// are too many.
pub(crate) fn append(
    batch: &mut Batch<'_>,
    group: &GroupRow,
    stream: &StreamRow,
    arrived: Arrived,
) -> Result<(), LogsError> {
    let ingested_at = arrived.at;
    let number = |event: InputEvent| {
        let InputEvent { at, message } = event;
        Event { at, ingested_at, message, ordinal: batch.take_ordinal() }
    };
    let events: Vec<Event> = arrived.events.into_iter().map(number).collect();
    if events.is_empty() {
        return Ok(());
    }
    let chunks = pack(events)?;
    for chunk in &chunks {
        insert(batch.connection, group, stream, chunk)?;
    }
    note_events(batch.connection, stream, &chunks, ingested_at)?;
    if is_loose_full(batch.connection, stream)? {
        pack_loose(batch.connection, group, stream)?;
    }
    Ok(())
}

fn insert(
    connection: &Connection,
    group: &GroupRow,
    stream: &StreamRow,
    chunk: &Chunk,
) -> Result<(), LogsError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO chunks (group_id, stream_id, first_time, last_time, first_ordinal,
             last_ordinal, raw_bytes, payload)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    statement.execute(params![
        group.id,
        stream.id,
        chunk.first.millis,
        chunk.last.millis,
        chunk.first_ordinal.cast_signed(),
        chunk.last_ordinal.cast_signed(),
        chunk.raw_bytes as i64,
        chunk.payload
    ])?;
    Ok(())
}

fn note_events(
    connection: &Connection,
    stream: &StreamRow,
    chunks: &[Chunk],
    ingested_at: Timestamp,
) -> Result<(), LogsError> {
    let first = chunks.iter().map(|chunk| chunk.first.millis).min();
    let last = chunks.iter().map(|chunk| chunk.last.millis).max();
    let mut statement = connection.prepare_cached(
        "UPDATE streams SET first_event = min(ifnull(first_event, ?2), ?2),
             last_event = max(ifnull(last_event, ?3), ?3), last_ingestion = ?4
         WHERE id = ?1",
    )?;
    statement.execute(params![stream.id, first, last, ingested_at.as_millis()])?;
    Ok(())
}

fn is_loose_full(connection: &Connection, stream: &StreamRow) -> Result<bool, LogsError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT count(*) FROM chunks WHERE stream_id = ?1 AND raw_bytes < {LOOSE_RAW_BYTES}"
    ))?;
    let count: i64 = statement.query_row([stream.id], |row| row.get(0))?;
    Ok(count as usize >= LOOSE_CHUNKS_MAX)
}

/// Packs all small chunks of a stream into as few as they fit.
fn pack_loose(
    connection: &Connection,
    group: &GroupRow,
    stream: &StreamRow,
) -> Result<(), LogsError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT id, raw_bytes, payload FROM chunks
         WHERE stream_id = ?1 AND raw_bytes < {LOOSE_RAW_BYTES}"
    ))?;
    let mut delete = connection.prepare_cached("DELETE FROM chunks WHERE id = ?1")?;
    let loose = select.query_map([stream.id], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?))
    })?;
    let mut events = Vec::new();
    for (id, raw_bytes, payload) in loose.collect::<Result<Vec<_>, _>>()? {
        events.extend(unpack(&payload, raw_bytes as usize)?);
        delete.execute([id])?;
    }
    for chunk in pack(events)? {
        insert(connection, group, stream, &chunk)?;
    }
    Ok(())
}
