//! Scale-in protection: tasks that neither scaling in nor a deployment stops while it lasts.
//
// COMPAT: "Protect your Amazon ECS tasks from being terminated by scale-in events" (ECS
// Developer Guide): what is unhealthy is replaced all the same, and whoever stops a task or
// deletes a service is obeyed.

use std::collections::BTreeSet;

use super::Seen;
use super::fleet::Fleet;

/// Of tasks in the order in which they are to go, the first so many that may; and those that
/// protection keeps in their place.
pub(super) fn choose<'a>(
    tasks: &[&'a Seen<'a>],
    count: usize,
) -> (Vec<&'a Seen<'a>>, Vec<&'a Seen<'a>>) {
    let (mut held, mut free): (Vec<_>, Vec<_>) = tasks.iter().partition(|seen| seen.is_protected);
    held.truncate(count.saturating_sub(free.len()));
    free.truncate(count);
    (free, held)
}

/// Says of each revision that keeps more tasks than it is to, and looks again when the first
/// of its protected tasks is so no more.
pub(super) fn hold(fleet: &mut Fleet<'_>, held: &[&Seen<'_>]) {
    let view = fleet.view;
    let revisions: BTreeSet<&str> = held.iter().map(|seen| seen.revision).collect();
    for id in revisions {
        let protected: Vec<_> = view.tasks_of(id).filter(|seen| seen.is_protected).collect();
        if let Some(end) = protected.iter().filter_map(|seen| seen.task.protected_until).min() {
            fleet.plan.wake_at(end);
        }
        if let Some(revision) = view.revision_of(id) {
            fleet.announcer.cannot_scale_in(&revision.deployment_id(), protected.len());
        }
    }
    fleet.is_holding |= !held.is_empty();
}
