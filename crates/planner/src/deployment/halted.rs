//! A service whose deployment failed and was not taken back: it keeps serving as it is.
//!
//! INVARIANT: no task of the failed revision is started, but where production traffic
//! depends on it.

use super::capacity::{self, Demand};
use super::home;
use super::pass::Pass;

pub(super) fn plan(pass: &mut Pass<'_>) {
    let view = pass.fleet.view;
    let desired = view.service.desired_count;
    let progress = pass.known.progress.as_ref();
    let target = &pass.known.target_revision;
    let production = progress.map(|progress| progress.production_permille);
    if production.is_some_and(|permille| permille > 0) {
        if let Some(target) = view.revision_of(target) {
            capacity::scale(&mut pass.fleet, target, Demand { wanted: desired, is_starting: true });
        }
    } else {
        keep(pass, target, desired);
    }
    if progress.is_none() {
        home::bring(pass);
    }
    // What the failed revision does not serve, the one before it does.
    let serving = if progress.is_some() { 0 } else { view.healthy_count(target) };
    let source = view.completed_revision().filter(|source| source.id != *target);
    let is_needed = production.is_none_or(|permille| permille < 1_000);
    if let Some(source) = source.filter(|_| is_needed) {
        let wanted = desired.saturating_sub(serving);
        capacity::scale(&mut pass.fleet, source, Demand { wanted, is_starting: true });
    }
    pass.fleet.look_after_targets();
    pass.fleet.announce_unplaced();
}

/// Keeps the tasks of a revision that live, up to a number.
fn keep(pass: &mut Pass<'_>, revision: &str, at_most: u32) {
    if let Some(revision) = pass.fleet.view.revision_of(revision) {
        capacity::scale(&mut pass.fleet, revision, Demand { wanted: at_most, is_starting: false });
    }
}
