//! Brings the tasks of one revision to a number, whatever the other revisions have.

use model::{Entry, ServiceRevision};

use super::fleet::Fleet;
use super::{Seen, protection, scaling_reason};
use crate::health::Verdict;

/// What one revision is to have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    pub(super) wanted: u32,
    /// Whether what is missing is started; else what lives is only kept.
    pub(super) is_starting: bool,
}

/// Replaces what is unhealthy or gone, and stops what is too many. Whether the revision has
/// what is wanted, all of it healthy, and no more than that but what is protected.
pub(super) fn scale(
    fleet: &mut Fleet<'_>,
    revision: &Entry<ServiceRevision>,
    demand: Demand,
) -> bool {
    let view = fleet.view;
    let mut alive: Vec<&Seen<'_>> =
        view.tasks_of(&revision.id).filter(|seen| !seen.is_leaving()).collect();
    let mut chosen = Vec::new();
    alive.retain(|seen| match &seen.verdict {
        Verdict::Unhealthy { reason } => {
            chosen.push((*seen, reason.clone()));
            false
        }
        Verdict::Healthy | Verdict::Starting { .. } | Verdict::Leaving => true,
    });
    // First the least useful: not yet healthy, then the youngest.
    alive.sort_by_cached_key(|seen| {
        let age = std::cmp::Reverse(seen.task.created_at);
        (seen.is_healthy(), seen.task.last_status, age, seen.task.key.clone())
    });
    let excess = alive.len().saturating_sub(demand.wanted as usize);
    let (free, held) = protection::choose(&alive, excess);
    // One that comes up and is protected cannot go first: until it is healthy it is no reason to
    // stop one that is.
    let mut healthy = alive.iter().filter(|seen| seen.is_healthy()).count();
    for seen in free {
        if seen.is_healthy() && healthy <= demand.wanted as usize {
            continue;
        }
        healthy -= usize::from(seen.is_healthy());
        chosen.push((seen, scaling_reason(view.snapshot, seen.task)));
    }
    let missing = demand.wanted.saturating_sub(alive.len() as u32);
    let is_there = chosen.is_empty() && missing == 0 && alive.iter().all(|seen| seen.is_healthy());
    fleet.stop(&chosen);
    protection::hold(fleet, &held);
    if demand.is_starting {
        fleet.start(revision, missing);
    }
    is_there
}
