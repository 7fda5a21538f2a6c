//! Runs one reconciler: wake, snapshot, plan, lint, commit.

use futures_util::future::join_all;
use model::{Plan, Rng, Snapshot, Timestamp};
use planner::Reconciler;
use store::{Closed, CommitError, Store, Watcher};

use crate::clock::Clock;

/// Runs until the store is closed.
pub async fn run_reconciler(reconciler: Reconciler, store: Store, clock: Clock, mut rng: Rng) {
    let mut watcher = store.watch();
    let mut snapshot = store.snapshot();
    loop {
        let plans = (reconciler.plan)(&snapshot, clock.now(), &mut rng);
        let wake_at = plans.iter().filter_map(|plan| plan.wake_at).min();
        commit_all(reconciler, &store, &snapshot, plans).await;
        match wait(&mut watcher, wake_at, &clock).await {
            Ok(()) => snapshot = store.snapshot(),
            Err(Closed) => return,
        }
    }
}

/// Commits the plans side by side, so that they share a sync.
async fn commit_all(reconciler: Reconciler, store: &Store, snapshot: &Snapshot, plans: Vec<Plan>) {
    let commits = plans.into_iter().filter(|plan| !plan.is_empty()).map(|plan| {
        let violations = planner::lint::lint(snapshot, &plan);
        async move {
            let name = reconciler.name;
            if let Some(violation) = violations.first() {
                tracing::error!(reconciler = name, %violation, "a plan breaks a law");
                return;
            }
            match store.commit(plan).await {
                Ok(_) | Err(CommitError::Conflict(_)) => {}
                Err(error) => tracing::error!(reconciler = name, %error, "a plan is not committed"),
            }
        }
    });
    join_all(commits).await;
}

/// Returns when there is a later snapshot, or when `wake_at` has come.
async fn wait(
    watcher: &mut Watcher,
    wake_at: Option<Timestamp>,
    clock: &Clock,
) -> Result<(), Closed> {
    match wake_at {
        None => watcher.changed().await.map(drop),
        Some(at) => {
            let remaining = at.since(clock.now());
            match tokio::time::timeout(remaining, watcher.changed()).await {
                Ok(changed) => changed.map(drop),
                Err(_) => Ok(()),
            }
        }
    }
}
