//! Takes expired log events away, now and then.
//!
//! They are out of sight the moment they expire; this gives their space back.

use std::time::Duration;

use observe::Logs;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

/// Retention is counted in days, so an hour more is little.
const SWEEP_INTERVAL: Duration = Duration::from_hours(1);

/// Runs until `stop` is cancelled.
pub async fn sweep_logs(logs: Logs, clock: Clock, stop: CancellationToken) {
    while tokio::time::timeout(SWEEP_INTERVAL, stop.cancelled()).await.is_err() {
        match logs.sweep(clock.now()).await {
            Ok(events) => tracing::debug!(events, "expired log events are taken away"),
            Err(error) => tracing::error!(%error, "expired log events are not taken away"),
        }
    }
}
