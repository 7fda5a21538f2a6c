//! Measures durable commits per second, by one client and by 64.
//!
//! `cargo run --example commits -- DIRECTORY`: the directory's file system is what is
//! measured, so it should be the one that will hold the store.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use model::{AccountSetting, Plan, Scope};
use store::{SqliteEngine, Store};

const MEASURED: Duration = Duration::from_secs(3);

fn main() {
    let directory = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let path = directory.join(format!("commits-{}.sqlite", std::process::id()));
    let store = Store::open(SqliteEngine::open(&path).expect("it opens")).expect("it is empty");
    let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    for clients in [1, 64] {
        let rate = runtime.block_on(measure(&store, clients));
        writeln!(std::io::stdout(), "{clients} clients: {rate:.0} durable commits/s")
            .expect("standard output is open");
    }
    runtime.block_on(store.shutdown());
    for suffix in ["", "-wal"] {
        // The log is gone already where the engine closed in good order.
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}

async fn measure(store: &Store, clients: usize) -> f64 {
    let began = Instant::now();
    let mut committers = tokio::task::JoinSet::new();
    for client in 0..clients {
        let store = store.clone();
        committers.spawn(async move {
            let mut count = 0;
            while began.elapsed() < MEASURED {
                // Over and over the same records, as tasks and services are.
                let name = format!("{client}-{}", count % 100);
                store.commit(put(name)).await.expect("a good plan");
                count += 1;
            }
            count
        });
    }
    let count: u64 = committers.join_all().await.iter().sum();
    count as f64 / began.elapsed().as_secs_f64()
}

fn put(name: String) -> Plan {
    let mut plan = Plan::new();
    plan.changes.push(model::Change::Put(
        AccountSetting {
            scope: Scope::new("000000000000", "us-east-1"),
            principal_arn: "root".to_owned(),
            name,
            // About the size of a task.
            value: "x".repeat(2_000),
            is_default: false,
        }
        .into(),
    ));
    plan
}
