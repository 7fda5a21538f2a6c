//! The handle by which everyone reads and writes records.
//!
//! Reading takes the published snapshot and waits for nobody. Writing sends a plan to
//! the one writer and waits for its answer; encoding is done here, by the caller, so
//! that the writer has little to do besides syncing.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use model::{AnyRecord, Change, Key, Plan, Snapshot};
use tokio::sync::{mpsc, oneshot, watch};

use crate::engine::{Contents, Engine, EngineError, StoredRecord, Write};
use crate::watcher::{History, Published, Watcher};
use crate::writer::{Event, QUEUED_COMMITS_MAX, Request, Writer};

/// LIMIT: the bytes of one record, encoded. etcd takes no larger request by default.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

/// LIMIT: the records that one plan writes.
pub const PLAN_CHANGES_MAX: usize = 100_000;

/// LIMIT: how often `transact` plans before it reports the conflict. Each lost try is
/// somebody else's commit, so this many writers may want one record at one moment.
pub const TRANSACT_TRIES_MAX: usize = 256;

/// A cheap handle; clones share the store. The store closes when it is shut down, or
/// when the last handle is gone.
#[derive(Clone, Debug)]
pub struct Store {
    events: mpsc::Sender<Event>,
    published: watch::Receiver<Published>,
    failure: Arc<OnceLock<Arc<EngineError>>>,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the store cannot be opened")]
    Engine(#[from] EngineError),
    #[error("the record `{key}` cannot be read: {detail}")]
    CorruptRecord { key: String, detail: String },
    #[error("the store's writer cannot be started")]
    Thread(#[source] std::io::Error),
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// A record is not as the plan read it: plan again.
    #[error("the record `{}` was changed by somebody else", .0.to_text())]
    Conflict(Key),
    /// The plan itself is wrong: a bug of whoever made it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the store is closed")]
    Closed,
    /// Whether the plan was committed is known when the store is opened again.
    #[error("the store failed")]
    Failed(#[source] Arc<EngineError>),
}

/// Why no state of the store would take the plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the plan writes `{}` twice", .0.to_text())]
    WrittenTwice(Key),
    #[error("the plan writes {count} records, more than {PLAN_CHANGES_MAX}")]
    TooManyChanges { count: usize },
    #[error("the record `{}` has {bytes} bytes, more than {RECORD_BYTES_MAX}", key.to_text())]
    RecordTooLarge { key: Key, bytes: usize },
    #[error("the record `{}` cannot be encoded: {detail}", key.to_text())]
    Unencodable { key: Key, detail: String },
    #[error("the key `{}` would be read back as another", .0.to_text())]
    AmbiguousKey(Key),
}

#[derive(Debug, thiserror::Error)]
pub enum TransactError<E> {
    /// Planning failed: the caller's own error.
    #[error(transparent)]
    Plan(E),
    /// `Conflict` here means that every try was overtaken.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl Store {
    /// Loads everything and starts the writer. Blocks while it loads.
    pub fn open(mut engine: impl Engine) -> Result<Store, OpenError> {
        let snapshot = Arc::new(rebuild(engine.load()?)?);
        let history = History::starting_at(snapshot.revision);
        let (publisher, published) = watch::channel(Published { snapshot, history });
        let (events, received) = mpsc::channel(QUEUED_COMMITS_MAX);
        let failure = Arc::new(OnceLock::new());
        let writer = Writer::new(engine, received, publisher, Arc::clone(&failure));
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(OpenError::Thread)?;
        Ok(Store { events, published, failure })
    }

    /// The latest state. Everything in it is durable.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.published.borrow().snapshot)
    }

    /// Commits the plan if all that it expects is so, and answers the revision, when
    /// the commit is durable and in the snapshot. A plan without changes is only checked.
    ///
    /// Dropping the future does not undo the commit.
    pub async fn commit(&self, plan: Plan) -> Result<u64, CommitError> {
        let writes = encode(&plan)?;
        let (answer, answered) = oneshot::channel();
        let Plan { expects, changes, wake_at: _ } = plan;
        let request = Request { expects, changes, writes, answer };
        match self.events.send(Event::Commit(request)).await {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(self.why_closed())),
            Err(_) => Err(self.why_closed()),
        }
    }

