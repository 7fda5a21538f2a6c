//! Whether a task set is what it is to be.

use model::{Service, Snapshot, Stability, TaskSet, TaskState, Timestamp};

use crate::health::{self, Verdict};

/// The stability of a task set at `now`.
//
// COMPAT: "The task `runningCount` is equal to the `computedDesiredCount`. The `pendingCount`
// is 0. … All tasks are reporting a healthy status" (`TaskSet`, ECS API Reference).
pub fn stability(
    snapshot: &Snapshot,
    service: &Service,
    set: &TaskSet,
    now: Timestamp,
) -> Stability {
    let Some(revision) = snapshot.service_revision(&set.service, &set.id) else {
        return Stability::Stabilizing;
    };
    let mut running = 0;
    for task in snapshot.tasks_of_service(&set.service) {
        let is_own = task.service.as_ref().is_some_and(|of| of.revision == set.id);
        if !is_own || task.last_status > TaskState::Running {
            continue;
        }
        if health::verdict(snapshot, service, revision, (task, now)) != Verdict::Healthy {
            return Stability::Stabilizing;
        }
        running += 1;
    }
    if running == set.desired_count(service.desired_count) {
        Stability::SteadyState
    } else {
        Stability::Stabilizing
    }
}
