//! The one target of an ECS deployment: its lifecycle events and its task sets, as they are now.
//!
//! LIMIT: of events only the one under way has a time; those before it are not kept.
//
// COMPAT: the events and their order are those of "List of lifecycle event hooks for an Amazon
// ECS deployment" (CodeDeploy User Guide); those of test traffic are there where a test
// listener is.

use aws_api::codedeploy::{self, errors};
use model::{LifecycleStage as Stage, Progress, ServiceDeployment, Snapshot};
use wire::ApiError;

use super::deployment;
use super::find::Found;
use crate::ecs::replacement_sets;

pub(super) fn id(found: Found<'_>) -> String {
    let service = &found.deployment.service;
    format!("{}:{}", service.cluster, service.name)
}

/// The target of that id.
pub(super) fn find(
    snapshot: &Snapshot,
    found: Found<'_>,
    target_id: &str,
) -> Result<codedeploy::DeploymentTarget, ApiError> {
    if target_id == id(found) {
        return Ok(render(snapshot, found));
    }
    Err(errors::deployment_target_does_not_exist_exception(format!(
        "The deployment target {target_id} could not be found in the deployment {}",
        found.deployment.id
    )))
}

pub(super) fn status(native: &ServiceDeployment) -> codedeploy::TargetStatus {
    match deployment::status(native) {
        codedeploy::DeploymentStatus::Created | codedeploy::DeploymentStatus::Queued => {
            codedeploy::TargetStatus::Pending
        }
        codedeploy::DeploymentStatus::InProgress | codedeploy::DeploymentStatus::Baking => {
            codedeploy::TargetStatus::InProgress
        }
        codedeploy::DeploymentStatus::Ready => codedeploy::TargetStatus::Ready,
        codedeploy::DeploymentStatus::Succeeded => codedeploy::TargetStatus::Succeeded,
        codedeploy::DeploymentStatus::Failed => codedeploy::TargetStatus::Failed,
        codedeploy::DeploymentStatus::Stopped => codedeploy::TargetStatus::Skipped,
    }
}

fn render(snapshot: &Snapshot, found: Found<'_>) -> codedeploy::DeploymentTarget {
    let Found { deployment, native } = found;
    codedeploy::DeploymentTarget {
        deployment_target_type: Some(codedeploy::DeploymentTargetType::EcsTarget),
        ecs_target: Some(codedeploy::ECSTarget {
            deployment_id: Some(deployment.id.clone()),
            target_id: Some(id(found)),
            target_arn: Some(deployment.service.arn()),
            last_updated_at: Some(native.updated_at),
            lifecycle_events: Some(events(found)),
            status: Some(status(native)),
            task_sets_info: Some(task_sets(snapshot, found)),
        }),
        ..codedeploy::DeploymentTarget::default()
    }
}

/// What a deployment does, in order; each is a place in [`at`].
const EVENTS: [(&str, u32); 8] = [
    ("BeforeInstall", 0),
    ("Install", 1),
    ("AfterInstall", 2),
    ("AllowTestTraffic", 3),
    ("AfterAllowTestTraffic", 4),
    ("BeforeAllowTraffic", 6),
    ("AllowTraffic", 7),
    ("AfterAllowTraffic", 8),
];

/// The place in the order that a stage is at. Test traffic has moved when its stage is entered,
/// and at 5 somebody is waited for.
fn at(progress: &Progress) -> u32 {
    match progress.stage {
        Stage::ReconcileService | Stage::PreScaleUp => 0,
        Stage::ScaleUp => 1,
        Stage::PostScaleUp => 2,
        Stage::TestTrafficShift => 4,
        Stage::PostTestTrafficShift => 5,
        Stage::PreProductionTrafficShift if progress.step == 0 => 6,
        Stage::PreProductionTrafficShift | Stage::ProductionTrafficShift => 7,
        Stage::PostProductionTrafficShift => 8,
        Stage::BakeTime | Stage::CleanUp => 9,
    }
}

fn events(found: Found<'_>) -> Vec<codedeploy::LifecycleEvent> {
    let Found { deployment, native } = found;
    let now = native.progress.as_ref().map_or(0, at);
    let has_test = deployment.settings.target_groups.test_listener_arn.is_some();
    let is_begun = native.started_at.is_some();
    let is_ended = native.failure.is_some() || native.status.is_final();
    let status = |place: u32| match (place.cmp(&now), is_ended) {
        (std::cmp::Ordering::Less, _) => codedeploy::LifecycleEventStatus::Succeeded,
        (std::cmp::Ordering::Equal, true) => codedeploy::LifecycleEventStatus::Failed,
        (std::cmp::Ordering::Equal, false) if is_begun => {
            codedeploy::LifecycleEventStatus::InProgress
        }
        (std::cmp::Ordering::Greater, true) => codedeploy::LifecycleEventStatus::Skipped,
        (std::cmp::Ordering::Equal | std::cmp::Ordering::Greater, false) => {
            codedeploy::LifecycleEventStatus::Pending
        }
    };
    EVENTS
        .into_iter()
        .filter(|(_, place)| has_test || !matches!(place, 3 | 4))
        .map(|(name, place)| codedeploy::LifecycleEvent {
            lifecycle_event_name: Some(name.to_owned()),
            start_time: native
                .progress
                .as_ref()
                .filter(|_| place == now && is_begun)
                .map(|progress| progress.entered_at),
            status: Some(status(place)),
            ..codedeploy::LifecycleEvent::default()
        })
        .collect()
}

/// The old tasks and the new, while this is the service's latest deployment.
fn task_sets(snapshot: &Snapshot, found: Found<'_>) -> Vec<codedeploy::ECSTaskSet> {
    let Found { native, .. } = found;
    let service = snapshot.service(&native.service);
    let Some(service) = service.filter(|service| service.current_deployment == native.id) else {
        return Vec::new();
    };
    let moved = native.progress.as_ref().map_or(0, |progress| progress.production_permille);
    let primary = replacement_sets::primary(snapshot, service);
    let render = |(revision, counts): (&model::ServiceRevision, replacement_sets::Counts)| {
        let is_target = revision.id == native.target_revision;
        let is_primary = revision.id == primary;
        let is_leaving = !is_primary && counts.requested == 0 && counts.running > 0;
        let status = if is_leaving { "DRAINING" } else { "ACTIVE" };
        let weight = if is_target { moved } else { 1_000 - moved };
        let group = revision.target_group_arns.first().and_then(|arn| arn.split('/').nth(1));
        codedeploy::ECSTaskSet {
            identifer: Some(revision.deployment_id()),
            desired_count: Some(i64::from(service.desired_count)),
            pending_count: Some(counts.pending.into()),
            running_count: Some(counts.running.into()),
            status: Some(if is_primary { "PRIMARY" } else { status }.to_owned()),
            traffic_weight: Some(f64::from(weight) / 10.0),
            target_group: group
                .map(|name| codedeploy::TargetGroupInfo { name: Some(name.to_owned()) }),
            task_set_label: Some(if is_target {
                codedeploy::TargetLabel::Green
            } else {
                codedeploy::TargetLabel::Blue
            }),
        }
    };
    let is_one = |id: &str| {
        let source = native.progress.as_ref().and_then(|progress| progress.source.as_deref());
        id == native.target_revision || source == Some(id)
    };
    let sets = replacement_sets::revisions(snapshot, service);
    sets.into_iter().filter(|(revision, _)| is_one(&revision.id)).map(render).collect()
}
