//! Waits for a retired target's last request, no longer than its deregistration delay.

use std::{sync::Arc, time::Duration};

use routing::LiveTarget as _;
use tokio_util::sync::CancellationToken;

use crate::{
    events::{Event, EventQueue},
    target::Target,
};

/// A target on its way out.
#[derive(Debug)]
pub(crate) struct Drain {
    pub(crate) target: Arc<Target>,
    pub(crate) delay: Duration,
    pub(crate) events: Arc<EventQueue>,
    /// The target is not wanted drained any more: it is gone, or registered again.
    pub(crate) cancel: CancellationToken,
}

impl Drain {
    /// LIMIT: after a restart the delay counts from the restart.
    pub(crate) async fn run(self) {
        let waited = tokio::time::timeout(self.delay, emptied(&self.target));
        if self.cancel.run_until_cancelled(waited).await.is_some() {
            self.target.drained();
            self.events.push(Event::Drained { target: self.target.key.clone() });
        }
    }
}

async fn emptied(target: &Target) {
    while target.in_flight() > 0 {
        // A request that ends between the count and the wait leaves its notice behind.
        target.emptied.notified().await;
    }
}
