//! One suite for every engine: what the store promises, whatever keeps its bytes.
//!
//! A new engine adds a fixture and a test below; the cases do not change.

mod cases;
mod random;

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::{AccountSetting, Key, Kind, Plan, Scope};
use store::{Engine, MemoryEngine, SqliteEngine, Store};
use tempfile::TempDir;

#[test]
fn the_memory_engine_conforms() {
    run::<Memory>();
}

#[test]
fn the_sqlite_engine_conforms() {
    run::<Sqlite>();
}

/// One store's place, which can be opened again and again.
trait Fixture: 'static {
    type Engine: Engine;

    fn fresh() -> Self;
    fn engine(&self) -> Self::Engine;

    fn open(&self) -> Store {
        Store::open(self.engine()).expect("the store opens")
    }
}

struct Memory(MemoryEngine);

impl Fixture for Memory {
    type Engine = MemoryEngine;

    fn fresh() -> Memory {
        Memory(MemoryEngine::new())
    }

    fn engine(&self) -> MemoryEngine {
        self.0.clone()
    }
}

struct Sqlite(TempDir);

impl Fixture for Sqlite {
    type Engine = SqliteEngine;

    fn fresh() -> Sqlite {
        Sqlite(TempDir::new().expect("a temporary directory"))
    }

    fn engine(&self) -> SqliteEngine {
        SqliteEngine::open(self.0.path().join("state")).expect("the file opens")
    }
}

/// Runs every case, each on a fresh store, and names all that failed.
fn run<F: Fixture>() {
    let mut cases = cases::all::<F>();
    cases.extend(random::all::<F>());
    let failed: Vec<&str> = cases
        .into_iter()
        .filter(|(_, case)| catch_unwind(AssertUnwindSafe(|| block_on(case(F::fresh())))).is_err())
        .map(|(name, _)| name)
        .collect();
    assert!(failed.is_empty(), "failed: {failed:?}");
}

type Case<F> = (&'static str, Box<dyn Fn(F) -> std::pin::Pin<Box<dyn Future<Output = ()>>>>);

/// A case by its own name.
fn case<F, R>(name: &'static str, run: fn(F) -> R) -> Case<F>
where
    F: Fixture,
    R: Future<Output = ()> + 'static,
{
    (name, Box::new(move |fixture| Box::pin(run(fixture))))
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future);
}

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

fn setting(name: &str, value: &str) -> AccountSetting {
    AccountSetting {
        scope: scope(),
        principal_arn: "root".to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        is_default: false,
    }
}

fn key(name: &str) -> Key {
    Key { kind: Kind::AccountSetting, scope: scope(), id: format!("root/{name}") }
}

/// A plan that writes whatever was there.
fn put(name: &str, value: &str) -> Plan {
    let mut plan = Plan::new();
    plan.changes.push(model::Change::Put(setting(name, value).into()));
    plan
}

/// The records of the test's kind, as text: `NAME=VALUE@REVISION`.
fn contents(store: &Store) -> Vec<String> {
    let snapshot = store.snapshot();
    let all = snapshot.account_settings.all();
    all.map(|entry| format!("{}={}@{}", entry.name, entry.value, entry.revision)).collect()
}
