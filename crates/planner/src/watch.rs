//! A deployment as somebody sees it who waits for it.

use std::time::Duration;

use model::session::{DeploymentView, RevisionView};
use model::{
    DeploymentStrategy, DesiredStatus, Entry, HookStatus, HookTarget, LifecycleStage, Progress,
    Service, ServiceDeployment, ServiceKey, ServiceRevision, Snapshot, TaskState, Timestamp,
};

use crate::health::{self, Verdict};

/// The service's events that are shown.
const EVENTS_SHOWN: usize = 5;

/// How the service's last deployment is; `None` where there is no such service.
pub fn view(snapshot: &Snapshot, key: &ServiceKey, now: Timestamp) -> Option<DeploymentView> {
    let service = snapshot.service(key)?;
    let deployment = snapshot.service_deployment(key, &service.current_deployment)?;
    let progress = deployment.progress.as_ref();
    let sources = deployment.source_revisions.iter().map(|source| source.id.as_str());
    let shown = std::iter::once(deployment.target_revision.as_str()).chain(sources);
    let revisions = shown
        .filter_map(|id| snapshot.service_revision(key, id))
        .map(|revision| revision_view(snapshot, (service, deployment), (revision, now)))
        .filter(|view| view.is_target || view.desired > 0 || view.running > 0);
    let events = service.events.iter().take(EVENTS_SHOWN).rev();
    Some(DeploymentView {
        id: deployment.id.clone(),
        strategy: deployment.deployment_configuration.strategy.as_str().to_owned(),
        status: deployment.status.as_str().to_owned(),
        stage: progress.map(|progress| progress.stage.as_str().to_owned()),
        reason: deployment.status_reason.clone(),
        is_final: deployment.status.is_final(),
        created_at: deployment.created_at,
        finished_at: deployment.finished_at,
        waits_until: waits_until(deployment),
        hooks: progress.map(hooks).unwrap_or_default(),
        revisions: revisions.collect(),
        events: events.map(|event| event.message.clone()).collect(),
    })
}

fn revision_view(
    snapshot: &Snapshot,
    (service, deployment): (&Entry<Service>, &ServiceDeployment),
    (revision, now): (&Entry<ServiceRevision>, Timestamp),
) -> RevisionView {
    let tasks = || {
        snapshot.tasks_of_service(&service.key).filter(|task| {
            task.service.as_ref().is_some_and(|of| of.revision == revision.id)
                && task.last_status != TaskState::Stopped
        })
    };
    let is_healthy = |task: &&Entry<model::Task>| {
        health::verdict(snapshot, service, revision, (task, now)) == Verdict::Healthy
    };
    let is_target = revision.id == deployment.target_revision;
    let share = |of_target: fn(&Progress) -> u32| {
        let progress = deployment.progress.as_ref()?;
        let share = of_target(progress);
        let is_source = progress.source.as_ref() == Some(&revision.id);
        Some(match (is_target, is_source) {
            (true, _) => share,
            (false, true) => 1_000 - share,
            (false, false) => 0,
        })
    };
    RevisionView {
        definition: revision.definition.to_string(),
        is_target,
        desired: tasks().filter(|task| task.desired_status == DesiredStatus::Running).count()
            as u32,
        running: tasks().filter(|task| task.last_status == TaskState::Running).count() as u32,
        healthy: tasks().filter(is_healthy).count() as u32,
        failed: if is_target { deployment.failed_tasks } else { 0 },
        production: share(|progress| progress.production_permille),
        test: share(|progress| progress.test_permille),
    }
}

fn hooks(progress: &Progress) -> Vec<String> {
    let waiting = progress.hooks.iter().filter(|run| run.status != HookStatus::Succeeded);
    waiting
        .map(|run| {
            let what = match &run.target {
                HookTarget::Pause => format!("pause {}", run.id),
                HookTarget::Lambda { function_arn, .. } => format!("function {function_arn}"),
                HookTarget::CodeDeploy { function, .. } => format!("function {function}"),
            };
            format!("{what}: {}", run.status.as_str())
        })
        .collect()
}

/// The end of the bake time, of a step's, or of the hook that is done first.
fn waits_until(deployment: &ServiceDeployment) -> Option<Timestamp> {
    if deployment.status.is_final() {
        return None;
    }
    let configuration = &deployment.deployment_configuration;
    let minutes = |minutes: u32| Duration::from_mins(minutes.into());
    let Some(progress) = &deployment.progress else {
        return deployment.baking_since.map(|since| since + minutes(configuration.bake_time_mins));
    };
    let hook = progress
        .hooks
        .iter()
        .filter(|run| matches!(run.status, HookStatus::AwaitingAction | HookStatus::InProgress))
        .map(|run| run.expires_at)
        .min();
    let bake = match progress.stage {
        LifecycleStage::BakeTime => {
            Some(progress.entered_at + minutes(configuration.bake_time_mins))
        }
        LifecycleStage::ProductionTrafficShift
            if configuration.strategy != DeploymentStrategy::BlueGreen =>
        {
            progress.shifted_at.map(|at| at + minutes(configuration.strategy.step_bake_mins()))
        }
        LifecycleStage::ReconcileService
        | LifecycleStage::PreScaleUp
        | LifecycleStage::ScaleUp
        | LifecycleStage::PostScaleUp
        | LifecycleStage::TestTrafficShift
        | LifecycleStage::PostTestTrafficShift
        | LifecycleStage::PreProductionTrafficShift
        | LifecycleStage::ProductionTrafficShift
        | LifecycleStage::PostProductionTrafficShift
        | LifecycleStage::CleanUp => None,
    };
    hook.or(bake)
}
