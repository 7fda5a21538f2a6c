//! Traffic of a service whose tasks are replaced in place, where a deployment that moved traffic
//! was not ended by itself: its rules may still send requests to another target group, or to none.
//!
//! INVARIANT: a rule that sends its traffic to the tasks' own target group is left as it is.

use super::Seen;
use super::pass::Pass;
use crate::bounds::bounds;
use crate::traffic::{self, Shares};

/// Where requests go, as seen from the target groups of the primary revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Traffic {
    Home,
    /// Home from this plan on.
    Coming,
    Elsewhere,
}

/// Sends all traffic to the target groups of the primary revision, once there is who takes it.
pub(super) fn bring(pass: &mut Pass<'_>) -> Traffic {
    let (view, revision) = (pass.fleet.view, pass.revision);
    if !traffic::is_elsewhere(view.snapshot, revision) {
        return Traffic::Home;
    }
    // What no rule names is not checked, and so is not known to be healthy.
    if traffic::admit(view.snapshot, revision, &mut pass.fleet.plan) {
        return Traffic::Elsewhere;
    }
    let is_ready = |seen: &Seen<'_>| seen.is_healthy() && view.has_healthy_target(seen);
    let (at_home, elsewhere): (Vec<_>, Vec<_>) =
        view.tasks.iter().partition(|seen| view.is_at_home(seen));
    let do_others_serve = elsewhere.iter().any(|seen| view.is_serving(seen));
    let ready = at_home.iter().filter(|seen| is_ready(seen)).count() as u32;
    let desired = view.service.desired_count;
    let lowest = bounds(desired, &view.service.deployment_configuration).healthy_min;
    if do_others_serve && ready < lowest.max(1).min(desired) {
        return Traffic::Elsewhere;
    }
    let shares = Shares { production: 1_000, test: 1_000 };
    traffic::shift(view.snapshot, (None, revision), shares, &mut pass.fleet.plan);
    Traffic::Coming
}
