//! Searching a group: the events of many streams that match a pattern, in order.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use model::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::chunk::unpack;
use crate::event::{Event, FilteredEvent, Place, Range};
use crate::get::events_limit;
use crate::group::{GroupRow, find_group};
use crate::logs::Logs;
use crate::scan::{Direction, Scan};
use crate::{FilterPattern, GroupKey, LogsError};

/// LIMIT: the bytes, before compression, that one page looks through; what is not found
/// by then is left to the next page. COMPAT: pages may be partly full, or empty.
pub const SCANNED_BYTES_MAX: usize = 64 << 20;

/// LIMIT: the streams that are named in one search, as in the service's model.
const NAMED_STREAMS_MAX: usize = 100;

#[derive(Clone, Debug, Default)]
pub struct FilterEvents {
    pub streams: StreamSelection,
    /// The first and the last time that is wanted.
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
    pub pattern: FilterPattern,
    pub limit: Option<u32>,
    pub next_token: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub enum StreamSelection {
    #[default]
    All,
    Named(Vec<String>),
    Prefix(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilteredPage {
    pub events: Vec<FilteredEvent>,
    /// `None` where everything was looked through.
    pub next_token: Option<String>,
}

impl StreamSelection {
    pub(crate) fn check(&self) -> Result<(), LogsError> {
        match self {
            StreamSelection::Named(names) if !(1..=NAMED_STREAMS_MAX).contains(&names.len()) => {
                Err(LogsError::invalid("a search names from 1 to 100 log streams"))
            }
            StreamSelection::All | StreamSelection::Named(_) | StreamSelection::Prefix(_) => Ok(()),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            StreamSelection::All => true,
            StreamSelection::Named(names) => names.iter().any(|named| named == name),
            StreamSelection::Prefix(prefix) => name.starts_with(prefix.as_str()),
        }
    }
}

impl Logs {
    pub async fn filter_events(
        &self,
        key: GroupKey,
        query: FilterEvents,
        now: Timestamp,
    ) -> Result<FilteredPage, LogsError> {
        self.filter_within(key, query, (now, SCANNED_BYTES_MAX)).await
    }

    async fn filter_within(
        &self,
        key: GroupKey,
        query: FilterEvents,
        (now, scanned_max): (Timestamp, usize),
    ) -> Result<FilteredPage, LogsError> {
        query.streams.check()?;
        let limit = events_limit(query.limit)?;
        let from = query.next_token.as_deref().map(Place::parse).transpose()?;
        // The last time is wanted too.
        let end = query.end.map(|end| Timestamp::from_millis(end.as_millis().saturating_add(1)));
        let wanted = Range::of_times(query.start, end);
        self.read(move |connection| {
            let group = find_group(connection, &key)?;
            let range = wanted.since(group.cutoff(now));
            let range = Range { from: range.from.max(from.unwrap_or(Place::FIRST)), ..range };
            let scan = Scan::new(range, Direction::Forward, limit);
            Search { group, query, scanned_max }.run(connection, scan)
        })
        .await
    }
}

struct Search {
    group: GroupRow,
    query: FilterEvents,
    scanned_max: usize,
}

impl Search {
    fn run(self, connection: &Connection, mut scan: Scan<i64>) -> Result<FilteredPage, LogsError> {
        let range = scan.range();
        let mut streams = Streams::default();
        let mut select = connection.prepare_cached(
            "SELECT id, first_time, last_time, raw_bytes, stream_id FROM chunks
             WHERE group_id = ?1 AND last_time >= ?2 AND first_time <= ?3 ORDER BY first_time",
        )?;
        let mut rows =
            select.query(params![self.group.id, range.from.millis, range.until.millis])?;
        let mut scanned = 0;
        let mut left_off = None;
        while let Some(row) = rows.next()? {
            let (first_millis, stream) = (row.get(1)?, row.get(4)?);
            if scan.is_done_before(first_millis, row.get(2)?) {
                break;
            }
            let name = streams.name(connection, stream)?;
            if !name.is_some_and(|name| self.query.streams.has(name)) {
                continue;
            }
            // Going on from here must be going on: chunks that begin together are one step.
            if scanned >= self.scanned_max && first_millis > range.from.millis {
                left_off = Some(Place { millis: first_millis, ordinal: 0 });
                break;
            }
            let raw_bytes = row.get::<_, i64>(3)? as usize;
            scanned += raw_bytes;
            for event in read_chunk(connection, row.get(0)?, raw_bytes)? {
                if self.query.pattern.matches(&event.message) {
                    scan.offer(stream, event);
                }
            }
        }
        if let Some(place) = left_off {
            scan.end_before(place);
        }
        Ok(page(scan, left_off, &streams))
    }
}

fn page(scan: Scan<i64>, left_off: Option<Place>, streams: &Streams) -> FilteredPage {
    let found = scan.finish();
    let full = found.events.last().filter(|_| found.has_more);
    let next = left_off.or_else(|| full.map(|(_, last)| last.place().next()));
    let events = found.events.into_iter().map(|(stream, event)| streams.found(stream, event));
    FilteredPage { events: events.collect(), next_token: next.map(Place::to_digits) }
}

pub(crate) fn read_chunk(
    connection: &Connection,
    id: i64,
    raw_bytes: usize,
) -> Result<Vec<Event>, LogsError> {
    let mut statement = connection.prepare_cached("SELECT payload FROM chunks WHERE id = ?1")?;
    let payload: Vec<u8> = statement.query_row([id], |row| row.get(0))?;
    unpack(&payload, raw_bytes)
}

/// The names of the streams that were met; `None` for one that is deleted.
#[derive(Default)]
pub(crate) struct Streams {
    names: BTreeMap<i64, Option<String>>,
}

impl Streams {
    pub(crate) fn name(
        &mut self,
        connection: &Connection,
        id: i64,
    ) -> Result<Option<&str>, LogsError> {
        let name = match self.names.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let mut statement =
                    connection.prepare_cached("SELECT name FROM streams WHERE id = ?1")?;
                unknown.insert(statement.query_row([id], |row| row.get(0)).optional()?)
            }
        };
        Ok(name.as_deref())
    }

    /// The event with the name of its stream, which was met.
    pub(crate) fn found(&self, stream: i64, event: Event) -> FilteredEvent {
        let name = self.names.get(&stream).cloned().flatten();
        FilteredEvent { stream: name.expect("chunks of deleted streams are not read"), event }
    }
}

#[cfg(test)]
mod tests {
    use model::Scope;

