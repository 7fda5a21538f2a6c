//! What a deployment would do: the production planners, run ahead in simulated time.
//!
//! The world around them is as simple as it can be: every task takes as long to start, to
//! become healthy and to stop as tasks of the service lately did, and nothing goes wrong but
//! what is asked for.
//!
//! INVARIANT: the planners that decide here are the ones that decide in production.

mod history;
mod world;

use std::time::Duration;

use model::session::{PreviewMoment, PreviewTimeline};
use model::{Rng, ServiceKey, Snapshot, Timestamp};

pub use history::assumptions;
use world::World;

/// LIMIT: how far ahead is looked, and how many moments are told.
const TIME_AHEAD_MAX: Duration = Duration::from_hours(31 * 24);
const MOMENTS_MAX: usize = 2_000;

/// What the simulated world does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// From a task's creation until it runs.
    pub start: Duration,
    /// From then until it is healthy, where anybody checks.
    pub health: Duration,
    /// From SIGTERM until it has stopped.
    pub stop: Duration,
    /// So many of the first tasks of the new revision end as they start.
    pub failing_tasks: u32,
}

/// Runs on from a state, in which an update was already made, until the service's deployment
/// has ended and nothing more changes.
pub fn preview(
    snapshot: &Snapshot,
    key: &ServiceKey,
    (now, rng): (Timestamp, Rng),
    assumptions: Assumptions,
) -> PreviewTimeline {
    let mut world = World::new(snapshot.clone(), key.clone(), (now, rng), assumptions);
    let mut moments: Vec<PreviewMoment> = Vec::new();
    let mut before = world.account();
    let mut peak = before.clone();
    loop {
        world.settle();
        let after = world.account();
        peak.tasks = peak.tasks.max(after.tasks);
        peak.cpu_units = peak.cpu_units.max(after.cpu_units);
        peak.memory_mib = peak.memory_mib.max(after.memory_mib);
        if let Some(moment) = after.since(&before, world.now.since(now)) {
            moments.push(moment);
        }
        before = after;
        let is_over = world.is_over() || moments.len() >= MOMENTS_MAX;
        if is_over || world.now.since(now) > TIME_AHEAD_MAX || !world.advance() {
            break;
        }
    }
    PreviewTimeline {
        start_millis: assumptions.start.as_millis() as u64,
        health_millis: assumptions.health.as_millis() as u64,
        stop_millis: assumptions.stop.as_millis() as u64,
        failing_tasks: assumptions.failing_tasks,
        is_over: world.is_over(),
        status: before.status.clone(),
        reason: before.reason.clone(),
        took_millis: moments.last().map_or(0, |last| last.at_millis),
        started: moments.iter().flat_map(|moment| &moment.started).map(|(_, count)| count).sum(),
        stopped: moments.iter().flat_map(|moment| &moment.stopped).map(|(_, count)| count).sum(),
        peak_tasks: peak.tasks,
        peak_cpu_units: peak.cpu_units,
        peak_memory_mib: peak.memory_mib,
        moments,
    }
}
