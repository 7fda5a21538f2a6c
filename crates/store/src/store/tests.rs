//! What the store does with its engine: when it publishes, groups and fails.

use std::sync::Mutex;
use std::sync::mpsc as blocking;

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
    permit: blocking::Sender<bool>,
    appends: Arc<Mutex<Vec<usize>>>,
    began: mpsc::Receiver<()>,
}

fn gated() -> (Store, Gate) {
    let (permit, permits) = blocking::channel();
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

/// Commits in the background; whether it is queued can be awaited.
fn start(store: &Store, plan: Plan) -> tokio::task::JoinHandle<Result<u64, CommitError>> {
    let store = store.clone();
    tokio::task::spawn_local(async move { store.commit(plan).await })
}

async fn local<F: Future>(future: F) -> F::Output {
    tokio::task::LocalSet::new().run_until(future).await
}

#[tokio::test]
async fn nothing_is_published_or_answered_before_it_is_durable() {
    local(async {
        let (store, mut gate) = gated();
        let commit = start(&store, insertion("a"));
        gate.began.recv().await.expect("the append began");
        tokio::task::yield_now().await;
        assert_eq!(store.snapshot().revision, 0);
        assert!(!commit.is_finished());
        gate.permit.send(true).expect("the engine waits");
        assert_eq!(commit.await.expect("no panic").expect("committed"), 1);
        assert_eq!(store.snapshot().revision, 1);
    })
    .await;
}

#[tokio::test]
async fn what_waits_during_a_sync_shares_the_next() {
    local(async {
        let (store, mut gate) = gated();
        let mut commits = vec![start(&store, insertion(0))];
        gate.began.recv().await.expect("the first append began");
        commits.extend((1..64).map(|number| start(&store, insertion(number))));
        // One turn of this single-threaded runtime polls each, and the queue has room.
        tokio::task::yield_now().await;
        gate.permit.send(true).expect("the engine waits");
        gate.permit.send(true).expect("the engine waits");
        let mut revisions = Vec::new();
        for commit in commits {
            revisions.push(commit.await.expect("no panic").expect("committed"));
        }
        assert_eq!(revisions, (1..=64).collect::<Vec<u64>>());
        assert_eq!(*gate.appends.lock().expect("no panic"), [1, 63]);
    })
    .await;
}

#[tokio::test]
async fn plans_of_one_group_see_each_other() {
    local(async {
        let (store, mut gate) = gated();
        let first = start(&store, insertion(0));
        gate.began.recv().await.expect("the first append began");
        let winner = start(&store, insertion("same"));
        let loser = start(&store, insertion("same"));
        tokio::task::yield_now().await;
        gate.permit.send(true).expect("the engine waits");
        gate.began.recv().await.expect("the second append began");
        tokio::task::yield_now().await;
        assert!(!loser.is_finished(), "its conflict is with something not yet durable");
        gate.permit.send(true).expect("the engine waits");
        assert_eq!(first.await.expect("no panic").expect("committed"), 1);
        assert_eq!(winner.await.expect("no panic").expect("committed"), 2);
        let lost = loser.await.expect("no panic");
        assert!(matches!(lost, Err(CommitError::Conflict(_))), "{lost:?}");
    })
    .await;
}

#[tokio::test]
async fn a_failed_engine_closes_the_store_and_acknowledges_nothing() {
    local(async {
        let (store, mut gate) = gated();
        let mut watcher = store.watch();
        let commit = start(&store, insertion("a"));
        gate.began.recv().await.expect("the append began");
        let queued = start(&store, insertion("b"));
        tokio::task::yield_now().await;
        gate.permit.send(false).expect("the engine waits");
        for commit in [commit, queued, start(&store, insertion("c"))] {
            let outcome = commit.await.expect("no panic");
            assert!(matches!(outcome, Err(CommitError::Failed(_))), "{outcome:?}");
        }
        assert!(watcher.changed().await.is_err());
        assert_eq!(store.snapshot().revision, 0);
        store.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn shutdown_commits_what_is_queued() {
    local(async {
        let (store, mut gate) = gated();
        let first = start(&store, insertion("a"));
        gate.began.recv().await.expect("the append began");
        let queued = start(&store, insertion("b"));
        tokio::task::yield_now().await;
        let closing = tokio::task::spawn_local({
            let store = store.clone();
            async move { store.shutdown().await }
        });
        tokio::task::yield_now().await;
        gate.permit.send(true).expect("the engine waits");
        gate.permit.send(true).expect("the engine waits");
        closing.await.expect("no panic");
        assert!(first.await.expect("no panic").is_ok());
        assert!(queued.await.expect("no panic").is_ok());
        let late = store.commit(insertion("c")).await;
        assert!(matches!(late, Err(CommitError::Closed)), "{late:?}");
        assert_eq!(store.snapshot().revision, 2);
    })
    .await;
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
    let good = serde_free_encoding();
    for (key, value) in [
        ("no-such-kind/1/r/a", good.as_slice()),
        ("account-setting/000000000000/us-east-1/root/other", good.as_slice()),
        ("account-setting/000000000000/us-east-1/root/a", b"{"),
    ] {
        assert_eq!(open(key, value), key);
    }
}

fn serde_free_encoding() -> Vec<u8> {
    AnyRecord::from(setting("a")).encode().expect("a plain record")
}
