//! What the writer publishes, and how others wait for it.
//!
//! A watcher is told that there is something later, not what happened: it takes the
//! latest snapshot, and may ask which keys changed since one it saw. That answer is
//! an aid; whoever gets `None` reads everything.

use std::collections::BTreeSet;
use std::sync::Arc;

use imbl::Vector;
use model::{Key, Snapshot};
use tokio::sync::watch;

/// LIMIT: the commits whose keys are remembered.
pub const HISTORY_COMMITS_MAX: usize = 4_096;

/// LIMIT: the keys that are remembered, of all those commits together.
const HISTORY_KEYS_MAX: usize = 65_536;

/// Waits for later snapshots. Cheap; one for each who waits.
#[derive(Clone, Debug)]
pub struct Watcher {
    published: watch::Receiver<Published>,
    /// What this watcher was last given.
    seen: Published,
}

/// The store was shut down or failed: no later snapshot comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store is closed")]
pub struct Closed;

impl Watcher {
    pub(crate) fn new(mut published: watch::Receiver<Published>) -> Watcher {
        let seen = published.borrow_and_update().clone();
        Watcher { published, seen }
    }

    /// The snapshot that this watcher was last given.
    pub fn seen(&self) -> &Arc<Snapshot> {
        &self.seen.snapshot
    }

    /// Waits until there is a later snapshot than the last one given, and gives the latest.
    ///
    /// Dropping the future loses nothing.
    pub async fn changed(&mut self) -> Result<Arc<Snapshot>, Closed> {
        self.published.changed().await.map_err(|_| Closed)?;
        self.seen = self.published.borrow_and_update().clone();
        Ok(Arc::clone(&self.seen.snapshot))
    }

    /// The keys that were written after `revision`, up to the snapshot last given.
    /// `None` where that is longer ago than is remembered.
    pub fn keys_changed_since(&self, revision: u64) -> Option<BTreeSet<Key>> {
        self.seen.history.keys_since(revision)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) history: History,
}

/// The keys of the last commits. Cloning shares.
#[derive(Clone, Debug)]
pub(crate) struct History {
    /// Every commit after this revision is in `commits`.
    complete_after: u64,
    commits: Vector<(u64, Arc<[Key]>)>,
    key_count: usize,
}

impl History {
    pub(crate) fn starting_at(revision: u64) -> History {
        History { complete_after: revision, commits: Vector::new(), key_count: 0 }
    }

    pub(crate) fn push(&mut self, revision: u64, keys: Arc<[Key]>) {
        self.key_count += keys.len();
        self.commits.push_back((revision, keys));
        while self.commits.len() > HISTORY_COMMITS_MAX || self.key_count > HISTORY_KEYS_MAX {
            let Some((forgotten, keys)) = self.commits.pop_front() else { break };
            self.complete_after = forgotten;
            self.key_count -= keys.len();
        }
    }

    fn keys_since(&self, revision: u64) -> Option<BTreeSet<Key>> {
        if revision < self.complete_after {
            return None;
        }
        let later = self.commits.iter().rev().take_while(|(at, _)| *at > revision);
        Some(later.flat_map(|(_, keys)| keys.iter().cloned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use model::{Kind, Scope};

    use super::*;

    fn key(number: usize) -> Key {
        Key { kind: Kind::Cluster, scope: Scope::new("1", "r"), id: number.to_string() }
    }

    #[test]
    fn history_names_the_keys_of_the_commits_after_a_revision() {
        let mut history = History::starting_at(7);
        history.push(8, [key(1), key(2)].into());
        history.push(9, [key(2)].into());
        assert_eq!(history.keys_since(6), None);
        assert_eq!(history.keys_since(7), Some([key(1), key(2)].into()));
        assert_eq!(history.keys_since(8), Some([key(2)].into()));
        assert_eq!(history.keys_since(9), Some(BTreeSet::new()));
    }

    #[test]
    fn history_forgets_the_oldest_commits_first() {
        let mut history = History::starting_at(0);
        for revision in 1..=HISTORY_COMMITS_MAX as u64 + 1 {
            history.push(revision, [key(1)].into());
        }
        assert_eq!(history.keys_since(0), None);
        assert_eq!(history.keys_since(1), Some([key(1)].into()));
        let revision = HISTORY_COMMITS_MAX as u64 + 2;
        history.push(revision, (0..HISTORY_KEYS_MAX).map(key).collect());
        assert_eq!(history.keys_since(revision - 2), None);
        assert_eq!(history.keys_since(revision - 1).map(|k| k.len()), Some(HISTORY_KEYS_MAX));
    }
}
