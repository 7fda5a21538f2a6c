//! The one place that reads the wall clock, and waits by it.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;

pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// Waits for a time that something is due at, not for something that tells when it is done.
pub(crate) async fn wait_until(at: Timestamp) {
    // The deadline is what is waited for.
    let _: Result<(), _> = tokio::time::timeout(at.since(now()), std::future::pending()).await;
}
