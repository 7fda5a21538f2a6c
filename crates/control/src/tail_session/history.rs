//! What a service's tasks had written when a tail was made, in order of time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use model::Timestamp;
use model::session::TailLine;
use observe::{Anchor, Event, GetEvents, Logs, LogsError, PAGE_EVENTS_MAX, Tail};

use crate::service_output::{Origin, Written};

/// LIMIT: the events of one stream that are held while streams are merged.
const MERGED_EVENTS_MAX: u32 = 200;

/// A stream, and the tail that gives what comes to it later.
pub(crate) struct Past<'a> {
    pub(crate) written: Written,
    pub(crate) tail: &'a Tail,
}

/// From when on events are wanted, and the present.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) since: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

/// The last lines of all the streams together.
pub(crate) async fn last(
    logs: &Logs,
    pasts: Vec<Past<'_>>,
    (times, count): (Times, usize),
) -> Result<Vec<TailLine>, LogsError> {
    let mut kept = Vec::new();
    for past in pasts {
        let events = last_of(logs, &past, (times, count)).await?;
        kept.extend(events.into_iter().map(|event| line(&past.written.origin, event)));
        // Stable: lines of one stream and one time stay in order.
        kept.sort_by_key(|line| line.at);
        kept.drain(..kept.len().saturating_sub(count));
    }
    Ok(kept)
}

async fn last_of(
    logs: &Logs,
    past: &Past<'_>,
    (times, count): (Times, usize),
) -> Result<VecDeque<Event>, LogsError> {
    let mut events = VecDeque::new();
    let mut token = None;
    while events.len() < count {
        let query = GetEvents {
            start: times.since,
            limit: Some(count.min(PAGE_EVENTS_MAX) as u32),
            anchor: Anchor::Tail,
            next_token: token.clone(),
            ..GetEvents::default()
        };
        let page = match logs.get_events(past.written.stream.clone(), query, times.now).await {
            Err(LogsError::GroupNotFound | LogsError::StreamNotFound) => break,
            page => page?,
        };
        if page.events.is_empty() {
            break;
        }
        for event in page.events.into_iter().rev().filter(|event| past.tail.is_after(event)) {
            events.push_front(event);
        }
        token = Some(page.next_backward_token);
    }
    events.drain(..events.len().saturating_sub(count));
    Ok(events)
}

/// All lines of all the streams, merged.
pub(crate) struct Merge<'a> {
    logs: &'a Logs,
    times: Times,
    cursors: Vec<Cursor<'a>>,
    /// The time of the next event of each cursor that has one, and which it is.
    heads: BinaryHeap<Reverse<(Timestamp, usize)>>,
}

struct Cursor<'a> {
    past: Past<'a>,
    events: VecDeque<Event>,
    next_token: Option<String>,
}

impl<'a> Merge<'a> {
    pub(crate) async fn begin(
        logs: &'a Logs,
        pasts: Vec<Past<'a>>,
        times: Times,
    ) -> Result<Merge<'a>, LogsError> {
        let begin = |past| Cursor { past, events: VecDeque::new(), next_token: None };
        let cursors: Vec<Cursor<'a>> = pasts.into_iter().map(begin).collect();
        let count = cursors.len();
        let mut merge = Merge { logs, times, cursors, heads: BinaryHeap::new() };
        for index in 0..count {
            merge.look(index).await?;
        }
        Ok(merge)
    }

    pub(crate) async fn next(&mut self) -> Result<Option<TailLine>, LogsError> {
        let Some(Reverse((_, index))) = self.heads.pop() else { return Ok(None) };
        let cursor = &mut self.cursors[index];
        let event = cursor.events.pop_front().expect("it has a head");
        let line = line(&cursor.past.written.origin, event);
        self.look(index).await?;
        Ok(Some(line))
    }

    /// Finds the next event of a cursor, if there is one.
    async fn look(&mut self, index: usize) -> Result<(), LogsError> {
        let cursor = &mut self.cursors[index];
        while cursor.events.is_empty() {
            let query = GetEvents {
                start: self.times.since,
                limit: Some(MERGED_EVENTS_MAX),
                anchor: Anchor::Head,
                next_token: cursor.next_token.clone(),
                ..GetEvents::default()
            };
            let stream = cursor.past.written.stream.clone();
            let page = match self.logs.get_events(stream, query, self.times.now).await {
                Err(LogsError::GroupNotFound | LogsError::StreamNotFound) => return Ok(()),
                page => page?,
            };
            if page.events.is_empty() {
                return Ok(());
            }
            let tail = cursor.past.tail;
            cursor.events.extend(page.events.into_iter().filter(|event| tail.is_after(event)));
            cursor.next_token = Some(page.next_forward_token);
        }
        if let Some(head) = cursor.events.front() {
            self.heads.push(Reverse((head.at, index)));
        }
        Ok(())
    }
}

pub(crate) fn line(origin: &Origin, event: Event) -> TailLine {
    TailLine {
        task: origin.task.clone(),
        container: origin.container.clone(),
        at: event.at,
        message: event.message,
    }
}
