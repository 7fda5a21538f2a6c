//! The one place that measures time.

use std::time::{Duration, Instant};

/// How long `work` took.
pub(crate) fn measured(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}