    /// Plans on the latest snapshot and commits; plans again when overtaken. Answers
    /// what the planning that was committed gave beside its plan.
    pub async fn transact<T, E>(
        &self,
        mut plan: impl FnMut(&Snapshot) -> Result<(Plan, T), E>,
    ) -> Result<T, TransactError<E>> {
        let mut tries = 0;
        loop {
            let snapshot = self.snapshot();
            let (planned, given) = plan(&snapshot).map_err(TransactError::Plan)?;
            tries += 1;
            match self.commit(planned).await {
                Ok(_) => return Ok(given),
                Err(CommitError::Conflict(_)) if tries < TRANSACT_TRIES_MAX => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits for what is committed from now on.
    pub fn watch(&self) -> Watcher {
        Watcher::new(self.published.clone())
    }

    /// Commits what is queued, closes the engine and returns when that is done. Every
    /// handle is closed by it; snapshots can still be read.
    pub async fn shutdown(&self) {
        // Refused where the writer has ended already, which is what is wanted.
        let _ = self.events.send(Event::Shutdown).await;
        let mut published = self.published.clone();
        while published.changed().await.is_ok() {}
    }

    fn why_closed(&self) -> CommitError {
        match self.failure.get() {
            Some(error) => CommitError::Failed(Arc::clone(error)),
            None => CommitError::Closed,
        }
    }
}

/// The snapshot of what was kept. Records are applied by the revision that wrote them.
fn rebuild(contents: Contents) -> Result<Snapshot, OpenError> {
    let mut by_revision: BTreeMap<u64, Vec<Change>> = BTreeMap::new();
    for stored in contents.records {
        let record = decode(&stored)?;
        by_revision.entry(stored.revision).or_default().push(Change::Put(record));
    }
    let mut snapshot = Snapshot::default();
    for (revision, changes) in by_revision {
        snapshot.apply(revision, &changes);
    }
    // The last commits may have left nothing but deletions.
    if contents.revision > snapshot.revision {
        snapshot.apply(contents.revision, &[]);
    }
    Ok(snapshot)
}

fn decode(stored: &StoredRecord) -> Result<AnyRecord, OpenError> {
    let corrupt = |detail: String| OpenError::CorruptRecord { key: stored.key.clone(), detail };
    let key = Key::parse(&stored.key)
        .ok_or_else(|| corrupt("this version knows no such kind of record".to_owned()))?;
    let record =
        AnyRecord::decode(key.kind, &stored.value).map_err(|error| corrupt(error.to_string()))?;
    if record.key() == key { Ok(record) } else { Err(corrupt("it is another record".to_owned())) }
}

fn encode(plan: &Plan) -> Result<Vec<Write>, Refusal> {
    if plan.changes.len() > PLAN_CHANGES_MAX {
        return Err(Refusal::TooManyChanges { count: plan.changes.len() });
    }
    if let Some(key) = plan.key_written_twice() {
        return Err(Refusal::WrittenTwice(key));
    }
    plan.changes.iter().map(encode_change).collect()
}

fn encode_change(change: &Change) -> Result<Write, Refusal> {
    let key = change.key();
    let text = key.to_text();
    if Key::parse(&text).as_ref() != Some(&key) {
        return Err(Refusal::AmbiguousKey(key));
    }
    match change {
        Change::Delete(_) => Ok(Write::Delete { key: text }),
        Change::Put(record) => match record.encode() {
            Ok(value) if value.len() > RECORD_BYTES_MAX => {
                Err(Refusal::RecordTooLarge { key, bytes: value.len() })
            }
            Ok(value) => Ok(Write::Put { key: text, value }),
            Err(error) => Err(Refusal::Unencodable { key, detail: error.to_string() }),
        },
    }
}

#[cfg(test)]
mod tests;
