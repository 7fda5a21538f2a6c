//! Which session of a node is the latest: the end of an earlier one says nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts the sessions of each node. LIMIT: one number for each node that ever joined.
#[derive(Clone, Debug, Default)]
pub struct Presence(Arc<Mutex<BTreeMap<String, u64>>>);

impl Presence {
    /// A session begins; its number.
    pub(crate) fn begin(&self, node: &str) -> u64 {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = sessions.entry(node.to_owned()).or_default();
        *number += 1;
        *number
    }

    /// Whether no other session of the node has begun since.
    pub(crate) fn is_latest(&self, node: &str, number: u64) -> bool {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(node) == Some(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_session_takes_the_place_of_an_earlier_one() {
        let presence = Presence::default();
        let first = presence.begin("a");
        assert!(presence.is_latest("a", first));
        let other = presence.begin("b");
        let second = presence.begin("a");
        assert!(!presence.is_latest("a", first));
        assert!(presence.is_latest("a", second) && presence.is_latest("b", other));
    }
}
