//! What ECS lets a task definition be called.

use model::{Scope, Snapshot};

use crate::ecs::task_definition;

const KIND: &str = ":task-definition/";

/// A task definition with its revision: of a family alone, the one that would run.
pub(super) fn revision(snapshot: &Snapshot, scope: &Scope, text: &str) -> String {
    if let Some(found) = task_definition::find(snapshot, scope, text) {
        return found.reference().to_string();
    }
    let named = text.split_once(KIND).map_or(text, |(_, named)| named);
    if named.contains(':') { named.to_owned() } else { format!("{named}:*") }
}
