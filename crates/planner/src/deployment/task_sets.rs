//! Services under an external controller: each task set is kept at its share of the service's
//! desired count, and traffic is the controller's affair.
//!
//! INVARIANT: no task set's number depends on another's.

use model::{Entry, Plan, Stability, TaskSet, TaskSetStatus};

use super::capacity::{self, Demand};
use super::fleet::Fleet;
use crate::task_set;

pub(super) fn plan(mut fleet: Fleet<'_>) -> Plan {
    let view = fleet.view;
    let mut sets: Vec<_> = view.snapshot.task_sets_of(&view.service.key).collect();
    sets.sort_by_key(|set| (set.created_at, set.id.clone()));
    let mut is_steady = !sets.is_empty();
    for set in sets {
        fleet.announcer.begin_task_set(set.name());
        is_steady &= keep(&mut fleet, set);
        fleet.announcer.end_task_set();
    }
    fleet.look_after_targets();
    fleet.announce_unplaced();
    if is_steady {
        fleet.steady();
    } else {
        fleet.announcer.unsteady();
    }
    fleet.finish()
}

/// Brings a task set to its number, and forgets one that was deleted when it has no task left.
/// Whether it is steady and stays.
fn keep(fleet: &mut Fleet<'_>, set: &Entry<TaskSet>) -> bool {
    let view = fleet.view;
    fleet.plan.read(set);
    let Some(revision) = view.revision_of(&set.id) else { return false };
    let wanted = set.desired_count(view.service.desired_count);
    capacity::scale(fleet, revision, Demand { wanted, is_starting: true });
    let backoff = fleet.backoff(revision);
    fleet.announce_trouble(&backoff);
    let is_draining = match set.status {
        TaskSetStatus::Active => false,
        TaskSetStatus::Draining => true,
    };
    if is_draining && view.tasks_of(&set.id).next().is_none() {
        fleet.plan.delete(set);
        return false;
    }
    let stability = task_set::stability(view.snapshot, view.service, set, view.now);
    if stability != set.stability {
        let next = TaskSet { stability, stability_at: view.now, ..(*set.record).clone() };
        fleet.plan.update(set, next);
    }
    stability == Stability::SteadyState && !is_draining
}
