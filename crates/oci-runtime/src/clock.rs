//! The two clocks of this crate: wall time for what is recorded, monotonic time for deadlines.
//!
//! This is the one place in the crate that reads a clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Microseconds since the epoch; 0 on a host whose clock stands before it.
pub(crate) fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// A moment that deadlines are counted from.
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}
