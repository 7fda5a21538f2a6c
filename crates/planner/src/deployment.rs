//! The ROLLING deployment: brings each service to its revision and its count.
//!
//! One pass looks at every task of a service and decides what to start and what
//! to stop, within the bounds. Deploying, scaling, replacing and deleting are the
//! same pass over different states.
//!
//! INVARIANT: through our own doing, healthy tasks never fall below the lower bound,
//! and tasks that are to run never exceed the upper.

mod events;
mod roll;

use model::{
    DeploymentStatus, DesiredStatus, Entry, Plan, Rng, Service, ServiceDeployment, ServiceRevision,
    ServiceStatus, Snapshot, StopCode, Task, TaskState, Timestamp,
};

use crate::health::{self, Verdict};
use crate::targets;
use events::Announcer;

/// Plans one step of every service, one plan a service, so that one's conflict
/// holds up no other.
pub fn plan(snapshot: &Snapshot, now: Timestamp, rng: &mut Rng) -> Vec<Plan> {
    snapshot
        .services
        .all()
        .map(|service| plan_service(snapshot, service, now, rng))
        .filter(|plan| !plan.is_empty() || plan.wake_at.is_some())
        .collect()
}

/// Plans one step of one service.
pub fn plan_service(
    snapshot: &Snapshot,
    service: &Entry<Service>,
    now: Timestamp,
    rng: &mut Rng,
) -> Plan {
    match service.status {
        ServiceStatus::Inactive => Plan::new(),
        ServiceStatus::Draining => plan_drain(snapshot, service, now, rng),
        ServiceStatus::Active => {
            let Some(view) = View::of(snapshot, service, now) else { return Plan::new() };
            roll::plan(&view, rng)
        }
    }
}

/// One service with all that a decision about it needs.
#[derive(Debug)]
struct View<'a> {
    snapshot: &'a Snapshot,
    service: &'a Entry<Service>,
    revision: &'a Entry<ServiceRevision>,
    deployment: &'a Entry<ServiceDeployment>,
    /// Every task of it that has not stopped, in key order.
    tasks: Vec<Seen<'a>>,
    now: Timestamp,
}

/// A task and what the service thinks of it.
#[derive(Clone, Debug)]
struct Seen<'a> {
    task: &'a Entry<Task>,
    verdict: Verdict,
    is_primary: bool,
}

impl Seen<'_> {
    fn is_leaving(&self) -> bool {
        self.verdict == Verdict::Leaving
    }

    fn is_healthy(&self) -> bool {
        self.verdict == Verdict::Healthy
    }
}

impl<'a> View<'a> {
    /// `None` where a record is missing: the service is just being made or removed.
    fn of(snapshot: &'a Snapshot, service: &'a Entry<Service>, now: Timestamp) -> Option<Self> {
        let revision = snapshot.service_revision(&service.key, &service.primary_revision)?;
        let deployment = snapshot.service_deployment(&service.key, &service.current_deployment)?;
        let tasks = snapshot
            .tasks_of_service(&service.key)
            .filter(|task| task.last_status != TaskState::Stopped)
            .map(|task| {
                let of = task.service.as_ref().map(|service| service.revision.as_str());
                let is_primary = of == Some(revision.id.as_str());
                let own = of.and_then(|id| snapshot.service_revision(&service.key, id));
                let verdict =
                    health::verdict(snapshot, service, own.unwrap_or(revision), (task, now));
                Seen { task, verdict, is_primary }
            })
            .collect();
        Some(View { snapshot, service, revision, deployment, tasks, now })
    }
}

/// The task's own id, as events name it.
fn task_ids<'a>(tasks: impl Iterator<Item = &'a Entry<Task>>) -> Vec<String> {
    tasks.map(|task| task.key.id.clone()).collect()
}

/// Stops all tasks of a service that was deleted, then makes it inactive.
fn plan_drain(
    snapshot: &Snapshot,
    service: &Entry<Service>,
    now: Timestamp,
    rng: &mut Rng,
) -> Plan {
    let mut plan = Plan::new();
    let mut announcer = Announcer::new(service, now, rng);
    let remaining: Vec<&Entry<Task>> = snapshot
        .tasks_of_service(&service.key)
        .filter(|task| task.last_status != TaskState::Stopped)
        .collect();
    let to_stop: Vec<&Entry<Task>> = remaining
        .iter()
        .copied()
        .filter(|task| task.desired_status == DesiredStatus::Running)
        .collect();
    announcer.stopped(&task_ids(to_stop.iter().copied()));
    for task in to_stop {
        plan.update(task, stopped_by_scheduler(task, &scaling_reason(snapshot, task), now));
    }
    let mut next = announcer.finish();
    if remaining.is_empty() {
        next.status = ServiceStatus::Inactive;
        next.inactive_at = Some(now);
        if let Some(deployment) =
            snapshot.service_deployment(&service.key, &service.current_deployment)
            && !deployment.status.is_final()
        {
            let reason = "Service was deleted.".to_owned();
            let ended = ServiceDeployment {
                status: DeploymentStatus::Stopped,
                status_reason: Some(reason),
                finished_at: Some(now),
                updated_at: now,
                ..(*deployment.record).clone()
            };
            plan.update(deployment, ended);
        }
    }
    if next != *service.record {
        plan.update(service, next);
    }
    plan
}

fn stopped_by_scheduler(task: &Task, reason: &str, now: Timestamp) -> Task {
    crate::task::stopped(task, StopCode::ServiceSchedulerInitiated, reason, now)
}

/// COMPAT: the wording of `stoppedReason` for scale-in and deployments ("Stopped tasks
/// error codes", ECS Developer Guide).
fn scaling_reason(snapshot: &Snapshot, task: &Task) -> String {
    let deployment = task
        .service_key()
        .zip(task.service.as_ref())
        .and_then(|(key, owner)| snapshot.service_revision(&key, &owner.revision))
        .map(|revision| revision.deployment_id())
        .unwrap_or_default();
    format!("Scaling activity initiated by (deployment {deployment})")
}

/// The targets that running tasks of a service still lack, each as its own revision says.
fn missing_targets(view: &View<'_>) -> Vec<model::Target> {
    let mut missing = Vec::new();
    for seen in view.tasks.iter().filter(|seen| !seen.is_leaving()) {
        let of = seen.task.service.as_ref().map(|service| service.revision.as_str());
        let own = of.and_then(|id| view.snapshot.service_revision(&view.service.key, id));
        if let Some(revision) = own {
            missing.extend(targets::missing(view.snapshot, seen.task, revision, view.now));
        }
    }
    missing
}