    use super::*;
    use crate::InputEvent;

    /// With nothing to look through in one page, each page is one step, and all of them
    /// together are everything.
    #[tokio::test]
    async fn what_is_not_looked_through_is_left_to_the_next_page() {
        let directory = tempfile::TempDir::new().expect("a temporary directory");
        let logs = Logs::open(directory.path()).expect("a new store");
        let group = GroupKey::new(Scope::new("1", "r"), "g");
        let time = Timestamp::from_secs;
        logs.create_group(group.clone(), model::Tags::new(), time(0)).await.expect("made");
        logs.create_stream(group.stream("s"), time(0)).await.expect("made");
        // Batches that overlap, and two that begin together.
        for (first, last) in [(1, 5), (3, 4), (3, 8), (6, 7)] {
            let event = |at| InputEvent { at: time(at), message: format!("{first}-{last}: {at}") };
            let events = vec![event(first), event(last)];
            logs.put_events(group.stream("s"), events, time(10)).await.expect("taken");
        }
        let mut query = FilterEvents::default();
        let mut pages = Vec::new();
        loop {
            let bounds = (time(10), 0);
            let page =
                logs.filter_within(group.clone(), query.clone(), bounds).await.expect("a page");
            let messages = page.events.into_iter().map(|found| found.event.message);
            pages.push(messages.collect::<Vec<_>>());
            query.next_token = page.next_token;
            if query.next_token.is_none() {
                break;
            }
        }
        let expected: [&[&str]; 4] = [
            &[],
            &["1-5: 1"],
            &["3-4: 3", "3-8: 3", "3-4: 4", "1-5: 5"],
            &["6-7: 6", "6-7: 7", "3-8: 8"],
        ];
        assert_eq!(pages, expected);
    }
}
