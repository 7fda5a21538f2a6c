//! Collects images that no task needs: after tasks went, one collection at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::ports::Host;
use crate::reports::Reports;

/// Between two collections: of a hundred tasks that go together, one is the occasion.
const PAUSE: Duration = Duration::from_secs(10);

/// Asks for a collection. Cheap to clone; asking never waits.
#[derive(Clone, Debug, Default)]
pub struct ImageCollection {
    wanted: Arc<Notify>,
}

impl ImageCollection {
    /// Images may have become unneeded. Asked twice before a collection begins, there is one.
    pub fn request(&self) {
        self.wanted.notify_one();
    }

    pub(crate) async fn run<H: Host>(self, host: Arc<H>, reports: Arc<Reports>) {
        loop {
            self.wanted.notified().await;
            let again = host.collect_images(&reports.images()).await;
            let pause = host.now() + PAUSE;
            host.wait_until(again.map_or(pause, |at| at.max(pause))).await;
            if again.is_some() {
                self.request();
            }
        }
    }
}
