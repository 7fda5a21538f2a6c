//! Where production traffic goes.
//!
//! Moving it from a revision that serves nobody to another that serves nobody harms nobody.

use std::collections::BTreeMap;

use model::{
    AnyRecord, Change, DeploymentStatus, LifecycleStage, Listener, Record as _, Scope, Snapshot,
    TargetHealthState, TaskState,
};

use super::{Commit, Kept, kept};
use crate::weights::{permille, production, weights_of};

/// Production weight is never taken from a revision that serves and given to one without a
/// healthy target.
pub(super) fn only_to_healthy(commit: &Commit<'_>) -> Option<String> {
    if !commit.is_deploying() {
        return None;
    }
    let listeners = commit.plan.changes.iter().filter_map(|change| match change {
        Change::Put(AnyRecord::Listener(listener)) => Some(listener),
        Change::Put(_) | Change::Delete(_) => None,
    });
    for listener in listeners.filter(|listener| is_production(commit.seen, listener)) {
        let old = commit.seen.listeners.get(&listener.scope, &listener.id());
        let old = old.map(|old| weights_of(&old.default_actions)).unwrap_or_default();
        let new = weights_of(&listener.default_actions);
        let fewer = old.keys().filter(|group| permille(&new, group) < permille(&old, group));
        let mut fewer = fewer.filter(|group| has_healthy(commit.seen, &listener.scope, group));
        if fewer.next().is_none() {
            // Nobody was served, so nobody's request is lost.
            continue;
        }
        let more = new.keys().filter(|group| permille(&new, group) > permille(&old, group));
        for group in more {
            if is_served(commit.seen, group) && !has_healthy(commit.seen, &listener.scope, group) {
                let name = group.split('/').nth(1).unwrap_or_default();
                return Some(format!("{name} gets production traffic and has no healthy target"));
            }
        }
    }
    None
}

/// Whether some service's production traffic comes in here.
fn is_production(snapshot: &Snapshot, listener: &Listener) -> bool {
    let rule = listener.default_rule_arn();
    snapshot.service_revisions.all().any(|revision| {
        let advanced = revision.load_balancers.iter().filter_map(|one| one.advanced.as_ref());
        advanced.into_iter().any(|one| one.production_listener_rule == rule)
    })
}

/// Whether the service of this group is to have tasks at all.
fn is_served(snapshot: &Snapshot, group: &str) -> bool {
    kept(snapshot).any(|one| {
        let id = &one.deployment.target_revision;
        let revision = snapshot.service_revision(&one.service.key, id);
        let named = revision.into_iter().flat_map(|revision| &revision.load_balancers);
        let mut named = named.flat_map(|one| {
            let alternate = one.advanced.as_ref().map(|one| &one.alternate_target_group_arn);
            [Some(&one.target_group_arn), alternate]
        });
        one.service.desired_count > 0 && named.any(|arn| arn.is_some_and(|arn| arn == group))
    })
}

fn has_healthy(snapshot: &Snapshot, scope: &Scope, group: &str) -> bool {
    let targets = snapshot.targets_of_group(scope, group);
    targets.iter().any(|target| {
        let task = target.task.as_ref().and_then(|key| snapshot.task(key));
        let is_there = task.is_some_and(|task| task.last_status <= TaskState::Deactivating);
        target.health.state == TargetHealthState::Healthy && is_there
    })
}

/// Two revisions never both get production traffic, but while it is being shifted.
pub(super) fn one_revision_at_a_time(commit: &Commit<'_>) -> Option<String> {
    let is_about_traffic = commit.plan.changes.iter().any(|change| {
        matches!(change, Change::Put(AnyRecord::Listener(_) | AnyRecord::ServiceDeployment(_)))
    });
    if !is_about_traffic {
        return None;
    }
    kept(commit.after).filter(|one| !may_be_split(one)).find_map(|one| {
        let id = &one.deployment.target_revision;
        let revision = commit.after.service_revision(&one.service.key, id)?;
        let rules = production(commit.after, revision);
        // Where nobody serves there is nobody's request to lose.
        let scope = &one.service.key.scope;
        let is_split = |weights: &BTreeMap<String, u32>| {
            let mut getting = weights.iter().filter(|(_, weight)| **weight > 0);
            let count = getting.clone().count();
            count > 1 && getting.any(|(group, _)| has_healthy(commit.after, scope, group))
        };
        let stage = one.deployment.progress.as_ref().map(|progress| progress.stage);
        rules.values().any(is_split).then(|| {
            format!("production traffic is split in {} {stage:?}", one.deployment.status.as_str())
        })
    })
}

fn may_be_split(one: &Kept<'_>) -> bool {
    let Some(progress) = &one.deployment.progress else {
        // What another deployment left is put right as soon as there is who takes it.
        return one.deployment.status != DeploymentStatus::Successful;
    };
    match one.deployment.status {
        DeploymentStatus::RollbackRequested | DeploymentStatus::RollbackInProgress => true,
        DeploymentStatus::Stopped | DeploymentStatus::RollbackFailed => true,
        DeploymentStatus::Pending | DeploymentStatus::InProgress => matches!(
            progress.stage,
            LifecycleStage::ReconcileService
                | LifecycleStage::PreProductionTrafficShift
                | LifecycleStage::ProductionTrafficShift
        ),
        DeploymentStatus::Successful | DeploymentStatus::RollbackSuccessful => false,
    }
}
