//! Deployments as `CodeDeploy` shows them: all that they have come to is read off the service's
//! own deployment.
//
// COMPAT: statuses and error codes are those of "DeploymentInfo" and "ErrorInformation"
// (CodeDeploy API Reference). On AWS a rollback is a deployment of its own; here it is the end
// of the one that failed, which is over when the old tasks are alone again.

use aws_api::codedeploy;
use model::{
    CodeDeployDeployment, CodeDeployGroup, DeploymentFailure, DeploymentStatus, HookStatus,
    HookTarget, LifecycleStage, ServiceDeployment,
};

use super::find::Found;
use super::{blue_green, group, target_group_pair, watching};

pub(super) fn status(native: &ServiceDeployment) -> codedeploy::DeploymentStatus {
    match native.status {
        DeploymentStatus::Pending => codedeploy::DeploymentStatus::Created,
        DeploymentStatus::InProgress if is_ready(native) => codedeploy::DeploymentStatus::Ready,
        DeploymentStatus::InProgress if is_baking(native) => codedeploy::DeploymentStatus::Baking,
        DeploymentStatus::InProgress
        | DeploymentStatus::RollbackRequested
        | DeploymentStatus::RollbackInProgress => codedeploy::DeploymentStatus::InProgress,
        DeploymentStatus::Successful => codedeploy::DeploymentStatus::Succeeded,
        DeploymentStatus::Stopped
        | DeploymentStatus::RollbackSuccessful
        | DeploymentStatus::RollbackFailed => match native.failure {
            // Another took its place, its service was deleted, or somebody said so.
            // COMPAT: a wait that nobody ends makes a deployment `Stopped`.
            None | Some(DeploymentFailure::Requested | DeploymentFailure::PauseTimedOut { .. }) => {
                codedeploy::DeploymentStatus::Stopped
            }
            Some(
                DeploymentFailure::CircuitBreaker
                | DeploymentFailure::Alarms { .. }
                | DeploymentFailure::Hook { .. }
                | DeploymentFailure::Networking { .. },
            ) => codedeploy::DeploymentStatus::Failed,
        },
    }
}

/// Whether somebody is waited for before production traffic moves.
pub(super) fn is_ready(native: &ServiceDeployment) -> bool {
    let runs = native.progress.iter().flat_map(|progress| &progress.hooks);
    let is_waiting = |status: HookStatus| status == HookStatus::AwaitingAction;
    native.status == DeploymentStatus::InProgress
        && runs.into_iter().any(|run| run.target == HookTarget::Pause && is_waiting(run.status))
}

/// Whether all has moved and the old tasks wait for their end.
pub(super) fn is_baking(native: &ServiceDeployment) -> bool {
    let stage = native.progress.as_ref().map(|progress| progress.stage);
    native.status == DeploymentStatus::InProgress && stage == Some(LifecycleStage::BakeTime)
}

pub(super) fn is_of(deployment: &CodeDeployDeployment, group: &CodeDeployGroup) -> bool {
    (&deployment.application, &deployment.group) == (&group.application, &group.name)
}

/// In the order of age.
pub(super) fn page_key(deployment: &CodeDeployDeployment) -> String {
    format!("{:020}/{}", deployment.created_at.as_millis(), deployment.id)
}

pub(super) fn revision(deployment: &CodeDeployDeployment) -> codedeploy::RevisionLocation {
    codedeploy::RevisionLocation {
        revision_type: Some(codedeploy::RevisionLocationType::AppSpecContent),
        app_spec_content: Some(codedeploy::AppSpecContent {
            content: Some(deployment.content.clone()),
            sha256: Some(deployment.sha256.clone()),
        }),
        ..codedeploy::RevisionLocation::default()
    }
}

