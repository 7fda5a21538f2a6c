//! The idle connections of one target, apart for each worker.
//!
//! The most recently used one is taken first, so that a pool that was large for a while shrinks
//! as its oldest expire. Nothing drives an idle connection; whether its target closed it is seen
//! when it is used, or swept.
//!
//! INVARIANT: a connection is used by the worker that opened it, whose runtime wakes for it.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use crate::{limits::TARGET_IDLE_CONNECTIONS_MAX, ticks::Ticks, wire::Wire, workers};

/// Idle connections of one target.
#[derive(Debug)]
pub(crate) struct Pool {
    shelves: Vec<Mutex<Shelf>>,
}

/// One worker's, least recently used first.
#[derive(Debug, Default)]
struct Shelf {
    wires: Vec<(Wire, u64)>,
    is_closed: bool,
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self { shelves: (0..workers::count()).map(|_| Mutex::default()).collect() }
    }

    /// An idle connection. If its target closed it, sending a request on it tells, at no cost.
    pub(crate) fn take(&self) -> Option<Wire> {
        let (wire, _) = lock(self.own()).wires.pop()?;
        Some(wire)
    }

    /// Keeps a connection for the next request; one too many, or one of a retired target, closes.
    pub(crate) fn put(&self, wire: Wire, now: u64) {
        let mut shelf = lock(self.own());
        if !shelf.is_closed && shelf.wires.len() < TARGET_IDLE_CONNECTIONS_MAX {
            shelf.wires.push((wire, now));
        }
    }

    pub(crate) fn close(&self) {
        for shelf in &self.shelves {
            let mut shelf = lock(shelf);
            shelf.is_closed = true;
            let wires = std::mem::take(&mut shelf.wires);
            // Closing sockets needs no lock.
            drop(shelf);
            drop(wires);
        }
    }

    /// Closes what has been idle for too long or was closed by the target.
    pub(crate) fn sweep(&self, ticks: &Ticks, idle_max: Duration) {
        for shelf in &self.shelves {
            sweep(shelf, ticks, idle_max);
        }
    }

    fn own(&self) -> &Mutex<Shelf> {
        &self.shelves[workers::index()]
    }
}

fn sweep(shelf: &Mutex<Shelf>, ticks: &Ticks, idle_max: Duration) {
    let wires = std::mem::take(&mut lock(shelf).wires);
    if wires.is_empty() {
        return;
    }
    let is_kept =
        |(wire, since): &mut (Wire, u64)| ticks.since(*since) < idle_max && wire.is_still_ready();
    let mut kept = wires;
    kept.retain_mut(is_kept);
    let mut shelf = lock(shelf);
    if shelf.is_closed {
        return;
    }
    // What was put there meanwhile is younger.
    let younger = std::mem::replace(&mut shelf.wires, kept);
    shelf.wires.extend(younger);
    shelf.wires.truncate(TARGET_IDLE_CONNECTIONS_MAX);
}

fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().expect("no holder of this lock panics")
}
