//! What deployments say of themselves, in ECS's words.
//
// COMPAT: the sentences are those of "Troubleshooting Amazon ECS blue/green deployments" and
// "Amazon ECS service event messages" (ECS Developer Guide); where neither has one, they are
// put alike.

use model::DeploymentFailure;

pub(super) const DELETED: &str = "Service was deleted.";
pub(super) const NO_CANDIDATE: &str = "No rollback candidate was found to run the rollback.";
/// COMPAT: `CodeDeploy`'s own words ("Error codes for AWS `CodeDeploy`").
pub(super) const CALLBACK_TIMED_OUT: &str = "The deployment timed out while waiting for a status \
    callback. CodeDeploy expects a status callback within one hour after a deployment hook is \
    invoked.";

pub(super) fn function_timed_out(function_arn: &str) -> String {
    format!("Lifecycle hook target {function_arn} timed out.")
}

/// Why a deployment failed, as an event of the service says it.
pub(super) fn event_reason(failure: &DeploymentFailure) -> String {
    match failure {
        DeploymentFailure::CircuitBreaker => "tasks failed to start.".to_owned(),
        DeploymentFailure::Alarms { .. } => "alarm detected.".to_owned(),
        DeploymentFailure::Hook { .. }
        | DeploymentFailure::PauseTimedOut { .. }
        | DeploymentFailure::Networking { .. }
        | DeploymentFailure::Requested => rollback_reason(failure),
    }
}

/// Why a deployment was taken back.
pub(super) fn rollback_reason(failure: &DeploymentFailure) -> String {
    format!("Service deployment rolled back {}", cause(failure))
}

/// Why a deployment was left where it was.
pub(super) fn stop_reason(failure: &DeploymentFailure) -> String {
    format!("Service deployment stopped {}", cause(failure))
}

fn cause(failure: &DeploymentFailure) -> String {
    match failure {
        DeploymentFailure::CircuitBreaker => {
            "because the circuit breaker threshold was exceeded.".to_owned()
        }
        DeploymentFailure::Alarms { .. } => "because of one or more active alarms.".to_owned(),
        DeploymentFailure::Hook { stage, reason } => {
            format!("because {} lifecycle hook(s) failed. {reason}", stage.as_str())
        }
        DeploymentFailure::PauseTimedOut { stage } => {
            format!("because {} pause hook timed out.", stage.as_str())
        }
        DeploymentFailure::Networking { reason } => {
            format!("because of invalid networking configuration. {reason}")
        }
        DeploymentFailure::Requested => "by user.".to_owned(),
    }
}
