//! A target as the data plane knows it while it runs: health, requests in flight, connections.
//!
//! It outlives configurations for as long as they name the target as registered. A target that is
//! deregistered, or gone from the configuration, is retired for good: if it is registered again
//! it starts anew, as on AWS.

use std::{
    net::{Ipv4Addr, SocketAddrV4},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
};

use routing::{
    CheckOutcome, HealthTracker, LiveTarget, Reason, TargetHealth, TargetHealthState,
    config::HealthCheck,
};
use tokio::sync::Notify;

use crate::{events::TargetKey, in_flight::ShardedCount, pool::Pool, ticks::Ticks};

/// One registered target.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) key: TargetKey,
    pub(crate) address: SocketAddrV4,
    /// Where its requests come from.
    pub(crate) source: Ipv4Addr,
    pub(crate) fingerprint: u64,
    pub(crate) pool: Pool,
    /// A request found it dead: check it now.
    pub(crate) check_wanted: Notify,
    /// Its last request in flight ended, and it is retired.
    pub(crate) emptied: Notify,
    in_flight: ShardedCount,
    is_retired: AtomicBool,
    is_drained: AtomicBool,
    state: AtomicU8,
    healthy_since: AtomicU64,
    tracker: Mutex<HealthTracker>,
    ticks: Arc<Ticks>,
}

/// How a target starts out.
#[derive(Debug)]
pub(crate) struct Start<'s> {
    pub(crate) key: TargetKey,
    pub(crate) address: SocketAddrV4,
    pub(crate) source: Ipv4Addr,
    pub(crate) fingerprint: u64,
    pub(crate) health_check: &'s HealthCheck,
    /// It was healthy when the last process saved its state.
    pub(crate) was_healthy: bool,
}

/// A request's hold on its target.
#[derive(Debug)]
pub(crate) struct InFlight {
    target: Arc<Target>,
    part: usize,
}

const STATES: [TargetHealthState; 6] = [
    TargetHealthState::Initial,
    TargetHealthState::Healthy,
    TargetHealthState::Unhealthy,
    TargetHealthState::Unused,
    TargetHealthState::Draining,
    TargetHealthState::Unavailable,
];

impl Target {
    pub(crate) fn new(start: Start<'_>, ticks: Arc<Ticks>) -> Self {
        let check = start.health_check;
        let health = if !check.enabled {
            TargetHealth::because(Reason::HealthCheckDisabled)
        } else if start.was_healthy {
            TargetHealth::healthy()
        } else {
            TargetHealth::because(Reason::InitialHealthChecking)
        };
        let state = AtomicU8::new(health.state as u8);
        let tracker =
            HealthTracker::new(health, check.healthy_threshold, check.unhealthy_threshold);
        Self {
            key: start.key,
            address: start.address,
            source: start.source,
            fingerprint: start.fingerprint,
            pool: Pool::new(),
            check_wanted: Notify::new(),
            emptied: Notify::new(),
            in_flight: ShardedCount::default(),
            is_retired: AtomicBool::new(false),
            is_drained: AtomicBool::new(false),
            state,
            // A target known from before has nothing to ramp up.
            healthy_since: AtomicU64::new(0),
            tracker: Mutex::new(tracker),
            ticks,
        }
    }

    /// Takes hold of the target for one request, unless it is retired.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<InFlight> {
        let held = InFlight { part: self.in_flight.enter(), target: Arc::clone(self) };
        if self.is_retired() { None } else { Some(held) }
    }

    /// No request goes there any more; its idle connections are closed.
    pub(crate) fn retire(&self) {
        self.is_retired.store(true, Ordering::SeqCst);
        self.pool.close();
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.is_retired.load(Ordering::SeqCst)
    }

    /// Its drain is over; it stays so.
    pub(crate) fn drained(&self) {
        self.is_drained.store(true, Ordering::Release);
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.is_drained.load(Ordering::Acquire)
    }

    pub(crate) fn health(&self) -> TargetHealth {
        if self.is_retired() {
            return TargetHealth::because(Reason::DeregistrationInProgress);
        }
        self.tracker().health().clone()
    }

    /// Counts a health check's outcome; the new health, if that changed it.
    pub(crate) fn observe(&self, outcome: CheckOutcome) -> Option<TargetHealth> {
        let mut tracker = self.tracker();
        let health = tracker.observe(outcome)?.clone();
        if health.state == TargetHealthState::Healthy {
            self.healthy_since.store(self.ticks.now(), Ordering::Relaxed);
        }
        self.state.store(health.state as u8, Ordering::Release);
        Some(health)
    }

    pub(crate) fn rethreshold(&self, check: &HealthCheck) {
        self.tracker().rethreshold(check.healthy_threshold, check.unhealthy_threshold);
    }

    fn tracker(&self) -> MutexGuard<'_, HealthTracker> {
        self.tracker.lock().expect("no holder of this lock panics")
    }
}

impl LiveTarget for Target {
    fn state(&self) -> TargetHealthState {
        if self.is_retired() {
            return TargetHealthState::Draining;
        }
        let state = self.state.load(Ordering::Acquire);
        let known = STATES.into_iter().find(|known| *known as u8 == state);
        known.expect("only states are stored there")
    }

    fn in_flight(&self) -> u32 {
        self.in_flight.sum()
    }

    fn healthy_milliseconds(&self) -> u64 {
        let since = self.healthy_since.load(Ordering::Relaxed);
        self.ticks.now().saturating_sub(since)
    }
}

impl InFlight {
    pub(crate) fn target(&self) -> &Arc<Target> {
        &self.target
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.target.in_flight.leave(self.part);
        if self.target.is_retired() {
            self.target.emptied.notify_one();
        }
    }
}
