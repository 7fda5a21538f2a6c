//! The one place that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;

#[expect(clippy::disallowed_methods, reason = "time enters here, and is an argument elsewhere")]
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
