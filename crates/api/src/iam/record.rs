//! What the records of every kind have in common.

use model::{AnyRecord, Entry, Record};

use crate::Turn;

/// How much of a record an answer shows.
///
/// COMPAT: "IAM resource-listing operations return a subset of the available attributes for the
/// resource": neither tags nor boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Whole,
    Listed,
}

/// Writes a record again as it is, so that a plan that changes or deletes it meanwhile is a
/// conflict.
pub(super) fn hold<R: Record + Into<AnyRecord>>(turn: &mut Turn<'_>, entry: &Entry<R>) {
    turn.plan.update(entry, (*entry.record).clone());
}

/// COMPAT: "This parameter is optional. If it is not included, it defaults to a slash (/)."
pub(super) fn path(given: Option<&String>) -> String {
    given.cloned().unwrap_or_else(|| "/".to_owned())
}
