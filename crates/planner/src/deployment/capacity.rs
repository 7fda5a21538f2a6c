//! Brings the tasks of one revision to a number, whatever the other revisions have.

use model::{Entry, ServiceRevision};

use super::pass::Pass;
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
    pass: &mut Pass<'_>,
    revision: &Entry<ServiceRevision>,
    demand: Demand,
) -> bool {
    let view = pass.view;
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
    alive.sort_by_key(|seen| {
        let age = std::cmp::Reverse(seen.task.created_at);
        (seen.is_healthy(), seen.task.last_status, age, seen.task.key.clone())
    });
    let excess = alive.len().saturating_sub(demand.wanted as usize);
    let (free, held) = protection::choose(&alive, excess);
    for seen in free {
        chosen.push((seen, scaling_reason(view.snapshot, seen.task)));
    }
    let missing = demand.wanted.saturating_sub(alive.len() as u32);
    let is_there = chosen.is_empty() && missing == 0 && alive.iter().all(|seen| seen.is_healthy());
    pass.stop(&chosen);
    protection::hold(pass, &held);
    if demand.is_starting {
        pass.start(revision, missing);
    }
    is_there
}
