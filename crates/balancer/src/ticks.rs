//! A coarse monotonic clock: one timer for the process instead of a clock call per byte moved.
//!
//! Idle timeouts and slow start need no better than a quarter of a second.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Milliseconds since an arbitrary start.
#[derive(Debug)]
pub(crate) struct Ticks {
    now: AtomicU64,
}

const RESOLUTION: Duration = Duration::from_millis(250);
/// Where counting starts: far enough from zero that zero is "long ago".
const START: u64 = 1 << 40;

impl Ticks {
    pub(crate) fn new() -> Self {
        Self { now: AtomicU64::new(START) }
    }

    pub(crate) fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    /// How long ago `then` was.
    pub(crate) fn since(&self, then: u64) -> Duration {
        Duration::from_millis(self.now().saturating_sub(then))
    }

    pub(crate) async fn run(&self) {
        let mut interval = tokio::time::interval(RESOLUTION);
        let started = interval.tick().await;
        loop {
            let elapsed = interval.tick().await.duration_since(started).as_millis();
            self.now.store(START + elapsed as u64, Ordering::Relaxed);
        }
    }
}
