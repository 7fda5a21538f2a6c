//! Whether a deployment is to be ended before its target: the circuit breaker, alarms, a hook
//! that said no, or somebody who asked for it.
//
// COMPAT: the circuit breaker's threshold is "How the Amazon ECS deployment circuit breaker
// detects failures" (ECS Developer Guide); that alarms which are on at the start are not
// heeded, "How CloudWatch alarms detect Amazon ECS deployment failures".

use model::{
    DeploymentFailure, DeploymentStatus, FailureThreshold, HookAction, HookRun, HookStatus,
    HookTarget, LifecycleStage,
};

use super::pass::Pass;
use super::words;
use crate::{backoff, traffic};

/// COMPAT: the least and the most that a bounded threshold comes to.
const THRESHOLD_MIN: u32 = 3;
const THRESHOLD_MAX: u32 = 200;

/// A failure, and whether the service is then to go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) failure: DeploymentFailure,
    pub(super) is_rolling_back: bool,
}

/// How many tasks of the target may fail before the circuit breaker opens.
pub fn threshold(threshold: FailureThreshold, desired_count: u32) -> u32 {
    let share = |percent: u32| (u64::from(desired_count) * u64::from(percent)).div_ceil(100);
    let share = |percent| u32::try_from(share(percent)).unwrap_or(u32::MAX);
    match threshold {
        FailureThreshold::Count(count) => count,
        FailureThreshold::BoundedPercent(percent) => {
            share(percent).clamp(THRESHOLD_MIN, THRESHOLD_MAX)
        }
        // A service of no tasks fails none.
        FailureThreshold::UnboundedPercent(percent) => share(percent).max(1),
    }
}

/// What ends the deployment under way, if anything does.
pub(super) fn found(pass: &Pass<'_>) -> Option<Found> {
    let deployment = pass.known;
    match deployment.status {
        DeploymentStatus::Pending | DeploymentStatus::InProgress => {}
        DeploymentStatus::RollbackRequested => {
            return Some(Found { failure: DeploymentFailure::Requested, is_rolling_back: true });
        }
        DeploymentStatus::Successful
        | DeploymentStatus::Stopped
        | DeploymentStatus::RollbackInProgress
        | DeploymentStatus::RollbackSuccessful
        | DeploymentStatus::RollbackFailed => return None,
    }
    circuit_breaker(pass)
        .or_else(|| alarms(pass))
        .or_else(|| hooks(pass))
        .or_else(|| networking(pass))
}

/// The failures that the circuit breaker counts now.
pub(super) fn failed_tasks(pass: &Pass<'_>) -> u32 {
    let deployment = pass.known;
    let breaker = deployment.deployment_configuration.circuit_breaker;
    let Some(target) = pass.fleet.view.revision_of(&deployment.target_revision) else { return 0 };
    let since = deployment.healthy_at.filter(|_| breaker.is_reset_on_healthy_task);
    backoff::failures(pass.fleet.view.snapshot, target, since).count() as u32
}

fn circuit_breaker(pass: &Pass<'_>) -> Option<Found> {
    let breaker = pass.known.deployment_configuration.circuit_breaker;
    let limit = threshold(breaker.threshold, pass.fleet.view.service.desired_count);
    (breaker.is_enabled && failed_tasks(pass) >= limit).then_some(Found {
        failure: DeploymentFailure::CircuitBreaker,
        is_rolling_back: breaker.is_rolling_back,
    })
}

fn alarms(pass: &Pass<'_>) -> Option<Found> {
    let alarms = &pass.known.deployment_configuration.alarms;
    if !alarms.is_enabled || !pass.known.is_watching_alarms {
        return None;
    }
    let scope = &pass.fleet.view.service.key.scope;
    let is_on = |name: &&String| {
        pass.fleet.view.snapshot.alarms.get(scope, name).is_some_and(|alarm| alarm.is_alarming())
    };
    let names: Vec<String> = alarms.names.iter().filter(is_on).cloned().collect();
    (!names.is_empty()).then_some(Found {
        failure: DeploymentFailure::Alarms { names },
        is_rolling_back: alarms.is_rolling_back,
    })
}

fn hooks(pass: &Pass<'_>) -> Option<Found> {
    let progress = pass.known.progress.as_ref()?;
    let failure = progress.hooks.iter().find_map(|run| refusal(progress.stage, run))?;
    Some(Found { failure, is_rolling_back: true })
}

/// What a hook makes of the deployment where it does not let it go on.
fn refusal(stage: LifecycleStage, run: &HookRun) -> Option<DeploymentFailure> {
    let is_rolling_back = run.timeout_action == HookAction::Rollback;
    match (run.status, &run.target) {
        // That is what whoever was waited for decided.
        (HookStatus::Failed, HookTarget::Pause) => Some(DeploymentFailure::Requested),
        (HookStatus::Failed, HookTarget::Lambda { .. } | HookTarget::CodeDeploy { .. }) => {
            let reason = run.reason.clone().unwrap_or_default();
            Some(DeploymentFailure::Hook { stage, reason })
        }
        (HookStatus::TimedOut, HookTarget::Pause) if is_rolling_back => {
            Some(DeploymentFailure::PauseTimedOut { stage })
        }
        (HookStatus::TimedOut, HookTarget::Lambda { function_arn, .. }) if is_rolling_back => {
            let reason = words::function_timed_out(function_arn);
            Some(DeploymentFailure::Hook { stage, reason })
        }
        (HookStatus::TimedOut, HookTarget::CodeDeploy { .. }) if is_rolling_back => {
            let reason = words::CALLBACK_TIMED_OUT.to_owned();
            Some(DeploymentFailure::Hook { stage, reason })
        }
        (
            HookStatus::TimedOut
            | HookStatus::AwaitingAction
            | HookStatus::InProgress
            | HookStatus::Succeeded,
            _,
        ) => None,
    }
}

/// A rule or a target group that traffic depends on and that is no more.
fn networking(pass: &Pass<'_>) -> Option<Found> {
    pass.known.progress.as_ref()?;
    let target = pass.fleet.view.revision_of(&pass.known.target_revision)?;
    let reason = traffic::missing(pass.fleet.view.snapshot, target)?;
    let failure = DeploymentFailure::Networking { reason };
    Some(Found { failure, is_rolling_back: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_threshold_is_half_of_the_tasks_within_3_and_200() {
        let bounded = |desired| threshold(FailureThreshold::BoundedPercent(50), desired);
        assert_eq!([1, 6, 7, 25, 400, 1_000].map(bounded), [3, 3, 4, 13, 200, 200]);
    }

    #[test]
    fn other_thresholds_are_taken_as_they_are() {
        assert_eq!(threshold(FailureThreshold::Count(1), 100), 1);
        assert_eq!(threshold(FailureThreshold::UnboundedPercent(100), 500), 500);
        assert_eq!(threshold(FailureThreshold::UnboundedPercent(10), 0), 1);
    }
}
