//! What the balancer tells its owner, kept until taken.
//!
//! A later event about the same thing replaces an earlier one that nobody took yet: the owner
//! wants to know what is, not every step to it. So the queue is bounded by how many things there
//! are, and telling never waits, whoever reads.

use std::{
    collections::BTreeMap,
    net::SocketAddrV4,
    sync::{Arc, Mutex, MutexGuard},
};

use routing::TargetHealth;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::limits::EVENTS_MAX;

/// Something the owner should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A target's health is now this.
    TargetHealth { target: TargetKey, health: TargetHealth },
    /// A draining target has no more requests, or its deregistration delay is over.
    Drained { target: TargetKey },
    /// The configuration of this revision is in force, and on disk.
    Applied { revision: u64 },
    /// A listener's address cannot be bound; it is tried again until it can or is not wanted.
    BindFailed { address: SocketAddrV4, error: String },
    /// A listener that had failed to bind is now bound.
    Bound { address: SocketAddrV4 },
}

/// Which target of which target group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TargetKey {
    pub target_group_arn: String,
    pub id: String,
    pub port: u16,
}

/// The owner's end.
#[derive(Debug)]
pub struct Events {
    queue: Arc<EventQueue>,
}

/// The balancer's end.
#[derive(Debug, Default)]
pub(crate) struct EventQueue {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    by_order: BTreeMap<u64, Event>,
    orders: BTreeMap<Subject, u64>,
    next_order: u64,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Health(TargetKey),
    Drained(TargetKey),
    Applied,
    Socket(SocketAddrV4),
}

impl Events {
    pub(crate) fn new(queue: Arc<EventQueue>) -> Self {
        Self { queue }
    }

    /// The next event; waits for one.
    pub async fn recv(&mut self) -> Event {
        loop {
            if let Some(event) = self.queue.take() {
                return event;
            }
            self.queue.arrived.notified().await;
        }
    }
}

impl EventQueue {
    /// Tells `event`; it goes to the end, in the place of what was to be told of its subject.
    pub(crate) fn push(&self, event: Event) {
        let mut waiting = self.lock();
        let subject = Subject::of(&event);
        let order = waiting.next_order;
        waiting.next_order += 1;
        if let Some(replaced) = waiting.orders.insert(subject, order) {
            waiting.by_order.remove(&replaced);
        }
        waiting.by_order.insert(order, event);
        if waiting.by_order.len() > EVENTS_MAX {
            waiting.pop();
        }
        drop(waiting);
        self.arrived.notify_one();
    }

    /// Takes back what was to be told of a target's drain: it is registered again.
    pub(crate) fn retract_drained(&self, target: &TargetKey) {
        let mut waiting = self.lock();
        if let Some(order) = waiting.orders.remove(&Subject::Drained(target.clone())) {
            waiting.by_order.remove(&order);
        }
    }

    fn take(&self) -> Option<Event> {
        self.lock().pop()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("no holder of this lock panics")
    }
}

impl Waiting {
    fn pop(&mut self) -> Option<Event> {
        let (_, event) = self.by_order.pop_first()?;
        self.orders.remove(&Subject::of(&event));
        Some(event)
    }
}

impl Subject {
    fn of(event: &Event) -> Self {
        match event {
            Event::TargetHealth { target, .. } => Self::Health(target.clone()),
            Event::Drained { target } => Self::Drained(target.clone()),
            Event::Applied { .. } => Self::Applied,
            Event::BindFailed { address, .. } | Event::Bound { address } => Self::Socket(*address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_event_replaces_an_untaken_one_of_its_subject() {
        let queue = EventQueue::default();
        let address = SocketAddrV4::new([127, 0, 0, 1].into(), 80);
        queue.push(Event::Applied { revision: 1 });
        queue.push(Event::Bound { address });
        queue.push(Event::Applied { revision: 2 });
        assert_eq!(queue.take(), Some(Event::Bound { address }));
        assert_eq!(queue.take(), Some(Event::Applied { revision: 2 }));
        assert_eq!(queue.take(), None);
    }

    #[test]
    fn the_queue_is_bounded() {
        let queue = EventQueue::default();
        for index in 0..EVENTS_MAX + 10 {
            let address = SocketAddrV4::new((index as u32).into(), 80);
            queue.push(Event::Bound { address });
        }
        assert_eq!(queue.lock().by_order.len(), EVENTS_MAX);
        assert_eq!(queue.lock().orders.len(), EVENTS_MAX);
    }
}
