//! The last things that happened, numbered, for nodes that were away.

use std::collections::VecDeque;

use crate::name::ContainerName;
use crate::protocol::{Event, EventKind, Reply};

/// LIMIT: older events are forgotten. A node that sees a gap in the numbers asks for the state,
/// which it does at the start of a subscription anyway.
const EVENTS_MAX: usize = 256;
/// Written to a connection at once.
const BATCH: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Events {
    kept: VecDeque<Event>,
    last: u64,
}

impl Events {
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn add(&mut self, time_us: u64, container: ContainerName, kind: EventKind) {
        self.last += 1;
        self.kept.push_back(Event { sequence: self.last, time_us, container, kind });
        if self.kept.len() > EVENTS_MAX {
            self.kept.pop_front();
        }
    }

    /// The events after this one, some of them; moves the mark on.
    pub(super) fn following(&self, after: &mut u64) -> Vec<Reply> {
        let events = self.kept.iter().filter(|event| event.sequence > *after);
        let batch: Vec<Event> = events.take(BATCH).cloned().collect();
        if let Some(event) = batch.last() {
            *after = event.sequence;
        }
        batch.into_iter().map(Reply::Event).collect()
    }
}
