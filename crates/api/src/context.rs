//! What every operation has at hand: the store, the caller, chance and time.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use model::{Cidr, Plan, Principal, Rng, Scope, Snapshot, Timestamp};
use observe::Logs;
use store::{Store, TransactError};
use vault::{MasterKeys, Vault};
use wire::ApiError;

use crate::authorize::{PolicyCache, RecentDenials};
use crate::credentials::Opened;

/// The operations of every service, over one store.
#[derive(Debug)]
pub struct Api {
    pub store: Store,
    pub logs: Logs,
    pub vault: Arc<Vault>,
    /// The range of each region's default VPC.
    pub vpc_cidr: Cidr,
    pub(crate) policies: PolicyCache,
    pub(crate) opened: Opened,
    pub denials: RecentDenials,
    /// Forked for each request, so that no two draw the same.
    rng: Mutex<Rng>,
}

/// What operations work with.
#[derive(Debug)]
pub struct ApiParts {
    pub store: Store,
    pub logs: Logs,
    pub vault: Arc<Vault>,
    /// The range of each region's default VPC.
    pub vpc_cidr: Cidr,
}

impl ApiParts {
    /// With a master key that nobody keeps: for tests.
    pub fn unkept(store: Store, logs: Logs, vpc_cidr: Cidr) -> ApiParts {
        ApiParts { store, logs, vault: Arc::new(Vault::new(MasterKeys::random())), vpc_cidr }
    }
}

/// Who asks, from where, and when.
#[derive(Clone, Debug)]
pub struct Caller {
    pub scope: Scope,
    pub principal: Arc<Principal>,
    /// None for an unsigned request.
    pub access_key_id: Option<String>,
    pub now: Timestamp,
    pub request_id: String,
    pub source_ip: IpAddr,
    pub user_agent: Option<String>,
}

impl Caller {
    /// For example `arn:aws:iam::000000000000:root`.
    pub fn principal_arn(&self) -> String {
        self.principal.arn()
    }

    /// The root of an account, asking from the host itself.
    pub fn root(scope: Scope, now: Timestamp) -> Caller {
        Caller {
            principal: Arc::new(Principal::root(scope.account.as_str())),
            scope,
            access_key_id: None,
            now,
            request_id: String::new(),
            source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: None,
        }
    }
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
    pub fn new(parts: ApiParts, rng: Rng) -> Api {
        let ApiParts { store, logs, vault, vpc_cidr } = parts;
        let (policies, denials) = (PolicyCache::default(), RecentDenials::default());
        let (opened, rng) = (Opened::default(), Mutex::new(rng));
        Api { store, logs, vault, vpc_cidr, policies, opened, denials, rng }
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
