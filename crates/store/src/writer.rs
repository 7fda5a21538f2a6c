//! The one writer: checks plans in the order they came, and commits them in groups.
//!
//! While one group is being synced the next one gathers in the queue, so that many
//! committers share a sync and a lone one never waits for company.
//!
//! INVARIANT: an answer leaves after the group of its plan is durable and published;
//! so a conflict is never with a commit that a new snapshot does not show.
//! INVARIANT: after an engine error nothing more is written: what is durable is not known.

use std::sync::{Arc, OnceLock};

use model::{Change, Expect, Snapshot};
use tokio::sync::{mpsc, oneshot, watch};

use crate::engine::{Engine, EngineCommit, EngineError, Write};
use crate::store::CommitError;
use crate::watcher::Published;

/// LIMIT: the commits that wait for the writer; who comes after waits in line.
pub const QUEUED_COMMITS_MAX: usize = 1_024;

/// LIMIT: the commits that share one sync.
pub const COMMITS_PER_APPEND_MAX: usize = 256;

pub(crate) struct Writer<E> {
    engine: E,
    events: mpsc::Receiver<Event>,
    failure: Arc<OnceLock<Arc<EngineError>>>,
    // After the engine, so that who sees the end of publishing finds the engine closed.
    publisher: watch::Sender<Published>,
}

#[derive(Debug)]
pub(crate) enum Event {
    Commit(Request),
    Shutdown,
}

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) expects: Vec<Expect>,
    pub(crate) changes: Vec<Change>,
    /// The same changes, encoded.
    pub(crate) writes: Vec<Write>,
    pub(crate) answer: oneshot::Sender<Result<u64, CommitError>>,
}

/// An answer that is held back until the group is durable.
type Pending = (oneshot::Sender<Result<u64, CommitError>>, Result<u64, CommitError>);

impl<E: Engine> Writer<E> {
    pub(crate) fn new(
        engine: E,
        events: mpsc::Receiver<Event>,
        publisher: watch::Sender<Published>,
        failure: Arc<OnceLock<Arc<EngineError>>>,
    ) -> Writer<E> {
        Writer { engine, events, failure, publisher }
    }

    pub(crate) fn run(mut self) {
        while let Some(event) = self.events.blocking_recv() {
            let group = self.gather(event);
            if let Err(error) = self.commit(group) {
                return self.fail(error);
            }
        }
    }

    /// The first event's plan and those that wait behind it.
    fn gather(&mut self, first: Event) -> Vec<Request> {
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(event) = next {
            match event {
                Event::Commit(request) => group.push(request),
                // What is queued already is still committed.
                Event::Shutdown => self.events.close(),
            }
            let is_full = group.len() >= COMMITS_PER_APPEND_MAX;
            next = if is_full { None } else { self.events.try_recv().ok() };
        }
        group
    }

    fn commit(&mut self, group: Vec<Request>) -> Result<(), GroupFailure> {
        let mut next = self.publisher.borrow().clone();
        let mut snapshot = Snapshot::clone(&next.snapshot);
        let mut commits = Vec::new();
        let mut pending: Vec<Pending> = Vec::with_capacity(group.len());
        for request in group {
            if let Some(key) = snapshot.first_unmet(&request.expects) {
                pending.push((request.answer, Err(CommitError::Conflict(key))));
                continue;
            }
            if !request.changes.is_empty() {
                let revision = snapshot.revision + 1;
                snapshot.apply(revision, &request.changes);
                next.history.push(revision, request.changes.iter().map(Change::key).collect());
                commits.push(EngineCommit { revision, writes: request.writes });
            }
            pending.push((request.answer, Ok(snapshot.revision)));
        }
        if !commits.is_empty() {
            if let Err(error) = self.engine.append(&commits) {
                return Err(GroupFailure { error, pending });
            }
            next.snapshot = Arc::new(snapshot);
            self.publisher.send_replace(next);
        }
        for (answer, outcome) in pending {
            // Whoever asked may be gone; the commit stands.
            let _ = answer.send(outcome);
        }
        Ok(())
    }

    fn fail(mut self, failure: GroupFailure) {
        tracing::error!(error = %failure.error, "the store failed; nothing more is written");
        let error = Arc::new(failure.error);
        let _ = self.failure.set(Arc::clone(&error));
        let answer_failed = |answer: oneshot::Sender<Result<u64, CommitError>>| {
            let _ = answer.send(Err(CommitError::Failed(Arc::clone(&error))));
        };
        failure.pending.into_iter().for_each(|(answer, _)| answer_failed(answer));
        self.events.close();
        while let Some(event) = self.events.blocking_recv() {
            match event {
                Event::Commit(request) => answer_failed(request.answer),
                Event::Shutdown => {}
            }
        }
    }
}

struct GroupFailure {
    error: EngineError,
    pending: Vec<Pending>,
}
