//! Security groups that something is put into.
//!
//! INVARIANT: what puts itself into a group writes the group again in the same plan. Two plans
//! that are made at the same moment, one to use a group and one to delete it, then cannot both be
//! committed.

use model::Record as _;

use crate::Turn;

/// Puts the groups into the turn's plan as they are. A VPC's default group cannot be deleted, and
/// so needs none of it: what everybody uses is no point of contention.
pub(crate) fn hold<'a>(turn: &mut Turn<'_>, ids: impl IntoIterator<Item = &'a String>) {
    for id in ids {
        let group = turn.snapshot.security_groups.get(turn.scope(), id);
        let Some(group) = group.filter(|group| !group.is_default()) else { continue };
        let key = group.record.key();
        if turn.plan.changes.iter().all(|change| change.key() != key) {
            turn.plan.update(group, (*group.record).clone());
        }
    }
}
