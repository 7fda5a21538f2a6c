//! The idle connections of one target.
//!
//! The most recently used one is taken first, so that a pool that was large for a while shrinks
//! as its oldest expire. Nothing drives an idle connection; whether its target closed it is seen
//! when it is taken, or swept.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use crate::{limits::TARGET_IDLE_CONNECTIONS_MAX, ticks::Ticks, wire::Wire};

/// Idle connections, least recently used first.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    idle: Mutex<Idle>,
}

#[derive(Debug, Default)]
struct Idle {
    wires: Vec<(Wire, u64)>,
    is_closed: bool,
}

impl Pool {
    /// An idle connection. If its target closed it, sending a request on it tells, at no cost.
    pub(crate) fn take(&self) -> Option<Wire> {
        let (wire, _) = self.lock().wires.pop()?;
        Some(wire)
    }

    /// Keeps a connection for the next request; one too many, or one of a retired target, closes.
    pub(crate) fn put(&self, wire: Wire, now: u64) {
        let mut idle = self.lock();
        if !idle.is_closed && idle.wires.len() < TARGET_IDLE_CONNECTIONS_MAX {
            idle.wires.push((wire, now));
        }
    }

    pub(crate) fn close(&self) {
        let mut idle = self.lock();
        idle.is_closed = true;
        let wires = std::mem::take(&mut idle.wires);
        // Closing sockets needs no lock.
        drop(idle);
        drop(wires);
    }

    /// Closes what has been idle for too long or was closed by the target.
    pub(crate) fn sweep(&self, ticks: &Ticks, idle_max: Duration) {
        let wires = std::mem::take(&mut self.lock().wires);
        if wires.is_empty() {
            return;
        }
        let kept = wires
            .into_iter()
            .filter_map(|(mut wire, since)| {
                (ticks.since(since) < idle_max && wire.is_still_ready()).then_some((wire, since))
            })
            .collect::<Vec<_>>();
        let mut idle = self.lock();
        if idle.is_closed {
            return;
        }
        // What was put there meanwhile is younger.
        let younger = std::mem::replace(&mut idle.wires, kept);
        idle.wires.extend(younger);
        idle.wires.truncate(TARGET_IDLE_CONNECTIONS_MAX);
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().expect("no holder of this lock panics")
    }
}
