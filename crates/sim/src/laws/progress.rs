//! The statuses and stages of deployments: each only moves forward, in one table.

use model::{AnyRecord, Change, DeploymentStatus, LifecycleStage, Progress, ServiceDeployment};

use super::Commit;

/// Every move that a deployment's status may make.
const MOVES: &[(DeploymentStatus, &[DeploymentStatus])] = {
    use DeploymentStatus::{
        InProgress, Pending, RollbackFailed, RollbackInProgress, RollbackRequested,
        RollbackSuccessful, Stopped, Successful,
    };
    &[
        (
            Pending,
            &[
                InProgress,
                Successful,
                Stopped,
                RollbackRequested,
                RollbackInProgress,
                RollbackFailed,
            ],
        ),
        (InProgress, &[Successful, Stopped, RollbackRequested, RollbackInProgress, RollbackFailed]),
        (RollbackRequested, &[RollbackInProgress, RollbackFailed, Stopped]),
        (RollbackInProgress, &[RollbackSuccessful, RollbackFailed, Stopped]),
    ]
};

pub(super) fn forward_only(commit: &Commit<'_>) -> Option<String> {
    commit.plan.changes.iter().find_map(|change| match change {
        Change::Put(AnyRecord::ServiceDeployment(next)) => {
            let old = commit.before.service_deployment(&next.service, &next.id)?;
            backward_status(old, next).or_else(|| {
                let (from, to) = (old.progress.as_ref()?, next.progress.as_ref()?);
                backward_stage(from, to)
            })
        }
        Change::Put(_) | Change::Delete(_) => None,
    })
}

fn backward_status(old: &ServiceDeployment, next: &ServiceDeployment) -> Option<String> {
    let (from, to) = (old.status, next.status);
    let is_allowed =
        from == to || MOVES.iter().any(|(one, after)| *one == from && after.contains(&to));
    (!is_allowed).then(|| format!("{} becomes {}", from.as_str(), to.as_str()))
}

fn backward_stage(from: &Progress, to: &Progress) -> Option<String> {
    let index = |stage: LifecycleStage| LifecycleStage::ALL.iter().position(|one| *one == stage);
    let is_next = index(to.stage) == index(from.stage).map(|at| at + 1) && to.step == from.step;
    let is_same = to.stage == from.stage && to.step == from.step;
    let is_another_step = from.stage == LifecycleStage::ProductionTrafficShift
        && to.stage == LifecycleStage::PreProductionTrafficShift
        && to.step == from.step + 1;
    (!is_next && !is_same && !is_another_step).then(|| {
        let (was, is) = (from.stage.as_str(), to.stage.as_str());
        format!("{was} step {} becomes {is} step {}", from.step, to.step)
    })
}
