//! What the store does with its engine: when it publishes, groups and fails.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::mpsc as blocking;
use std::task::Poll;

use model::{AccountSetting, Scope};

use super::*;
use crate::MemoryEngine;
use crate::engine::EngineCommit;

/// Waits for a permit before each append; a permit of `false` makes it fail.
struct GatedEngine {
    inner: MemoryEngine,
    permits: blocking::Receiver<bool>,
    /// The number of commits of each append that has begun.
    appends: Arc<Mutex<Vec<usize>>>,
    began: mpsc::Sender<()>,
}

impl Engine for GatedEngine {
    fn load(&mut self) -> Result<Contents, EngineError> {
        self.inner.load()
    }

    fn append(&mut self, commits: &[EngineCommit]) -> Result<(), EngineError> {
        self.appends.lock().expect("no test panics here").push(commits.len());
        self.began.blocking_send(()).expect("the test waits");
        match self.permits.recv() {
            Ok(true) => self.inner.append(commits),
            Ok(false) | Err(_) => {
                Err(EngineError::Unavailable { path: "gate".into(), detail: "closed".to_owned() })
            }
        }
    }
}

struct Gate {
    permit: blocking::SyncSender<bool>,
    appends: Arc<Mutex<Vec<usize>>>,
    began: mpsc::Receiver<()>,
}

fn gated() -> (Store, Gate) {
    let (permit, permits) = blocking::sync_channel(4);
    let (began_sender, began) = mpsc::channel(64);
    let appends = Arc::new(Mutex::new(Vec::new()));
    let engine = GatedEngine {
        inner: MemoryEngine::new(),
        permits,
        appends: Arc::clone(&appends),
        began: began_sender,
    };
    (Store::open(engine).expect("an empty store"), Gate { permit, appends, began })
}

fn setting(name: impl std::fmt::Display) -> AccountSetting {
    AccountSetting {
        scope: Scope::new("000000000000", "us-east-1"),
        principal_arn: "root".to_owned(),
        name: name.to_string(),
        value: "enabled".to_owned(),
        is_default: false,
    }
}

fn insertion(name: impl std::fmt::Display) -> Plan {
    let mut plan = Plan::new();
    plan.insert(setting(name));
    plan
}

type Outcome = Result<u64, CommitError>;

/// A commit that is under way: from the first poll on it is in the queue, which has room.
struct Started {
    commit: Pin<Box<dyn Future<Output = Outcome>>>,
    outcome: Option<Outcome>,
}

async fn start(store: &Store, plan: Plan) -> Started {
    let store = store.clone();
    // Without it the runtime holds back a future that polls many others.
    let commit = tokio::task::unconstrained(async move { store.commit(plan).await });
    let mut started = Started { commit: Box::pin(commit), outcome: None };
    started.is_finished().await;
    started
}

impl Started {
    async fn is_finished(&mut self) -> bool {
        if self.outcome.is_none() {
            self.outcome = poll_fn(|context| match self.commit.as_mut().poll(context) {
                Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                Poll::Pending => Poll::Ready(None),
            })
            .await;
        }
        self.outcome.is_some()
    }

    async fn finish(self) -> Outcome {
        match self.outcome {
            Some(outcome) => outcome,
            None => self.commit.await,
        }
    }
}

#[tokio::test]
async fn nothing_is_published_or_answered_before_it_is_durable() {
    let (store, mut gate) = gated();
    let mut commit = start(&store, insertion("a")).await;
    gate.began.recv().await.expect("the append began");
    assert_eq!(store.snapshot().revision, 0);
    assert!(!commit.is_finished().await);
    gate.permit.send(true).expect("the engine waits");
    assert_eq!(commit.finish().await.expect("committed"), 1);
    assert_eq!(store.snapshot().revision, 1);
}

#[tokio::test]
async fn what_waits_during_a_sync_shares_the_next() {
    let (store, mut gate) = gated();
    let mut commits = vec![start(&store, insertion(0)).await];
    gate.began.recv().await.expect("the first append began");
    for number in 1..64 {
        commits.push(start(&store, insertion(number)).await);
    }
    gate.permit.send(true).expect("the engine waits");
    gate.permit.send(true).expect("the engine waits");
    let mut revisions = Vec::new();
    for commit in commits {
        revisions.push(commit.finish().await.expect("committed"));
    }
    assert_eq!(revisions, (1..=64).collect::<Vec<u64>>());
    assert_eq!(*gate.appends.lock().expect("no panic"), [1, 63]);
}

