//! Ends a deployment before its target: back to where it came from, or left where it is.

use model::{DeploymentFailure, DeploymentStatus, Rollback, ServiceDeployment, Timestamp};

use super::failure::{self, Found};
use super::pass::Pass;
use super::{staged, words};

/// Begins to end the deployment, where something says that it is to end. Whether it does.
pub(super) fn begin(pass: &mut Pass<'_>) -> bool {
    let Some(Found { failure, is_rolling_back }) = failure::found(pass) else {
        return false;
    };
    let now = pass.fleet.view.now;
    let failed = pass.revision.deployment_id();
    let source = source(pass);
    pass.fleet.announcer.unsteady();
    pass.fleet.announcer.deployment_failed(&failed, &words::event_reason(&failure));
    let failed_tasks = failure::failed_tasks(pass);
    let deployment = &mut pass.deployment;
    deployment.started_at.get_or_insert(now);
    deployment.failed_tasks = failed_tasks;
    match source.filter(|_| is_rolling_back) {
        Some(source) => {
            let reason = words::rollback_reason(&failure);
            deployment.status = DeploymentStatus::RollbackInProgress;
            deployment.status_reason = Some(reason.clone());
            deployment.rollback = Some(Rollback { reason, started_at: now, revision: source });
            go_back(pass);
        }
        None if is_rolling_back => {
            deployment.status = DeploymentStatus::RollbackFailed;
            deployment.status_reason = Some(words::NO_CANDIDATE.to_owned());
            deployment.finished_at = Some(now);
        }
        None => {
            deployment.status = DeploymentStatus::Stopped;
            deployment.status_reason = Some(words::stop_reason(&failure));
            deployment.finished_at = Some(now);
        }
    }
    pass.deployment.failure = Some(failure);
    true
}

/// The deployment, ended where it is: nothing is moved back, and what serves goes on serving.
pub fn left_by_request(deployment: &ServiceDeployment, now: Timestamp) -> ServiceDeployment {
    let failure = DeploymentFailure::Requested;
    ServiceDeployment {
        status: DeploymentStatus::Stopped,
        status_reason: Some(words::stop_reason(&failure)),
        failure: Some(failure),
        finished_at: Some(now),
        updated_at: now,
        ..deployment.clone()
    }
}

/// The revision that there is to go back to.
fn source(pass: &Pass<'_>) -> Option<String> {
    let view = pass.fleet.view;
    let side_by_side = pass.known.progress.as_ref().map(|progress| progress.source.clone());
    let source = side_by_side.unwrap_or_else(|| view.service.completed_revision.clone())?;
    (source != pass.known.target_revision && view.revision_of(&source).is_some()).then_some(source)
}

/// New tasks are of the source from now on, and traffic is its at once.
fn go_back(pass: &mut Pass<'_>) {
    let Some(rollback) = pass.deployment.rollback.clone() else { return };
    if let Some(source) = pass.fleet.view.revision_of(&rollback.revision) {
        pass.fleet.announcer.rolling_back(&source.deployment_id());
    }
    pass.fleet.service().primary_revision = rollback.revision;
    if pass.deployment.progress.is_some() {
        staged::go_back(pass);
    }
}
