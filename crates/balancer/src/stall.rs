//! Notices that nothing came for too long.
//!
//! A request on HTTP/1.1 is polled now and then by the watch over its connection, so it needs no
//! timer of its own before it is really slow; most requests never make one.

use std::{sync::Arc, task::Context, time::Duration};

use tokio::time::Interval;

use crate::{
    client::{Client, Protocol},
    ticks::Ticks,
};

/// How long ago something last moved.
#[derive(Debug)]
pub(crate) struct Stall {
    ticks: Arc<Ticks>,
    last: u64,
    interval: Option<Box<Interval>>,
    protocol: Protocol,
}

/// Before this, the watch over the connection is enough.
const SLOW: Duration = Duration::from_secs(1);
const LOOKS: u32 = 8;

impl Stall {
    pub(crate) fn new(client: &Client) -> Self {
        let ticks = Arc::clone(&client.shared.ticks);
        Self { last: ticks.now(), ticks, interval: None, protocol: client.protocol }
    }

    pub(crate) fn moved(&mut self) {
        self.last = self.ticks.now();
    }

    /// Something moved at that tick.
    pub(crate) fn moved_at(&mut self, tick: u64) {
        self.last = self.last.max(tick);
    }

    /// Whether nothing moved for `idle`. If not, `context` is woken in time to ask again.
    pub(crate) fn is_over(&mut self, idle: Duration, context: &mut Context<'_>) -> bool {
        let waited = self.ticks.since(self.last);
        if waited >= idle {
            return true;
        }
        if self.protocol == Protocol::Http1 && waited < SLOW {
            return false;
        }
        let interval =
            self.interval.get_or_insert_with(|| Box::new(tokio::time::interval(idle / LOOKS)));
        // Until it is pending, nobody is to be woken.
        while interval.poll_tick(context).is_ready() {}
        false
    }
}
