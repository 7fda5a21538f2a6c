//! What every part of the data plane shares.

use std::sync::{Arc, atomic::AtomicU64};

use arc_swap::ArcSwap;
use tokio::sync::{Notify, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    cookie::CookieKey,
    events::EventQueue,
    handle::Clock,
    limits::{CLIENT_CONNECTIONS_MAX, TARGET_CONNECTIONS_MAX},
    listener::Sockets,
    live::Live,
    ticks::Ticks,
};

/// One balancer's state that requests read.
pub(crate) struct Shared {
    /// The table in force, swapped whole.
    pub(crate) live: ArcSwap<Live>,
    pub(crate) ticks: Arc<Ticks>,
    pub(crate) clock: Clock,
    pub(crate) sockets: Arc<dyn Sockets>,
    pub(crate) events: Arc<EventQueue>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    pub(crate) client_permits: Arc<Semaphore>,
    pub(crate) target_permits: Arc<Semaphore>,
    pub(crate) cookie_key: CookieKey,
    /// Some target's health changed since it was last saved.
    pub(crate) health_changed: Notify,
    pub(crate) rejected_connections: AtomicU64,
}

impl Shared {
    pub(crate) fn new(clock: Clock, sockets: Arc<dyn Sockets>, cookie_key: CookieKey) -> Self {
        Self {
            live: ArcSwap::from_pointee(Live::default()),
            ticks: Arc::new(Ticks::new()),
            clock,
            sockets,
            events: Arc::new(EventQueue::default()),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            client_permits: Arc::new(Semaphore::new(CLIENT_CONNECTIONS_MAX)),
            target_permits: Arc::new(Semaphore::new(TARGET_CONNECTIONS_MAX)),
            cookie_key,
            health_changed: Notify::new(),
            rejected_connections: AtomicU64::new(0),
        }
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn unix_seconds(&self) -> u64 {
        (self.clock)().as_secs()
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").field("live", &self.live).finish_non_exhaustive()
    }
}