pub(super) fn render(found: Found<'_>) -> codedeploy::DeploymentInfo {
    let Found { deployment, native } = found;
    let settings = &deployment.settings;
    let rollback = native.rollback.as_ref().map(|rollback| codedeploy::RollbackInfo {
        rollback_message: Some(rollback.reason.clone()),
        ..codedeploy::RollbackInfo::default()
    });
    let stage = native.progress.as_ref().map(|progress| progress.stage);
    codedeploy::DeploymentInfo {
        application_name: Some(deployment.application.clone()),
        deployment_group_name: Some(deployment.group.clone()),
        deployment_config_name: Some(settings.config.clone()),
        deployment_id: Some(deployment.id.clone()),
        revision: Some(revision(deployment)),
        status: Some(status(native)),
        error_information: error(found),
        create_time: Some(deployment.created_at),
        start_time: native.started_at,
        complete_time: native.finished_at,
        deployment_overview: Some(overview(native)),
        description: deployment.description.clone(),
        creator: Some(codedeploy::DeploymentCreator::User),
        ignore_application_stop_failures: Some(false),
        auto_rollback_configuration: Some(watching::render_rollback(&settings.auto_rollback)),
        update_outdated_instances_only: Some(false),
        rollback_info: rollback,
        deployment_style: Some(group::style()),
        instance_termination_wait_time_started: Some(
            native.failure.is_none() && stage >= Some(LifecycleStage::BakeTime),
        ),
        blue_green_deployment_configuration: Some(blue_green::render(group::waits_of(settings))),
        load_balancer_info: Some(target_group_pair::render(&settings.target_groups)),
        file_exists_behavior: Some(codedeploy::FileExistsBehavior::Disallow),
        deployment_status_messages: Some(Vec::new()),
        compute_platform: Some(codedeploy::ComputePlatform::Ecs),
        override_alarm_configuration: Some(watching::render_alarms(&settings.alarms)),
        ..codedeploy::DeploymentInfo::default()
    }
}

/// An ECS deployment has one target.
fn overview(native: &ServiceDeployment) -> codedeploy::DeploymentOverview {
    let status = status(native);
    let is = |wanted: &[codedeploy::DeploymentStatus]| Some(i64::from(wanted.contains(&status)));
    codedeploy::DeploymentOverview {
        pending: is(&[codedeploy::DeploymentStatus::Created, codedeploy::DeploymentStatus::Queued]),
        in_progress: is(&[
            codedeploy::DeploymentStatus::InProgress,
            codedeploy::DeploymentStatus::Baking,
        ]),
        succeeded: is(&[codedeploy::DeploymentStatus::Succeeded]),
        failed: is(&[codedeploy::DeploymentStatus::Failed]),
        skipped: is(&[codedeploy::DeploymentStatus::Stopped]),
        ready: is(&[codedeploy::DeploymentStatus::Ready]),
    }
}

/// COMPAT: the sentences for alarms and waits are `CodeDeploy`'s; the others are put alike.
fn error(found: Found<'_>) -> Option<codedeploy::ErrorInformation> {
    let Found { deployment, native } = found;
    let (code, message) = match native.failure.as_ref()? {
        DeploymentFailure::CircuitBreaker => (
            codedeploy::ErrorCode::EcsUpdateError,
            "The deployment failed because tasks of the replacement task set failed to start."
                .to_owned(),
        ),
        DeploymentFailure::Alarms { names } => (
            codedeploy::ErrorCode::AlarmActive,
            format!(
                "One or more alarms have been activated according to the Amazon CloudWatch metrics \
                 you selected, and the affected deployments have been stopped. Activated alarms: \
                 <{}>",
                names.join(", ")
            ),
        ),
        DeploymentFailure::Hook { reason, .. } => {
            (codedeploy::ErrorCode::HookExecutionFailure, reason.clone())
        }
        DeploymentFailure::PauseTimedOut { .. } => (
            codedeploy::ErrorCode::Timeout,
            format!(
                "The deployment timed out while waiting for a notification to continue. This time \
                 out period is {} minutes.",
                deployment.settings.ready_wait_mins.unwrap_or(0)
            ),
        ),
        DeploymentFailure::Networking { reason } => (
            codedeploy::ErrorCode::ElasticLoadBalancingInvalid,
            format!("The ELB could not be updated due to the following error: {reason}"),
        ),
        DeploymentFailure::Requested => {
            (codedeploy::ErrorCode::ManualStop, "The deployment was stopped by a user.".to_owned())
        }
    };
    Some(codedeploy::ErrorInformation { code: Some(code), message: Some(message) })
}
