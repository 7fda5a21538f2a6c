//! Planners that are broken on purpose, to see that the laws catch them.
//!
//! A mutation changes plans between a planner and the commit. Nothing but a test asks for one.

use model::{
    AnyRecord, Change, DeploymentStatus, DesiredStatus, LifecycleStage, Plan, ServiceDeployment,
    Snapshot, StopCode, TaskState, Timestamp,
};
use planner::traffic::{self, Shares};

use crate::laws::{Kept, kept};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// All production traffic goes to the target while it is still scaling up.
    ShiftBeforeHealth,
    /// A task of the source is stopped during the bake.
    StopSourceInBake,
    /// What begins a rollback is forgotten: the deployment goes on.
    ForgetRollback,
    /// A rolling deployment stops a healthy task more than it may.
    StopBelowMinimum,
    /// Targets are forgotten as soon as they drain.
    SkipDraining,
}

pub(crate) fn apply(
    mutation: Mutation,
    (snapshot, now): (&Snapshot, Timestamp),
    (planner, plans): (&str, &mut Vec<Plan>),
) {
    match (mutation, planner) {
        (Mutation::SkipDraining, "draining") => skip_draining(snapshot, plans),
        (Mutation::ForgetRollback, "deployment") => {
            plans.retain_mut(|plan| forget_rollback(snapshot, plan));
        }
        (Mutation::ShiftBeforeHealth, "deployment") => {
            let early = kept(snapshot).find_map(|one| shift(snapshot, &one));
            replace(plans, early);
        }
        (Mutation::StopSourceInBake, "deployment") => {
            let stop = kept(snapshot).find_map(|one| stop_source(snapshot, &one, now));
            replace(plans, stop);
        }
        (Mutation::StopBelowMinimum, "deployment") => {
            let stop = kept(snapshot).find_map(|one| stop_any(snapshot, &one, now));
            replace(plans, stop);
        }
        _ => {}
    }
}

fn replace(plans: &mut Vec<Plan>, other: Option<Plan>) {
    if let Some(other) = other {
        plans.clear();
        plans.push(other);
    }
}

fn shift(snapshot: &Snapshot, one: &Kept<'_>) -> Option<Plan> {
    let progress = one.deployment.progress.as_ref()?;
    let is_early = progress.stage == LifecycleStage::ScaleUp && !one.deployment.status.is_final();
    let revision = |id: &str| snapshot.service_revision(&one.service.key, id);
    let target = revision(&one.deployment.target_revision).filter(|_| is_early)?;
    let source = progress.source.as_deref().and_then(revision).map(|source| &*source.record);
    let mut plan = Plan::new();
    let shares = Shares { production: 1_000, test: 0 };
    traffic::shift(snapshot, (source, target), shares, &mut plan);
    (!plan.is_empty()).then_some(plan)
}

fn stop_source(snapshot: &Snapshot, one: &Kept<'_>, now: Timestamp) -> Option<Plan> {
    let progress = one.deployment.progress.as_ref()?;
    let is_baking = progress.stage == LifecycleStage::BakeTime && !one.deployment.status.is_final();
    let source = progress.source.clone().filter(|_| is_baking)?;
    stop(snapshot, one, (&|revision| revision == source, now))
}

fn stop_any(snapshot: &Snapshot, one: &Kept<'_>, now: Timestamp) -> Option<Plan> {
    let is_rolling = one.deployment.progress.is_none() && !one.deployment.status.is_final();
    stop(snapshot, one, (&|_| is_rolling, now))
}

fn stop(
    snapshot: &Snapshot,
    one: &Kept<'_>,
    (is_chosen, now): (&dyn Fn(&str) -> bool, Timestamp),
) -> Option<Plan> {
    let task = snapshot.tasks_of_service(&one.service.key).find(|task| {
        let of = task.service.as_ref().map_or("", |of| of.revision.as_str());
        let is_running =
            (task.last_status, task.desired_status) == (TaskState::Running, DesiredStatus::Running);
        is_running && is_chosen(of)
    })?;
    let mut plan = Plan::new();
    let code = StopCode::ServiceSchedulerInitiated;
    plan.update(task, planner::task::stopped(task, code, "broken on purpose", now));
    Some(plan)
}

/// Leaves out what ends the deployment. Whether anything of the plan is left.
fn forget_rollback(snapshot: &Snapshot, plan: &mut Plan) -> bool {
    let ends = plan.changes.iter_mut().find_map(|change| match change {
        Change::Put(AnyRecord::ServiceDeployment(next)) => {
            let old = snapshot.service_deployment(&next.service, &next.id)?;
            let begins = |status| status == DeploymentStatus::RollbackInProgress;
            (begins(next.status) && !begins(old.status)).then_some((next, old))
        }
        Change::Put(_) | Change::Delete(_) => None,
    });
    let Some((next, old)) = ends else { return true };
    let mut on =
        ServiceDeployment { status: DeploymentStatus::InProgress, ..(*old.record).clone() };
    for run in on.progress.iter_mut().flat_map(|progress| &mut progress.hooks) {
        run.status = model::HookStatus::Succeeded;
    }
    **next = on;
    plan.changes.retain(|change| matches!(change, Change::Put(AnyRecord::ServiceDeployment(_))));
    true
}

fn skip_draining(snapshot: &Snapshot, plans: &mut Vec<Plan>) {
    let mut plan = Plan::new();
    for target in snapshot.targets.all().filter(|target| target.draining_since.is_some()) {
        plan.delete(target);
    }
    if !plan.is_empty() {
        replace(plans, Some(plan));
    }
}
