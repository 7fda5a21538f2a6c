//! How many requests a target has, counted so that draining can trust a zero.
//!
//! The count is split over cache lines, one thread mostly touching its own. A request counts
//! itself first and looks whether the target is retired second; a drain marks the target retired
//! first and reads the count second. Whichever comes later sees the other (all accesses are
//! sequentially consistent), so no request slips between.
//!
//! INVARIANT: a request decrements the part it incremented, so no part is ever below zero, and a
//! sum of zero means that each part was zero after the target was retired.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// A counter of requests.
#[derive(Debug, Default)]
pub(crate) struct ShardedCount {
    parts: [Part; PARTS],
}

const PARTS: usize = 4;

#[derive(Debug, Default)]
#[repr(align(64))]
struct Part(AtomicU32);

thread_local! {
    static PART: usize = NEXT_PART.fetch_add(1, Ordering::Relaxed) % PARTS;
}
static NEXT_PART: AtomicUsize = AtomicUsize::new(0);

impl ShardedCount {
    /// Counts one more; the part to give back to `leave`.
    pub(crate) fn enter(&self) -> usize {
        let part = PART.with(|part| *part);
        self.parts[part].0.fetch_add(1, Ordering::SeqCst);
        part
    }

    pub(crate) fn leave(&self, part: usize) {
        self.parts[part].0.fetch_sub(1, Ordering::SeqCst);
    }

    pub(crate) fn sum(&self) -> u32 {
        self.parts.iter().map(|part| part.0.load(Ordering::SeqCst)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entering_and_leaving_on_different_threads_balances() {
        let count = ShardedCount::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let parts: Vec<usize> = (0..100).map(|_| count.enter()).collect();
                    scope.spawn(|| parts.into_iter().for_each(|part| count.leave(part)));
                });
            }
        });
        assert_eq!(count.sum(), 0);
        let part = count.enter();
        assert_eq!(count.sum(), 1);
        count.leave(part);
    }
}
