//! Lifecycle hooks of a deployment, read and shown.
//
// COMPAT: limits and refusals are those of "`DeploymentLifecycleHook`" (ECS API Reference) and
// "Lifecycle hooks for Amazon ECS service deployments" (ECS Developer Guide).

use aws_api::ecs::{self, errors};
use model::{HookAction, HookRun, HookStatus, HookTarget, LifecycleHook, LifecycleStage, Progress};
use wire::ApiError;

use super::deployment_configuration::within;

/// LIMIT: AWS's quota of hooks of either kind.
const HOOKS_MAX: usize = 10;
const TIMEOUT_MINUTES_DEFAULT: u32 = 1_440;
const LAMBDA_TIMEOUT_MINUTES_MAX: i32 = 1_440;
const PAUSE_TIMEOUT_MINUTES_MAX: i32 = 20_160;

pub(super) fn parse_all(
    given: &[ecs::DeploymentLifecycleHook],
) -> Result<Vec<LifecycleHook>, ApiError> {
    let hooks: Vec<LifecycleHook> = given.iter().map(parse).collect::<Result<_, _>>()?;
    let paused = hooks.iter().filter(|hook| hook.target == HookTarget::Pause).count();
    if paused.max(hooks.len() - paused) > HOOKS_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "lifecycleHooks can have at most {HOOKS_MAX} hooks of a target type."
        )));
    }
    Ok(hooks)
}

pub(super) fn render(hook: &LifecycleHook) -> ecs::DeploymentLifecycleHook {
    let (kind, function, role) = match &hook.target {
        HookTarget::Lambda { function_arn, role_arn } => (
            ecs::DeploymentLifecycleHookTargetType::AwsLambda,
            Some(function_arn),
            role_arn.clone(),
        ),
        HookTarget::CodeDeploy { function, .. } => {
            (ecs::DeploymentLifecycleHookTargetType::AwsLambda, Some(function), None)
        }
        HookTarget::Pause => (ecs::DeploymentLifecycleHookTargetType::Pause, None, None),
    };
    ecs::DeploymentLifecycleHook {
        target_type: Some(kind),
        hook_target_arn: function.cloned(),
        role_arn: role,
        lifecycle_stages: Some(hook.stages.iter().copied().filter_map(render_hook_stage).collect()),
        hook_details: hook.details.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        timeout_configuration: Some(ecs::DeploymentLifecycleHookTimeoutConfiguration {
            timeout_in_minutes: Some(hook.timeout_mins as i32),
            action: Some(render_action(hook.timeout_action)),
        }),
    }
}

/// One hook at work, for `lifecycleHookDetails`.
pub(super) fn render_run(run: &HookRun) -> ecs::DeploymentLifecycleHookDetail {
    let (kind, function) = match &run.target {
        HookTarget::Lambda { function_arn, .. } => {
            (ecs::DeploymentLifecycleHookTargetType::AwsLambda, Some(function_arn.clone()))
        }
        HookTarget::CodeDeploy { function, .. } => {
            (ecs::DeploymentLifecycleHookTargetType::AwsLambda, Some(function.clone()))
        }
        HookTarget::Pause => (ecs::DeploymentLifecycleHookTargetType::Pause, None),
    };
    ecs::DeploymentLifecycleHookDetail {
        hook_id: Some(run.id.clone()),
        target_type: Some(kind),
        target_arn: function,
        status: Some(match run.status {
            HookStatus::AwaitingAction => ecs::DeploymentLifecycleHookStatus::AwaitingAction,
            HookStatus::InProgress => ecs::DeploymentLifecycleHookStatus::InProgress,
            HookStatus::Succeeded => ecs::DeploymentLifecycleHookStatus::Succeeded,
            HookStatus::Failed => ecs::DeploymentLifecycleHookStatus::Failed,
            HookStatus::TimedOut => ecs::DeploymentLifecycleHookStatus::TimedOut,
        }),
        expires_at: Some(run.expires_at),
        timeout_action: Some(render_action(run.timeout_action)),
    }
}

/// COMPAT: the API has a stage before production traffic for hooks and none to show, so it is
/// shown as what traffic is like in it: before the first shift, or between two.
pub(super) fn render_stage(progress: &Progress) -> ecs::ServiceDeploymentLifecycleStage {
    match progress.stage {
        LifecycleStage::ReconcileService => ecs::ServiceDeploymentLifecycleStage::ReconcileService,
        LifecycleStage::PreScaleUp => ecs::ServiceDeploymentLifecycleStage::PreScaleUp,
        LifecycleStage::ScaleUp => ecs::ServiceDeploymentLifecycleStage::ScaleUp,
        LifecycleStage::PostScaleUp => ecs::ServiceDeploymentLifecycleStage::PostScaleUp,
        LifecycleStage::TestTrafficShift => ecs::ServiceDeploymentLifecycleStage::TestTrafficShift,
        LifecycleStage::PreProductionTrafficShift if progress.production_permille == 0 => {
            ecs::ServiceDeploymentLifecycleStage::PostTestTrafficShift
        }
        LifecycleStage::PostTestTrafficShift => {
            ecs::ServiceDeploymentLifecycleStage::PostTestTrafficShift
        }
        LifecycleStage::PreProductionTrafficShift | LifecycleStage::ProductionTrafficShift => {
            ecs::ServiceDeploymentLifecycleStage::ProductionTrafficShift
        }
        LifecycleStage::PostProductionTrafficShift => {
            ecs::ServiceDeploymentLifecycleStage::PostProductionTrafficShift
        }
        LifecycleStage::BakeTime => ecs::ServiceDeploymentLifecycleStage::BakeTime,
        LifecycleStage::CleanUp => ecs::ServiceDeploymentLifecycleStage::CleanUp,
    }
}

