//! Notices that nothing came for too long.
//!
//! A request on HTTP/1.1 is polled now and then by the watch over its connection, so it needs no
//! timer of its own before it is really slow; most requests never make one.
//!
//! It holds the client, which one thread counts, and not the clock: all threads read that, and
//! would wait for each other if they also counted who holds it.

use std::{sync::Arc, task::Context, time::Duration};

use tokio::time::Interval;

use crate::client::{Client, Protocol};

/// How long ago something last moved.
#[derive(Debug)]
pub(crate) struct Stall {
    client: Arc<Client>,
    last: u64,
    interval: Option<Box<Interval>>,
}

/// Before this, the watch over the connection is enough.
const SLOW: Duration = Duration::from_secs(1);
const LOOKS: u32 = 8;

impl Stall {
    pub(crate) fn new(client: &Arc<Client>) -> Self {
        Self { client: Arc::clone(client), last: client.shared.ticks.now(), interval: None }
    }

    pub(crate) fn moved(&mut self) {
        self.last = self.client.shared.ticks.now();
    }

    /// Whose request it is that may stall.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Something moved at that tick.
    pub(crate) fn moved_at(&mut self, tick: u64) {
        self.last = self.last.max(tick);
    }

    /// Whether nothing moved for `idle`. If not, `context` is woken in time to ask again.
    pub(crate) fn is_over(&mut self, idle: Duration, context: &mut Context<'_>) -> bool {
        let waited = self.client.shared.ticks.since(self.last);
        if waited >= idle {
            return true;
        }
        if self.client.protocol == Protocol::Http1 && waited < SLOW {
            return false;
        }
        let interval =
            self.interval.get_or_insert_with(|| Box::new(tokio::time::interval(idle / LOOKS)));
        // Until it is pending, nobody is to be woken.
        while interval.poll_tick(context).is_ready() {}
        false
    }
}
