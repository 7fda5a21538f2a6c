//! The cases that say what they want one by one.

use std::collections::BTreeSet;

use model::{Change, Expect, Plan, Scope};
use store::{CommitError, RECORD_BYTES_MAX, Store, TransactError};

use super::{Case, Fixture, case, contents, key, put, setting};

pub(super) fn all<F: Fixture>() -> Vec<Case<F>> {
    vec![
        case("empty", empty),
        case("commits_in_order", commits_in_order),
        case("conflicts", conflicts),
        case("only_checks", only_checks),
        case("deletes", deletes),
        case("is_durable", is_durable),
        case("large_and_many", large_and_many),
        case("keeps_scopes_apart", keeps_scopes_apart),
        case("watch_sees_every_commit", watch_sees_every_commit),
        case("concurrent_committers", concurrent_committers),
        case("transact_counts", transact_counts),
        case("transact_passes_errors", transact_passes_errors),
    ]
}

fn expecting(mut plan: Plan, name: &str, revision: Option<u64>) -> Plan {
    plan.expects.push(Expect { key: key(name), revision });
    plan
}

async fn commit(store: &Store, plan: Plan) -> u64 {
    store.commit(plan).await.expect("the plan is good")
}

async fn conflict(store: &Store, plan: Plan) {
    let before = (store.snapshot().revision, contents(store));
    let expected = plan.expects[0].key.clone();
    match store.commit(plan).await {
        Err(CommitError::Conflict(key)) => assert_eq!(key, expected),
        other => panic!("no conflict: {other:?}"),
    }
    assert_eq!((store.snapshot().revision, contents(store)), before);
}

async fn empty<F: Fixture>(fixture: F) {
    let store = fixture.open();
    assert_eq!(store.snapshot().revision, 0);
    assert_eq!(store.snapshot().keys(), []);
    assert_eq!(commit(&store, Plan::new()).await, 0);
}

async fn commits_in_order<F: Fixture>(fixture: F) {
    let store = fixture.open();
    for revision in 1..=10 {
        assert_eq!(commit(&store, put("a", &revision.to_string())).await, revision);
        assert_eq!(contents(&store), [format!("a={revision}@{revision}")]);
    }
}

async fn conflicts<F: Fixture>(fixture: F) {
    let store = fixture.open();
    conflict(&store, expecting(put("a", "1"), "a", Some(1))).await;
    assert_eq!(commit(&store, expecting(put("a", "1"), "a", None)).await, 1);
    conflict(&store, expecting(put("a", "2"), "a", None)).await;
    assert_eq!(commit(&store, expecting(put("a", "2"), "a", Some(1))).await, 2);
    conflict(&store, expecting(put("a", "3"), "a", Some(1))).await;
    // Of a record that it does not write, too; and then it writes nothing of the rest.
    conflict(&store, expecting(put("b", "1"), "a", Some(1))).await;
    let mut both = put("b", "1");
    both.changes.extend(put("c", "1").changes);
    conflict(&store, expecting(both, "a", None)).await;
    assert_eq!(contents(&store), ["a=2@2"]);
}

async fn only_checks<F: Fixture>(fixture: F) {
    let store = fixture.open();
    commit(&store, put("a", "1")).await;
    commit(&store, put("b", "1")).await;
    assert_eq!(commit(&store, expecting(Plan::new(), "a", Some(1))).await, 2);
    conflict(&store, expecting(Plan::new(), "a", Some(2))).await;
    assert_eq!(commit(&store, put("c", "1")).await, 3);
}

async fn deletes<F: Fixture>(fixture: F) {
    let store = fixture.open();
    commit(&store, put("a", "1")).await;
    let delete = || Plan { changes: vec![Change::Delete(key("a"))], ..Plan::new() };
    conflict(&store, expecting(delete(), "a", None)).await;
    assert_eq!(commit(&store, expecting(delete(), "a", Some(1))).await, 2);
    conflict(&store, expecting(put("a", "2"), "a", Some(1))).await;
    // What is not there can be deleted; it is a commit all the same.
    assert_eq!(commit(&store, delete()).await, 3);
    drop(store);
    let store = fixture.open();
    assert_eq!((store.snapshot().revision, contents(&store)), (3, vec![]));
    assert_eq!(commit(&store, put("a", "3")).await, 4);
}

async fn is_durable<F: Fixture>(fixture: F) {
    let store = fixture.open();
    commit(&store, put("a", "1")).await;
    commit(&store, put("b", "1")).await;
    commit(&store, put("a", "2")).await;
    // Dropped, as by a process that ends without a word.
    drop(store);
    let store = fixture.open();
    assert_eq!(contents(&store), ["a=2@3", "b=1@2"]);
    assert_eq!(commit(&store, expecting(put("a", "3"), "a", Some(3))).await, 4);
    store.shutdown().await;
    let late = store.commit(put("a", "4")).await;
    assert!(matches!(late, Err(CommitError::Closed)), "{late:?}");
    // After a shutdown at once, though a handle is left.
    let reopened = fixture.open();
    assert_eq!(contents(&reopened), ["a=3@4", "b=1@2"]);
    assert_eq!(contents(&store), ["a=3@4", "b=1@2"]);
}