fn parse(given: &ecs::DeploymentLifecycleHook) -> Result<LifecycleHook, ApiError> {
    let stages: Vec<LifecycleStage> =
        given.lifecycle_stages.iter().flatten().copied().map(stage).collect();
    if stages.is_empty() {
        return Err(errors::invalid_parameter_exception(
            "lifecycleStages can not be empty for a lifecycle hook.",
        ));
    }
    let kind = given.target_type.unwrap_or(ecs::DeploymentLifecycleHookTargetType::AwsLambda);
    let (target, minutes_max) = match kind {
        ecs::DeploymentLifecycleHookTargetType::AwsLambda => {
            (lambda(given)?, LAMBDA_TIMEOUT_MINUTES_MAX)
        }
        ecs::DeploymentLifecycleHookTargetType::Pause => {
            (pause(given, &stages)?, PAUSE_TIMEOUT_MINUTES_MAX)
        }
    };
    let timeout = given.timeout_configuration.as_ref();
    let minutes = timeout.and_then(|timeout| timeout.timeout_in_minutes);
    let action = timeout.and_then(|timeout| timeout.action);
    Ok(LifecycleHook {
        target,
        stages,
        is_once: false,
        details: given.hook_details.as_ref().map(ToString::to_string),
        timeout_mins: minutes.map_or(Ok(TIMEOUT_MINUTES_DEFAULT), |minutes| {
            within("timeoutInMinutes", minutes, 1..=minutes_max)
        })?,
        timeout_action: match action {
            None | Some(ecs::DeploymentLifecycleHookAction::Rollback) => HookAction::Rollback,
            Some(ecs::DeploymentLifecycleHookAction::Continue) => HookAction::Continue,
        },
    })
}

fn lambda(given: &ecs::DeploymentLifecycleHook) -> Result<HookTarget, ApiError> {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let function_arn = filled(&given.hook_target_arn).ok_or_else(|| {
        errors::invalid_parameter_exception(
            "hookTargetArn must be provided for an AWS_LAMBDA lifecycle hook.",
        )
    })?;
    Ok(HookTarget::Lambda { function_arn, role_arn: filled(&given.role_arn) })
}

fn pause(
    given: &ecs::DeploymentLifecycleHook,
    stages: &[LifecycleStage],
) -> Result<HookTarget, ApiError> {
    let is_unusable = given.hook_target_arn.is_some() || given.hook_details.is_some();
    if is_unusable || given.role_arn.is_some() {
        return Err(errors::invalid_parameter_exception(
            "hookTargetArn, roleArn and hookDetails are not valid for a PAUSE lifecycle hook.",
        ));
    }
    let is_shifting = |stage: &LifecycleStage| {
        [LifecycleStage::TestTrafficShift, LifecycleStage::ProductionTrafficShift].contains(stage)
    };
    if stages.iter().any(is_shifting) {
        return Err(errors::invalid_parameter_exception(
            "Invalid lifecycle stage provided for Pause Hook",
        ));
    }
    Ok(HookTarget::Pause)
}

fn stage(given: ecs::DeploymentLifecycleHookStage) -> LifecycleStage {
    match given {
        ecs::DeploymentLifecycleHookStage::ReconcileService => LifecycleStage::ReconcileService,
        ecs::DeploymentLifecycleHookStage::PreScaleUp => LifecycleStage::PreScaleUp,
        ecs::DeploymentLifecycleHookStage::PostScaleUp => LifecycleStage::PostScaleUp,
        ecs::DeploymentLifecycleHookStage::TestTrafficShift => LifecycleStage::TestTrafficShift,
        ecs::DeploymentLifecycleHookStage::PostTestTrafficShift => {
            LifecycleStage::PostTestTrafficShift
        }
        ecs::DeploymentLifecycleHookStage::PreProductionTrafficShift => {
            LifecycleStage::PreProductionTrafficShift
        }
        ecs::DeploymentLifecycleHookStage::ProductionTrafficShift => {
            LifecycleStage::ProductionTrafficShift
        }
        ecs::DeploymentLifecycleHookStage::PostProductionTrafficShift => {
            LifecycleStage::PostProductionTrafficShift
        }
    }
}

fn render_hook_stage(stage: LifecycleStage) -> Option<ecs::DeploymentLifecycleHookStage> {
    ecs::DeploymentLifecycleHookStage::ALL
        .iter()
        .copied()
        .find(|shown| shown.as_str() == stage.as_str())
}

fn render_action(action: HookAction) -> ecs::DeploymentLifecycleHookAction {
    match action {
        HookAction::Continue => ecs::DeploymentLifecycleHookAction::Continue,
        HookAction::Rollback => ecs::DeploymentLifecycleHookAction::Rollback,
    }
}
