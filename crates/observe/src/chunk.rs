//! Chunks: runs of events, packed and compressed, as they are kept.
//!
//! A batch is written as chunks of its own at once, so that it is durable; a stream that
//! has gathered many small ones has them packed again into few. So the tail of a stream
//! is many small chunks and the rest is few large ones, all of one form.
//!
//! INVARIANT: unpacked, a chunk is at most one event larger than `CHUNK_RAW_BYTES_MAX`.

use model::Timestamp;

use crate::LogsError;
use crate::event::{Event, Place};

/// LIMIT: the bytes of a chunk before compression: what one read unpacks at a time.
pub const CHUNK_RAW_BYTES_MAX: usize = 256 << 10;

/// Chunks smaller than this are packed again with their neighbours.
pub(crate) const LOOSE_RAW_BYTES: usize = 64 << 10;

/// LIMIT: the small chunks of one stream.
pub const LOOSE_CHUNKS_MAX: usize = 64;

/// Fast, as it is on the way of every batch; higher levels win little on short chunks.
const COMPRESSION_LEVEL: i32 = 1;

/// Time, ordinal, time of ingestion, and the message's length.
const HEADER_BYTES: usize = 28;

#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub(crate) first: Place,
    pub(crate) last: Place,
    pub(crate) first_ordinal: u64,
    pub(crate) last_ordinal: u64,
    pub(crate) raw_bytes: usize,
    /// A zstd frame with a checksum.
    pub(crate) payload: Vec<u8>,
}

/// Packs events, of which there is at least one, into chunks in their order.
pub(crate) fn pack(mut events: Vec<Event>) -> Result<Vec<Chunk>, LogsError> {
    events.sort_by_key(Event::place);
    let mut chunks = Vec::new();
    let mut run: &[Event] = &events;
    while !run.is_empty() {
        let (chunk, rest) = run.split_at(fitting(run));
        chunks.push(pack_one(chunk)?);
        run = rest;
    }
    Ok(chunks)
}

/// How many of the first events fit one chunk; at least one.
fn fitting(events: &[Event]) -> usize {
    let mut bytes = 0;
    let fit = events.iter().take_while(|event| {
        bytes += HEADER_BYTES + event.message.len();
        bytes <= CHUNK_RAW_BYTES_MAX
    });
    fit.count().max(1)
}

fn pack_one(events: &[Event]) -> Result<Chunk, LogsError> {
    let (first, last) = (&events[0], &events[events.len() - 1]);
    let mut raw = Vec::new();
    let (mut first_ordinal, mut last_ordinal) = (u64::MAX, 0);
    for event in events {
        first_ordinal = first_ordinal.min(event.ordinal);
        last_ordinal = last_ordinal.max(event.ordinal);
        raw.extend(event.at.as_millis().to_le_bytes());
        raw.extend(event.ordinal.to_le_bytes());
        raw.extend(event.ingested_at.as_millis().to_le_bytes());
        let length = u32::try_from(event.message.len()).expect("events are bounded");
        raw.extend(length.to_le_bytes());
        raw.extend(event.message.as_bytes());
    }
    let mut compressor = zstd::bulk::Compressor::new(COMPRESSION_LEVEL)?;
    compressor.include_checksum(true)?;
    let payload = compressor.compress(&raw)?;
    let (first, last) = (first.place(), last.place());
    Ok(Chunk { first, last, first_ordinal, last_ordinal, raw_bytes: raw.len(), payload })
}

/// The events of a chunk, in their order.
pub(crate) fn unpack(payload: &[u8], raw_bytes: usize) -> Result<Vec<Event>, LogsError> {
    let damaged = || LogsError::Storage("a chunk of events is damaged".to_owned());
    let raw = zstd::bulk::decompress(payload, raw_bytes).map_err(|_| damaged())?;
    let mut events = Vec::new();
    let mut rest: &[u8] = &raw;
    while !rest.is_empty() {
        events.push(unpack_one(&mut rest).ok_or_else(damaged)?);
    }
    Ok(events)
}

fn unpack_one(rest: &mut &[u8]) -> Option<Event> {
    let at = i64::from_le_bytes(take(rest)?);
    let ordinal = u64::from_le_bytes(take(rest)?);
    let ingested_at = i64::from_le_bytes(take(rest)?);
    let length = u32::from_le_bytes(take(rest)?) as usize;
    let (message, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(Event {
        at: Timestamp::from_millis(at),
        ingested_at: Timestamp::from_millis(ingested_at),
        message: String::from_utf8(message.to_vec()).ok()?,
        ordinal,
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(millis: i64, ordinal: u64, message: String) -> Event {
        let at = Timestamp::from_millis(millis);
        Event { at, ingested_at: at, message, ordinal }
    }

    fn unpack_all(chunks: &[Chunk]) -> Vec<Event> {
        chunks.iter().flat_map(|c| unpack(&c.payload, c.raw_bytes).expect("whole")).collect()
    }

    #[test]
    fn packing_orders_events_and_loses_none() {
        let events: Vec<Event> = (0..5_000)
            .map(|ordinal| event((ordinal as i64 * 7) % 1_000, ordinal, "ü".repeat(100)))
            .collect();
        let chunks = pack(events.clone()).expect("packed");
        let mut sorted = events;
        sorted.sort_by_key(Event::place);
        assert_eq!(unpack_all(&chunks), sorted);
        assert!(chunks.len() > 3, "{}", chunks.len());
        assert!(chunks.iter().all(|chunk| chunk.raw_bytes <= CHUNK_RAW_BYTES_MAX));
        assert!(chunks.is_sorted_by_key(|chunk| chunk.first));
    }

    #[test]
    fn an_event_larger_than_a_chunk_has_one_of_its_own() {
        let large = "x".repeat(CHUNK_RAW_BYTES_MAX + 1);
        let events = vec![event(1, 1, "a".into()), event(2, 2, large), event(3, 3, "b".into())];
        let chunks = pack(events.clone()).expect("packed");
        assert_eq!(chunks.len(), 3);
        assert_eq!(unpack_all(&chunks), events);
    }

    #[test]
    fn a_damaged_chunk_is_reported_not_read() {
        let chunk = &pack(vec![event(1, 1, "hello".repeat(10))]).expect("packed")[0];
        for at in 0..chunk.payload.len() {
            let mut payload = chunk.payload.clone();
            payload[at] ^= 0x55;
            let read = unpack(&payload, chunk.raw_bytes);
            assert!(matches!(read, Err(LogsError::Storage(_))), "byte {at}: {read:?}");
        }
    }
}
