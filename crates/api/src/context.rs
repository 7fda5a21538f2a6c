//! What every operation has at hand: the store, the caller, chance and time.

use std::sync::{Arc, Mutex, PoisonError};

use model::{Cidr, Plan, Rng, Scope, Snapshot, Timestamp};
use observe::Logs;
use store::{Store, TransactError};
use wire::ApiError;

/// The operations of every service, over one store.
#[derive(Debug)]
pub struct Api {
    pub store: Store,
    pub logs: Logs,
    pub config: ApiConfig,
    /// Forked for each request, so that no two draw the same.
    rng: Mutex<Rng>,
}

/// What `up` was told that operations need to know.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// The range of each region's default VPC.
    pub vpc_cidr: Cidr,
}

/// Who asks, from where, and when.
#[derive(Clone, Debug)]
pub struct Caller {
    pub scope: Scope,
    /// For example `arn:aws:iam::000000000000:root`.
    pub principal_arn: String,
    pub now: Timestamp,
    pub request_id: String,
}

/// One try of a transaction: what an operation decides with, and what it decides.
#[derive(Debug)]
pub struct Turn<'a> {
    pub snapshot: &'a Snapshot,
    pub caller: &'a Caller,
    pub rng: Rng,
    pub plan: Plan,
}

impl Turn<'_> {
    pub fn scope(&self) -> &Scope {
        &self.caller.scope
    }

    pub fn now(&self) -> Timestamp {
        self.caller.now
    }
}

impl Api {
    pub fn new(store: Store, logs: Logs, (config, rng): (ApiConfig, Rng)) -> Api {
        Api { store, logs, config, rng: Mutex::new(rng) }
    }

    /// The latest state. It never waits.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.store.snapshot()
    }

    /// Decides on the latest snapshot and commits; decides again where what it read
    /// has changed. The answer is given once the commit is durable.
    pub async fn transact<T>(
        &self,
        caller: &Caller,
        mut decide: impl FnMut(&mut Turn<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut rng = self.fork_rng();
        let decided = self.store.transact(|snapshot: &Snapshot| {
            let rng = Rng::seeded(rng.next_u64());
            let mut turn = Turn { snapshot, caller, rng, plan: Plan::new() };
            let answer = decide(&mut turn)?;
            Ok::<_, ApiError>((turn.plan, answer))
        });
        decided.await.map_err(|error| match error {
            TransactError::Plan(refusal) => refusal,
            TransactError::Commit(error) => {
                tracing::error!(%error, request_id = caller.request_id, "a commit failed");
                wire::internal_failure()
            }
        })
    }

    /// A turn that nobody commits: to see what would be decided.
    pub(crate) fn turn<'a>(&self, caller: &'a Caller, snapshot: &'a Snapshot) -> Turn<'a> {
        Turn { snapshot, caller, rng: self.fork_rng(), plan: Plan::new() }
    }

    pub(crate) fn fork_rng(&self) -> Rng {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        Rng::seeded(rng.next_u64())
    }
}
