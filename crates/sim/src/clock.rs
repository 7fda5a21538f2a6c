//! The clock, which the bench alone reads.

use std::time::{Duration, Instant};

/// How long the work takes, with what it gives.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let given = work();
    (begun.elapsed(), given)
}