async fn large_and_many<F: Fixture>(fixture: F) {
    let store = fixture.open();
    let value = "x".repeat(RECORD_BYTES_MAX - 1024);
    commit(&store, put("large", &value)).await;
    let mut plan = Plan::new();
    for number in 0..20_000 {
        plan.changes.extend(put(&format!("{number:05}"), "1").changes);
    }
    assert_eq!(commit(&store, plan).await, 2);
    store.shutdown().await;
    let snapshot = fixture.open().snapshot();
    assert_eq!(snapshot.account_settings.len(), 20_001);
    let large = snapshot.account_settings.get(&key("large").scope, &key("large").id);
    assert_eq!(large.map(|entry| (entry.revision, entry.value == value)), Some((1, true)));
}

async fn keeps_scopes_apart<F: Fixture>(fixture: F) {
    let store = fixture.open();
    let scopes = [("1", "r"), ("1", "s"), ("2", "r"), ("", "")].map(|(a, r)| Scope::new(a, r));
    for scope in &scopes {
        let mut plan = Plan::new();
        plan.insert(model::AccountSetting { scope: scope.clone(), ..setting("a/b", "1") });
        commit(&store, plan).await;
    }
    store.shutdown().await;
    let snapshot = fixture.open().snapshot();
    for (scope, revision) in scopes.iter().zip(1..) {
        let found: Vec<u64> = snapshot.account_settings.list(scope).map(|e| e.revision).collect();
        assert_eq!(found, [revision], "{scope}");
    }
}

async fn watch_sees_every_commit<F: Fixture>(fixture: F) {
    const COMMITS: u64 = 200;
    let store = fixture.open();
    let mut watcher = store.watch();
    let mut watching = tokio::task::JoinSet::new();
    watching.spawn(async move {
        let mut revision = 0;
        while revision < COMMITS {
            let snapshot = watcher.changed().await.expect("the store is open");
            assert!(snapshot.revision > revision, "later, and once");
            let changed = watcher.keys_changed_since(revision).expect("recent");
            let expected: BTreeSet<_> =
                (revision + 1..=snapshot.revision).map(|at| key(&at.to_string())).collect();
            assert_eq!(changed, expected);
            revision = snapshot.revision;
        }
        watcher
    });
    for number in 1..=COMMITS {
        commit(&store, put(&number.to_string(), "1")).await;
    }
    let mut watcher = watching.join_all().await.pop().expect("the watcher saw all");
    store.shutdown().await;
    assert!(watcher.changed().await.is_err(), "nothing comes any more");
    // History does not reach behind the opening, but for the revision opened at.
    let watcher = fixture.open().watch();
    assert_eq!(watcher.keys_changed_since(COMMITS - 1), None);
    assert_eq!(watcher.keys_changed_since(COMMITS), Some(BTreeSet::new()));
}

async fn concurrent_committers<F: Fixture>(fixture: F) {
    let store = fixture.open();
    let mut committers = tokio::task::JoinSet::new();
    for committer in 0..64 {
        let store = store.clone();
        committers.spawn(async move {
            let mut revisions = Vec::new();
            for number in 0..10 {
                let name = format!("{committer}-{number}");
                let revision = commit(&store, put(&name, "1")).await;
                let snapshot = store.snapshot();
                assert_eq!(snapshot.revision_of(&key(&name)), Some(revision), "read your write");
                revisions.push(revision);
            }
            assert!(revisions.is_sorted());
            revisions
        });
    }
    let all: BTreeSet<u64> = committers.join_all().await.into_iter().flatten().collect();
    assert_eq!(all, (1..=640).collect());
    store.shutdown().await;
    assert_eq!(fixture.open().snapshot().account_settings.len(), 640);
}

async fn transact_counts<F: Fixture>(fixture: F) {
    let store = fixture.open();
    let mut committers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        committers.spawn(async move {
            for _ in 0..5 {
                increment(&store).await;
            }
        });
    }
    committers.join_all().await;
    assert_eq!(contents(&store), ["count=80@80"]);
}

async fn increment(store: &Store) -> u32 {
    let outcome = store.transact(|snapshot| {
        let mut plan = Plan::new();
        let entry = snapshot.account_settings.get(&key("count").scope, &key("count").id);
        let count = match entry {
            Some(entry) => entry.value.parse::<u32>()? + 1,
            None => 1,
        };
        let record = setting("count", &count.to_string());
        match entry {
            Some(entry) => plan.update(entry, record),
            None => plan.insert(record),
        }
        Ok::<_, std::num::ParseIntError>((plan, count))
    });
    outcome.await.expect("the count is a number")
}

async fn transact_passes_errors<F: Fixture>(fixture: F) {
    let store = fixture.open();
    let planned: Result<(), _> = store.transact(|_| Err("no")).await;
    assert!(matches!(planned, Err(TransactError::Plan("no"))));
    // A plan that expects what never is so is tried a bounded number of times.
    let mut tries = 0;
    let overtaken = store.transact(|_| {
        tries += 1;
        Ok::<_, &str>((expecting(Plan::new(), "a", Some(1)), ()))
    });
    let outcome = overtaken.await;
    assert!(matches!(outcome, Err(TransactError::Commit(CommitError::Conflict(_)))));
    assert_eq!(tries, store::TRANSACT_TRIES_MAX);
}
