//! A plan: what to write, and what must still be so for it to be right.
//!
//! INVARIANT: a plan leaves nothing to choose; ids, addresses and nodes are in it.
//! INVARIANT: a plan writes a record at most once.

use crate::table::{Entry, Key, Record};
use crate::{AnyRecord, Timestamp};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Records that were read, with the revision read; `None` means absent.
    pub expects: Vec<Expect>,
    pub changes: Vec<Change>,
    /// When to plan again though nothing was committed.
    pub wake_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expect {
    pub key: Key,
    pub revision: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Put(AnyRecord),
    Delete(Key),
}

impl Change {
    pub fn key(&self) -> Key {
        match self {
            Change::Put(record) => record.key(),
            Change::Delete(key) => key.clone(),
        }
    }
}

impl Plan {
    pub fn new() -> Plan {
        Plan::default()
    }

    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The plan holds only while this record is as it was read.
    pub fn read<R: Record>(&mut self, entry: &Entry<R>) {
        self.expect(entry.record.key(), Some(entry.revision));
    }

    /// The plan holds only while there is no such record.
    pub fn absent(&mut self, key: Key) {
        self.expect(key, None);
    }

    /// Makes a record; somebody else's of the same key is a conflict.
    pub fn insert<R: Record + Into<AnyRecord>>(&mut self, record: R) {
        self.expect(record.key(), None);
        self.changes.push(Change::Put(record.into()));
    }

    /// Replaces what was read.
    pub fn update<R: Record + Into<AnyRecord>>(&mut self, read: &Entry<R>, record: R) {
        assert!(read.record.key() == record.key(), "an update keeps the key");
        self.read(read);
        self.changes.push(Change::Put(record.into()));
    }

    /// Removes what was read.
    pub fn delete<R: Record>(&mut self, read: &Entry<R>) {
        self.read(read);
        self.changes.push(Change::Delete(read.record.key()));
    }

    /// Plans again at `at`, or before if it was already to be sooner.
    pub fn wake_at(&mut self, at: Timestamp) {
        self.wake_at = Some(self.wake_at.map_or(at, |already| already.min(at)));
    }

    /// Adds all of another plan to this one.
    pub fn merge(&mut self, other: Plan) {
        for expect in other.expects {
            self.expect(expect.key, expect.revision);
        }
        self.changes.extend(other.changes);
        if let Some(at) = other.wake_at {
            self.wake_at(at);
        }
    }

    /// The first key that the plan writes twice: a bug in the planner.
    pub fn key_written_twice(&self) -> Option<Key> {
        let mut seen = std::collections::BTreeSet::new();
        self.changes.iter().map(Change::key).find(|key| !seen.insert(key.clone()))
    }

    fn expect(&mut self, key: Key, revision: Option<u64>) {
        if !self.expects.iter().any(|expect| expect.key == key) {
            self.expects.push(Expect { key, revision });
        }
    }
}
