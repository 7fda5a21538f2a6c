//! The one writer: runs writes in the order they came, and commits them in groups.
//!
//! Each write is a savepoint of the group's transaction: it is done or undone by itself,
//! and answered when the group is durable. While one group is synced the next gathers.
//!
//! INVARIANT: an answer leaves after the commit of its group.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot, watch};

use crate::database::Database;
use crate::tags::{self, GroupTags};
use crate::{GroupKey, LogsError};

/// LIMIT: the writes that wait; who comes after waits in line. With the largest
/// batches this is what they hold in memory.
pub const QUEUED_WRITES_MAX: usize = 64;

/// LIMIT: the writes that share one sync.
pub const WRITES_PER_COMMIT_MAX: usize = 64;

/// What a write is given: the group's transaction, and what it adds to.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) connection: &'a Connection,
    next_ordinal: &'a mut u64,
    /// The groups that got events.
    touched: BTreeSet<GroupKey>,
    /// Whether the tags of any group may have changed.
    is_retagged: bool,
}

impl Batch<'_> {
    pub(crate) fn take_ordinal(&mut self) -> u64 {
        let ordinal = *self.next_ordinal;
        *self.next_ordinal += 1;
        ordinal
    }

    pub(crate) fn touch(&mut self, group: GroupKey) {
        self.touched.insert(group);
    }

    pub(crate) fn retag(&mut self) {
        self.is_retagged = true;
    }
}

/// Gives what was done to whoever asked, unless the whole group failed.
type Answer = Box<dyn FnOnce(Option<&LogsError>) + Send>;

/// A write that somebody waits for. Given the error that no transaction could be begun
/// for, it answers that.
pub(crate) struct Job(Box<Run>);

type Run = dyn FnOnce(Result<&mut Batch<'_>, LogsError>) -> Answer + Send;

impl Job {
    pub(crate) fn new<T: Send + 'static>(
        write: impl FnOnce(&mut Batch<'_>) -> Result<T, LogsError> + Send + 'static,
        answer: oneshot::Sender<Result<T, LogsError>>,
    ) -> Job {
        Job(Box::new(move |batch| {
            let outcome = batch.and_then(|batch| in_savepoint(batch, write));
            Box::new(move |failure| {
                // Whoever asked may be gone; the commit stands.
                let _ = answer.send(failure.map_or(outcome, |error| Err(error.clone())));
            })
        }))
    }
}

fn in_savepoint<T>(
    batch: &mut Batch<'_>,
    write: impl FnOnce(&mut Batch<'_>) -> Result<T, LogsError>,
) -> Result<T, LogsError> {
    let connection = batch.connection;
    connection.execute_batch("SAVEPOINT write")?;
    let outcome = write(batch);
    let end = if outcome.is_ok() { "RELEASE write" } else { "ROLLBACK TO write; RELEASE write" };
    connection.execute_batch(end)?;
    outcome
}

/// Wakes those who follow a group.
#[derive(Debug)]
pub(crate) struct Wakes {
    /// Of the last event that is durable.
    last_ordinal: AtomicU64,
    followed: Mutex<BTreeMap<GroupKey, watch::Sender<()>>>,
}

impl Wakes {
    pub(crate) fn new(last_ordinal: u64) -> Wakes {
        Wakes { last_ordinal: AtomicU64::new(last_ordinal), followed: Mutex::default() }
    }

    pub(crate) fn last_ordinal(&self) -> u64 {
        self.last_ordinal.load(Ordering::Acquire)
    }

    pub(crate) fn follow(&self, group: GroupKey) -> watch::Receiver<()> {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        followed.entry(group).or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    fn wake(&self, touched: &BTreeSet<GroupKey>, last_ordinal: u64) {
        self.last_ordinal.store(last_ordinal, Ordering::Release);
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        followed.retain(|_, sender| sender.receiver_count() > 0);
        for sender in touched.iter().filter_map(|group| followed.get(group)) {
            sender.send_replace(());
        }
    }

    /// Nothing comes any more: those who wait are told so.
    fn close(&self) {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

pub(crate) struct Writer {
    pub(crate) database: Database,
    pub(crate) jobs: mpsc::Receiver<Job>,
    pub(crate) wakes: Arc<Wakes>,
    pub(crate) group_tags: Arc<GroupTags>,
    pub(crate) next_ordinal: u64,
}

impl Writer {
    pub(crate) fn run(mut self) {
        while let Some(first) = self.jobs.blocking_recv() {
            let mut group = vec![first];
            while group.len() < WRITES_PER_COMMIT_MAX
                && let Ok(job) = self.jobs.try_recv()
            {
                group.push(job);
            }
            self.commit(group);
        }
        self.wakes.close();
    }

    fn commit(&mut self, group: Vec<Job>) {
        let mut answers = Vec::with_capacity(group.len());
        let failure = match self.run_group(group, &mut answers) {
            Ok(touched) => {
                self.wakes.wake(&touched, self.next_ordinal - 1);
                None
            }
            Err(error) => Some(error),
        };
        for answer in answers {
            answer(failure.as_ref());
        }
    }

    /// An error undoes the whole group: a transaction that is dropped is rolled back.
    fn run_group(
        &mut self,
        group: Vec<Job>,
        answers: &mut Vec<Answer>,
    ) -> Result<BTreeSet<GroupKey>, LogsError> {
        let begun =
            self.database.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = match begun {
            Ok(transaction) => transaction,
            Err(error) => {
                let error = LogsError::from(error);
                answers.extend(group.into_iter().map(|job| (job.0)(Err(error.clone()))));
                return Err(error);
            }
        };
        let mut batch = Batch {
            connection: &transaction,
            next_ordinal: &mut self.next_ordinal,
            touched: BTreeSet::new(),
            is_retagged: false,
        };
        for job in group {
            answers.push((job.0)(Ok(&mut batch)));
        }
        let Batch { touched, is_retagged, .. } = batch;
        transaction
            .prepare_cached("UPDATE counter SET next_ordinal = ?1")?
            .execute([self.next_ordinal.cast_signed()])?;
        let retagged = is_retagged.then(|| tags::read(&transaction)).transpose()?;
        transaction.commit()?;
        if let Some(tags) = retagged {
            self.group_tags.replace(tags);
        }
        Ok(touched)
    }
}
