//! The events of one stream, read page by page in both directions.

use model::Timestamp;
use rusqlite::{Connection, params};

use crate::event::{Event, Place, Range};
use crate::filter::read_chunk;
use crate::group::find_group;
use crate::logs::Logs;
use crate::scan::{Direction, Found, PAGE_EVENTS_MAX, Scan};
use crate::stream::{StreamRow, find_stream};
use crate::{LogsError, StreamKey};

#[derive(Clone, Debug, Default)]
pub struct GetEvents {
    /// The first time that is wanted.
    pub start: Option<Timestamp>,
    /// The first time that is not.
    pub end: Option<Timestamp>,
    pub limit: Option<u32>,
    /// Of no meaning where there is a token, which has a direction of its own.
    pub anchor: Anchor,
    pub next_token: Option<String>,
}

/// Which end of the stream the first page is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    Head,
    #[default]
    Tail,
}

/// Events in order of time, whatever the direction.
///
/// COMPAT: at the end of the stream the token that was given is given back; later events
/// are found with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPage {
    pub events: Vec<Event>,
    pub next_forward_token: String,
    pub next_backward_token: String,
}

/// Where a page begins, and which way it goes from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// After this place.
    Forward(Place),
    /// Before this place.
    Backward(Place),
}

impl Logs {
    pub async fn get_events(
        &self,
        key: StreamKey,
        query: GetEvents,
        now: Timestamp,
    ) -> Result<EventPage, LogsError> {
        let limit = events_limit(query.limit)?;
        let token = query.next_token.as_deref().map(Token::parse).transpose()?;
        let wanted = Range::of_times(query.start, query.end);
        self.read(move |connection| {
            let group = find_group(connection, &key.group)?;
            let stream = find_stream(connection, &group, &key.name)?;
            let kept = wanted.since(group.cutoff(now));
            let (range, direction) = bound(kept, token, query.anchor);
            let scan = scan_stream(connection, &stream, Scan::new(range, direction, limit))?;
            Ok(page(scan, wanted, token))
        })
        .await
    }
}

pub(crate) fn events_limit(limit: Option<u32>) -> Result<usize, LogsError> {
    match limit.map_or(PAGE_EVENTS_MAX, |limit| limit as usize) {
        limit @ 1..=PAGE_EVENTS_MAX => Ok(limit),
        limit => Err(LogsError::invalid(format!("the limit `{limit}` is not from 1 to 10000"))),
    }
}

fn bound(range: Range, token: Option<Token>, anchor: Anchor) -> (Range, Direction) {
    match (token, anchor) {
        (Some(Token::Forward(after)), _) => {
            (Range { from: range.from.max(after.next()), ..range }, Direction::Forward)
        }
        (Some(Token::Backward(before)), _) => {
            (Range { until: range.until.min(before), ..range }, Direction::Backward)
        }
        (None, Anchor::Head) => (range, Direction::Forward),
        (None, Anchor::Tail) => (range, Direction::Backward),
    }
}

fn scan_stream(
    connection: &Connection,
    stream: &StreamRow,
    mut scan: Scan<()>,
) -> Result<Found<()>, LogsError> {
    let order = match scan.direction() {
        Direction::Forward => "first_time",
        Direction::Backward => "last_time DESC",
    };
    let mut select = connection.prepare_cached(&format!(
        "SELECT id, first_time, last_time, raw_bytes FROM chunks
         WHERE stream_id = ?1 AND last_time >= ?2 AND first_time <= ?3 ORDER BY {order}"
    ))?;
    let Range { from, until } = scan.range();
    let mut rows = select.query(params![stream.id, from.millis, until.millis])?;
    while let Some(row) = rows.next()? {
        if scan.is_done_before(row.get(1)?, row.get(2)?) {
            break;
        }
        let raw_bytes = row.get::<_, i64>(3)? as usize;
        for event in read_chunk(connection, row.get(0)?, raw_bytes)? {
            scan.offer((), event);
        }
    }
    Ok(scan.finish())
}

fn page(found: Found<()>, wanted: Range, token: Option<Token>) -> EventPage {
    let events: Vec<Event> = found.events.into_iter().map(|((), event)| event).collect();
    let (forward, backward) = match (events.first(), events.last(), token) {
        (Some(first), Some(last), _) => (last.place(), first.place()),
        // Nothing further this way: the same token again, and the other turns around.
        (_, _, Some(Token::Forward(after))) => (after, after.next()),
        (_, _, Some(Token::Backward(before))) => (before.previous(), before),
        // Nothing at all: what comes later is after the beginning.
        (_, _, None) => (wanted.from.previous(), wanted.from),
    };
    EventPage {
        events,
        next_forward_token: Token::Forward(forward).to_text(),
        next_backward_token: Token::Backward(backward).to_text(),
    }
}

impl Token {
    /// COMPAT: `f/56 DIGITS/s` and `b/56 DIGITS/s`.
    fn to_text(self) -> String {
        match self {
            Token::Forward(place) => format!("f/{}/s", place.to_digits()),
            Token::Backward(place) => format!("b/{}/s", place.to_digits()),
        }
    }

    fn parse(text: &str) -> Result<Token, LogsError> {
        let inner = |mark| text.strip_prefix(mark).and_then(|rest| rest.strip_suffix("/s"));
        match (inner("f/"), inner("b/")) {
            (Some(digits), _) => Ok(Token::Forward(Place::parse(digits)?)),
            (_, Some(digits)) => Ok(Token::Backward(Place::parse(digits)?)),
            (None, None) => Err(LogsError::invalid("The specified nextToken is invalid.")),
        }
    }
}
