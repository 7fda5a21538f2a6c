//! Brings each service to its revision and its count, as its strategy says.
//!
//! One pass looks at every task of a service and decides what to start and what to
//! stop. Deploying, scaling, replacing, rolling back and deleting are passes over
//! different states: a crash between two of them is harmless.
//!
//! INVARIANT: through our own doing, healthy tasks never fall below the lower bound,
//! and tasks that are to run never exceed the upper.
//! INVARIANT: production traffic is moved only to a revision whose tasks are healthy.

mod capacity;
mod ending;
mod events;
mod failure;
mod fleet;
mod halted;
mod home;
mod pass;
mod protection;
mod roll;
mod staged;
mod task_sets;
mod words;

use model::{
    DeploymentController, DeploymentStatus, DesiredStatus, Entry, Plan, Rng, Service,
    ServiceDeployment, ServiceRevision, ServiceStatus, Snapshot, StopCode, TargetHealthState, Task,
    TaskState, Timestamp,
};

use crate::health::{self, Verdict};
use crate::targets;
use events::Announcer;
use fleet::Fleet;
use pass::Pass;

pub use ending::left_by_request;
pub use failure::threshold;

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
            let view = View::of(snapshot, service, now);
            match service.controller {
                DeploymentController::Ecs | DeploymentController::CodeDeploy => {
                    plan_deployment(&view, rng)
                }
                DeploymentController::External => task_sets::plan(Fleet::new(&view, rng)),
            }
        }
    }
}

/// Plans one step of a service that deploys by itself.
fn plan_deployment(view: &View<'_>, rng: &mut Rng) -> Plan {
    let Some(mut pass) = Pass::new(view, rng) else { return Plan::new() };
    if !ending::begin(&mut pass) {
        match way(pass.known) {
            Way::Roll => roll::plan(&mut pass),
            Way::Stages => staged::plan(&mut pass),
            Way::Halted => halted::plan(&mut pass),
        }
    }
    pass.finish()
}

/// How a service is to be looked after.
enum Way {
    /// Tasks are replaced in place; also what a service at rest needs.
    Roll,
    /// Two revisions side by side.
    Stages,
    /// Left where a failed deployment was.
    Halted,
}

fn way(deployment: &ServiceDeployment) -> Way {
    match (&deployment.progress, deployment.status.is_final()) {
        (_, true) if deployment.is_halted() => Way::Halted,
        (Some(_), false) => Way::Stages,
        (None, false) | (_, true) => Way::Roll,
    }
}

/// One service with all that a decision about it needs.
#[derive(Debug)]
struct View<'a> {
    snapshot: &'a Snapshot,
    service: &'a Entry<Service>,
    /// Every task of it that has not stopped, in key order.
    tasks: Vec<Seen<'a>>,
    now: Timestamp,
}

/// A task and what the service thinks of it.
#[derive(Clone, Debug)]
struct Seen<'a> {
    task: &'a Entry<Task>,
    /// The revision that it runs.
    revision: &'a str,
    verdict: Verdict,
    is_primary: bool,
    /// It serves, or comes up to, and is not to be stopped for its number.
    is_protected: bool,
}

impl Seen<'_> {
    fn is_leaving(&self) -> bool {
        self.verdict == Verdict::Leaving
    }

    fn is_healthy(&self) -> bool {
        self.verdict == Verdict::Healthy
    }

    fn is_unhealthy(&self) -> bool {
        matches!(self.verdict, Verdict::Unhealthy { .. })
    }
}

impl<'a> View<'a> {
    fn of(snapshot: &'a Snapshot, service: &'a Entry<Service>, now: Timestamp) -> Self {
        let tasks = snapshot
            .tasks_of_service(&service.key)
            .filter(|task| task.last_status != TaskState::Stopped)
            .filter_map(|task| {
                let of = task.service.as_ref().map_or("", |service| service.revision.as_str());
                let revision = snapshot.service_revision(&service.key, of).or_else(|| {
                    snapshot.service_revision(&service.key, &service.primary_revision)
                })?;
                let verdict = health::verdict(snapshot, service, revision, (task, now));
                let is_protected = task.is_protected(now)
                    && matches!(verdict, Verdict::Healthy | Verdict::Starting { .. });
                let is_primary = of == service.primary_revision;
                Some(Seen { task, revision: of, verdict, is_primary, is_protected })
            })
            .collect();
        View { snapshot, service, tasks, now }
    }

    fn revision_of(&self, id: &str) -> Option<&'a Entry<ServiceRevision>> {
        self.snapshot.service_revision(&self.service.key, id)
    }

    /// The revision that a failed deployment goes back to.
    fn completed_revision(&self) -> Option<&'a Entry<ServiceRevision>> {
        self.service.completed_revision.as_deref().and_then(|id| self.revision_of(id))
    }

    /// The tasks of one revision.
    fn tasks_of<'b>(&'b self, revision: &'b str) -> impl Iterator<Item = &'b Seen<'a>> {
        self.tasks.iter().filter(move |seen| seen.revision == revision)
    }

    /// Whether a task is in the target groups that the primary revision's tasks are in.
    fn is_at_home(&self, seen: &Seen<'_>) -> bool {
        let of = self.revision_of(seen.revision);
        let primary = self.revision_of(&self.service.primary_revision);
        of.zip(primary)
            .is_some_and(|(of, primary)| of.target_group_arns == primary.target_group_arns)
    }

    /// Whether a task of it gets requests, or would: one that is leaving does until its targets
    /// are draining.
    fn is_serving(&self, seen: &Seen<'_>) -> bool {
        seen.is_healthy() || self.has_healthy_target(seen)
    }

    fn has_healthy_target(&self, seen: &Seen<'_>) -> bool {
        let mut targets = self.snapshot.targets_of_task(&seen.task.key);
        targets.any(|target| target.health.state == TargetHealthState::Healthy)
    }

    fn healthy_count(&self, revision: &str) -> u32 {
        self.tasks_of(revision).filter(|seen| seen.is_healthy()).count() as u32
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
        for set in snapshot.task_sets_of(&service.key) {
            plan.delete(set);
        }
        next.status = ServiceStatus::Inactive;
        next.inactive_at = Some(now);
        if let Some(deployment) =
            snapshot.service_deployment(&service.key, &service.current_deployment)
            && !deployment.status.is_final()
        {
            let ended = ServiceDeployment {
                status: DeploymentStatus::Stopped,
                status_reason: Some(words::DELETED.to_owned()),
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
        if let Some(revision) = view.revision_of(seen.revision) {
            missing.extend(targets::missing(view.snapshot, seen.task, revision, view.now));
        }
    }
    missing
}