#[tokio::test]
async fn plans_of_one_group_see_each_other() {
    let (store, mut gate) = gated();
    let first = start(&store, insertion(0)).await;
    gate.began.recv().await.expect("the first append began");
    let winner = start(&store, insertion("same")).await;
    let mut loser = start(&store, insertion("same")).await;
    gate.permit.send(true).expect("the engine waits");
    gate.began.recv().await.expect("the second append began");
    assert!(!loser.is_finished().await, "its conflict is with something not yet durable");
    gate.permit.send(true).expect("the engine waits");
    assert_eq!(first.finish().await.expect("committed"), 1);
    assert_eq!(winner.finish().await.expect("committed"), 2);
    let lost = loser.finish().await;
    assert!(matches!(lost, Err(CommitError::Conflict(_))), "{lost:?}");
}

#[tokio::test]
async fn a_failed_engine_closes_the_store_and_acknowledges_nothing() {
    let (store, mut gate) = gated();
    let mut watcher = store.watch();
    let commit = start(&store, insertion("a")).await;
    gate.began.recv().await.expect("the append began");
    let queued = start(&store, insertion("b")).await;
    gate.permit.send(false).expect("the engine waits");
    for commit in [commit, queued, start(&store, insertion("c")).await] {
        let outcome = commit.finish().await;
        assert!(matches!(outcome, Err(CommitError::Failed(_))), "{outcome:?}");
    }
    assert!(watcher.changed().await.is_err());
    assert_eq!(store.snapshot().revision, 0);
    store.shutdown().await;
}

#[tokio::test]
async fn shutdown_commits_what_is_queued() {
    let (store, mut gate) = gated();
    let first = start(&store, insertion("a")).await;
    gate.began.recv().await.expect("the append began");
    let queued = start(&store, insertion("b")).await;
    // Its first poll, which queues the end behind the plans, comes before the permits.
    tokio::join!(store.shutdown(), async {
        gate.permit.send(true).expect("the engine waits");
        gate.permit.send(true).expect("the engine waits");
    });
    assert!(first.finish().await.is_ok());
    assert!(queued.finish().await.is_ok());
    let late = store.commit(insertion("c")).await;
    assert!(matches!(late, Err(CommitError::Closed)), "{late:?}");
    assert_eq!(store.snapshot().revision, 2);
}

#[test]
fn a_plan_that_no_state_would_take_is_refused() {
    let key_of = |plan: &Plan| plan.changes[0].key();

    let mut twice = insertion("a");
    twice.changes.push(Change::Delete(key_of(&twice)));
    assert_eq!(encode(&twice), Err(Refusal::WrittenTwice(key_of(&twice))));

    let mut large = Plan::new();
    large.insert(AccountSetting { value: "x".repeat(RECORD_BYTES_MAX), ..setting("a") });
    assert!(matches!(encode(&large), Err(Refusal::RecordTooLarge { .. })));

    let mut shifted = Plan::new();
    let scope = Scope::new("000000000000", "us/east");
    shifted.insert(AccountSetting { scope, ..setting("a") });
    assert_eq!(encode(&shifted), Err(Refusal::AmbiguousKey(key_of(&shifted))));
}

#[test]
fn a_record_that_cannot_be_read_keeps_the_store_shut() {
    let open = |key: &str, value: &[u8]| {
        let record = StoredRecord { key: key.to_owned(), revision: 1, value: value.to_vec() };
        match rebuild(Contents { revision: 1, records: vec![record] }) {
            Err(OpenError::CorruptRecord { key, .. }) => key,
            other => panic!("{other:?}"),
        }
    };
    let good = encoded_setting();
    for (key, value) in [
        ("no-such-kind/1/r/a", good.as_slice()),
        ("account-setting/000000000000/us-east-1/root/other", good.as_slice()),
        ("account-setting/000000000000/us-east-1/root/a", b"{"),
    ] {
        assert_eq!(open(key, value), key);
    }
}

fn encoded_setting() -> Vec<u8> {
    AnyRecord::from(setting("a")).encode().expect("a plain record")
}
