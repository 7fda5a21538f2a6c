//! What a deployment may end as.

use model::{AnyRecord, Change, DeploymentStatus, HookStatus, ServiceDeployment};
use planner::health::Verdict;

use super::{Commit, Laws, kept};
use crate::control::Actor;

/// Whoever stops a deployment or says no at a hook, and is answered, is kept to: it does not
/// succeed.
pub(super) fn check(laws: &mut Laws, commit: &Commit<'_>) {
    for next in deployments(commit) {
        let is_refused = |deployment: &ServiceDeployment| {
            let runs = deployment.progress.iter().flat_map(|progress| &progress.hooks);
            runs.into_iter().any(|run| run.status == HookStatus::Failed)
        };
        let is_stopped = next.status == DeploymentStatus::RollbackRequested;
        if commit.by == Actor::Operator && (is_stopped || is_refused(next)) {
            laws.condemned.insert(next.id.clone());
        }
        if next.status == DeploymentStatus::Successful && laws.condemned.contains(&next.id) {
            let what = "a deployment that was stopped or refused is SUCCESSFUL".to_owned();
            laws.break_with("acknowledged", what);
        }
    }
}

/// What succeeds has all of its tasks, healthy, nothing else, and no alarm that it heeds.
pub(super) fn success_is_whole(commit: &Commit<'_>) -> Option<String> {
    let next = deployments(commit).find(|next| next.status == DeploymentStatus::Successful)?;
    let old = commit.seen.service_deployment(&next.service, &next.id)?;
    if old.status == DeploymentStatus::Successful {
        return None;
    }
    let alarms = &next.deployment_configuration.alarms;
    let scope = &next.service.scope;
    let is_on = |name: &String| {
        commit.seen.alarms.get(scope, name).is_some_and(|alarm| alarm.is_alarming())
    };
    if alarms.is_enabled && next.is_watching_alarms && alarms.names.iter().any(is_on) {
        return Some("a deployment is SUCCESSFUL while its alarm is on".to_owned());
    }
    let one = kept(&commit.foreseen).find(|one| one.deployment.id == next.id)?;
    let tasks = one.tasks(&commit.foreseen, commit.at);
    let healthy = tasks
        .filter(|(_, of, verdict)| of.id == next.target_revision && *verdict == Verdict::Healthy);
    let (healthy, desired) = (healthy.count() as u32, one.service.desired_count);
    (healthy != desired)
        .then(|| format!("a deployment is SUCCESSFUL with {healthy} of {desired} tasks"))
}

fn deployments<'a>(commit: &'a Commit<'_>) -> impl Iterator<Item = &'a ServiceDeployment> {
    commit.plan.changes.iter().filter_map(|change| match change {
        Change::Put(AnyRecord::ServiceDeployment(next)) => Some(&**next),
        Change::Put(_) | Change::Delete(_) => None,
    })
}
