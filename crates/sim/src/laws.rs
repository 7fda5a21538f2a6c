//! What must hold after every commit, whoever made it, and what must come about in the end.
//!
//! A planner answers for what it could know: its plan is judged on the state that it was made
//! of. A task that crashes between a plan and its commit is no fault of the plan.

pub(crate) mod liveness;

mod bounds;
mod endings;
mod progress;
mod stops;
mod traffic;

use std::collections::BTreeSet;

use model::{
    Entry, Plan, Service, ServiceDeployment, ServiceRevision, Snapshot, Task, TaskKey, TaskState,
    Timestamp,
};
use planner::health::{self, Verdict};

use crate::control::{Actor, Planned};

/// A law that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub law: &'static str,
    pub what: String,
}

impl Broken {
    pub(crate) fn new(law: &'static str, what: String) -> Broken {
        Broken { law, what }
    }
}

/// What the laws remember.
#[derive(Debug, Default)]
pub(crate) struct Laws {
    /// The first that was broken.
    pub(crate) broken: Option<Broken>,
    /// Deployments that somebody was promised would not succeed.
    condemned: BTreeSet<String>,
    /// Tasks whose nodes were told to stop them.
    told: BTreeSet<TaskKey>,
    /// Tasks with a target that control no longer waited for: their delay was over.
    given_up: BTreeSet<TaskKey>,
}

impl Laws {
    pub(crate) fn break_with(&mut self, law: &'static str, what: String) {
        self.broken.get_or_insert(Broken { law, what });
    }
}

/// A commit, with what it was made of and what it made.
pub(crate) struct Commit<'a> {
    pub(crate) by: Actor,
    /// By control's clock, when it was planned.
    pub(crate) at: Timestamp,
    pub(crate) plan: &'a Plan,
    /// The state that the plan was made of, and that state with the plan's changes.
    pub(crate) seen: &'a Snapshot,
    pub(crate) foreseen: Snapshot,
    pub(crate) before: &'a Snapshot,
    pub(crate) after: &'a Snapshot,
}

impl<'a> Commit<'a> {
    pub(crate) fn new(
        planned: &'a Planned,
        (before, after): (&'a Snapshot, &'a Snapshot),
    ) -> Commit<'a> {
        let seen = &planned.seen;
        let foreseen = if seen.revision == before.revision {
            after.clone()
        } else {
            let mut foreseen = seen.clone();
            foreseen.apply(seen.revision + 1, &planned.plan.changes);
            foreseen
        };
        Commit {
            by: planned.by,
            at: planned.at,
            plan: &planned.plan,
            seen,
            foreseen,
            before,
            after,
        }
    }

    fn is_deploying(&self) -> bool {
        self.by == Actor::Reconciler("deployment")
    }
}

type Law = fn(&Commit<'_>) -> Option<String>;

/// The laws of one commit, which remember nothing.
const LAWS: &[(&str, Law)] = &[
    ("bounds", bounds::rolling),
    ("source", bounds::source_stays_whole),
    ("shift", traffic::only_to_healthy),
    ("split", traffic::one_revision_at_a_time),
    ("order", progress::forward_only),
    ("success", endings::success_is_whole),
];

/// Judges a commit.
pub(crate) fn check(laws: &mut Laws, commit: &Commit<'_>) {
    for (law, holds) in LAWS {
        if let Some(what) = holds(commit) {
            laws.break_with(law, what);
        }
    }
    endings::check(laws, commit);
    stops::check(laws, commit);
}

/// A service that is looked after, with its deployment.
pub(crate) struct Kept<'a> {
    pub(crate) service: &'a Entry<Service>,
    pub(crate) deployment: &'a Entry<ServiceDeployment>,
}

/// Every service that is active, with its deployment.
pub(crate) fn kept(snapshot: &Snapshot) -> impl Iterator<Item = Kept<'_>> {
    snapshot
        .services
        .all()
        .filter(|service| service.status == model::ServiceStatus::Active)
        .filter_map(|service| {
            let id = &service.current_deployment;
            let deployment = snapshot.service_deployment(&service.key, id)?;
            Some(Kept { service, deployment })
        })
}

impl Kept<'_> {
    /// The tasks of the service that have not stopped, each with its revision and a verdict.
    pub(crate) fn tasks<'a>(
        &'a self,
        snapshot: &'a Snapshot,
        now: Timestamp,
    ) -> impl Iterator<Item = (&'a Entry<Task>, &'a Entry<ServiceRevision>, Verdict)> {
        snapshot
            .tasks_of_service(&self.service.key)
            .filter(|task| task.last_status != TaskState::Stopped)
            .filter_map(move |task| {
                let id = &task.service.as_ref()?.revision;
                let revision = snapshot.service_revision(&self.service.key, id)?;
                let verdict = health::verdict(snapshot, self.service, revision, (task, now));
                Some((task, revision, verdict))
            })
    }
}
