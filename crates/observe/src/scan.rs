//! Finding one page of events in chunks that overlap in time.
//!
//! Chunks come in the order of their beginnings (or, backwards, of their ends). The page
//! keeps the first events seen so far, and lets go of the last when it is over full. It
//! is done when the next chunk begins after all that it keeps. So memory is bounded by
//! the page, and as many chunks are unpacked as overlap it.
//!
//! INVARIANT: a page holds the first events of its range in its direction, without gaps.

use std::collections::BTreeMap;

use crate::event::{Event, Place, Range};

/// LIMIT: the events of one page, as in the service's model.
pub const PAGE_EVENTS_MAX: usize = 10_000;

/// LIMIT: the bytes of the messages of one page. COMPAT: 1 MB, as documented.
pub const PAGE_BYTES_MAX: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

/// The page that is being found. `S` says which stream an event is of.
#[derive(Debug)]
pub(crate) struct Scan<S> {
    range: Range,
    direction: Direction,
    events_max: usize,
    kept: BTreeMap<Place, (S, Event)>,
    kept_bytes: usize,
    /// Whether there are events of the range that were let go.
    is_over_full: bool,
}

/// The events found, in order.
#[derive(Debug)]
pub(crate) struct Found<S> {
    pub(crate) events: Vec<(S, Event)>,
    /// Whether there are more in the direction of the scan.
    pub(crate) has_more: bool,
}

impl<S: Copy> Scan<S> {
    pub(crate) fn new(range: Range, direction: Direction, events_max: usize) -> Scan<S> {
        Scan {
            range,
            direction,
            events_max,
            kept: BTreeMap::new(),
            kept_bytes: 0,
            is_over_full: false,
        }
    }

    pub(crate) fn range(&self) -> Range {
        self.range
    }

    pub(crate) fn direction(&self) -> Direction {
        self.direction
    }

    /// Whether a chunk of these times can have no part in the page, and so no later one.
    pub(crate) fn is_done_before(&self, first_millis: i64, last_millis: i64) -> bool {
        self.is_over_full
            && match (self.direction, self.furthest()) {
                (Direction::Forward, Some(furthest)) => first_millis > furthest.millis,
                (Direction::Backward, Some(furthest)) => last_millis < furthest.millis,
                (Direction::Forward | Direction::Backward, None) => false,
            }
    }

    pub(crate) fn offer(&mut self, stream: S, event: Event) {
        let place = event.place();
        if !self.range.contains(place) {
            return;
        }
        if self.is_over_full && self.is_beyond(place) {
            return;
        }
        self.kept_bytes += event.message.len();
        self.kept.insert(place, (stream, event));
        while self.kept.len() > self.events_max
            || (self.kept_bytes > PAGE_BYTES_MAX && self.kept.len() > 1)
        {
            self.let_go();
        }
    }

    /// Takes only what is before `end`: what comes after was not looked for completely.
    pub(crate) fn end_before(&mut self, end: Place) {
        drop(self.kept.split_off(&end));
        self.is_over_full = true;
    }

    pub(crate) fn finish(self) -> Found<S> {
        Found { events: self.kept.into_values().collect(), has_more: self.is_over_full }
    }

    fn let_go(&mut self) {
        let gone = match self.direction {
            Direction::Forward => self.kept.pop_last(),
            Direction::Backward => self.kept.pop_first(),
        };
        self.kept_bytes -= gone.map_or(0, |(_, (_, event))| event.message.len());
        self.is_over_full = true;
    }

    fn furthest(&self) -> Option<Place> {
        let furthest = match self.direction {
            Direction::Forward => self.kept.last_key_value(),
            Direction::Backward => self.kept.first_key_value(),
        };
        furthest.map(|(place, _)| *place)
    }

    fn is_beyond(&self, place: Place) -> bool {
        self.furthest().is_some_and(|furthest| match self.direction {
            Direction::Forward => place > furthest,
            Direction::Backward => place < furthest,
        })
    }
}
