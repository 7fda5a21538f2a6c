//! Following a group: events as they come, each once.
//!
//! Events are followed in the order in which they came, not of their times, so that none
//! is missed or given twice however late its time is.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use tokio::sync::watch;

use crate::event::{Event, FilteredEvent};
use crate::filter::{StreamSelection, Streams, read_chunk};
use crate::group::find_group;
use crate::logs::Logs;
use crate::{FilterPattern, GroupKey, LogsError};

/// LIMIT: the events that are given at a time.
pub const TAIL_EVENTS_MAX: usize = 1_000;

/// Gives the events that come after it was made.
#[derive(Debug)]
pub struct Tail {
    logs: Logs,
    followed: Followed,
    /// The last event that had come when it was made.
    made_after: u64,
    woken: watch::Receiver<()>,
}

/// How far a tail has come, for one that goes on in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TailPlace(u64);

impl TailPlace {
    pub fn new(number: u64) -> TailPlace {
        TailPlace(number)
    }

    pub fn number(self) -> u64 {
        self.0
    }

    /// For a tail that gave this event last.
    pub fn after(event: &Event) -> TailPlace {
        TailPlace(event.ordinal)
    }
}

#[derive(Clone, Debug)]
struct Followed {
    group: GroupKey,
    streams: StreamSelection,
    pattern: FilterPattern,
    /// The last event that was given or passed over.
    after: u64,
}

impl Logs {
    /// Follows the group from now on, also where it is not there yet.
    pub fn tail(
        &self,
        group: GroupKey,
        streams: StreamSelection,
        pattern: FilterPattern,
    ) -> Result<Tail, LogsError> {
        streams.check()?;
        // Woken by whatever comes after the place that is then looked up.
        let woken = self.wakes().follow(group.clone());
        let after = self.wakes().last_ordinal();
        let followed = Followed { group, streams, pattern, after };
        Ok(Tail { logs: self.clone(), followed, made_after: after, woken })
    }
}

impl Tail {
    /// Goes on from the place of another tail, which followed the same.
    #[must_use]
    pub fn resume_at(mut self, place: TailPlace) -> Tail {
        self.followed.after = place.0;
        self
    }

    pub fn place(&self) -> TailPlace {
        TailPlace(self.followed.after)
    }

    /// Whether the event had come when the tail was made, which therefore never gives it.
    pub fn is_after(&self, event: &Event) -> bool {
        event.ordinal <= self.made_after
    }

    /// Waits for events, and gives them in the order in which they came. Ends with
    /// `Closed` when the store does.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Vec<FilteredEvent>, LogsError> {
        loop {
            self.woken.borrow_and_update();
            let followed = self.followed.clone();
            let (after, events) =
                self.logs.read(move |connection| read_after(connection, followed)).await?;
            self.followed.after = after;
            if !events.is_empty() {
                return Ok(events);
            }
            self.woken.changed().await.map_err(|_| LogsError::Closed)?;
        }
    }
}

/// The next events, and the last that was looked at.
fn read_after(
    connection: &Connection,
    followed: Followed,
) -> Result<(u64, Vec<FilteredEvent>), LogsError> {
    let Followed { group, streams: selection, pattern, mut after } = followed;
    let group = match find_group(connection, &group) {
        Ok(group) => group,
        Err(LogsError::GroupNotFound) => return Ok((after, Vec::new())),
        Err(error) => return Err(error),
    };
    let mut streams = Streams::default();
    let mut kept: BTreeMap<u64, (i64, Event)> = BTreeMap::new();
    let mut is_over_full = false;
    let mut select = connection.prepare_cached(
        "SELECT id, first_ordinal, last_ordinal, raw_bytes, stream_id FROM chunks
         WHERE group_id = ?1 AND last_ordinal > ?2 ORDER BY first_ordinal",
    )?;
    let mut rows = select.query(params![group.id, after.cast_signed()])?;
    let mut seen = after;
    while let Some(row) = rows.next()? {
        let first_ordinal = row.get::<_, i64>(1)?.cast_unsigned();
        if is_over_full && kept.last_key_value().is_some_and(|(last, _)| first_ordinal > *last) {
            break;
        }
        seen = seen.max(row.get::<_, i64>(2)?.cast_unsigned());
        let stream = row.get(4)?;
        if !streams.name(connection, stream)?.is_some_and(|name| selection.has(name)) {
            continue;
        }
        for event in read_chunk(connection, row.get(0)?, row.get::<_, i64>(3)? as usize)? {
            if event.ordinal > after && pattern.matches(&event.message) {
                kept.insert(event.ordinal, (stream, event));
            }
            if kept.len() > TAIL_EVENTS_MAX {
                kept.pop_last();
                is_over_full = true;
            }
        }
    }
    after = match kept.last_key_value() {
        Some((last, _)) if is_over_full => *last,
        _ => seen,
    };
    let events = kept.into_values().map(|(stream, event)| streams.found(stream, event));
    Ok((after, events.collect()))
}
