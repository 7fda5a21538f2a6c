//! How many tasks there are: the bounds of a rolling deployment, and a source that stays whole.

use model::{AnyRecord, Change, DeploymentStatus, LifecycleStage, Snapshot, Timestamp};
use planner::bounds::bounds;
use planner::health::Verdict;

use super::{Commit, Kept, kept};

/// Through our own doing healthy tasks never fall below the lower bound, and those that are to
/// run never exceed the upper.
pub(super) fn rolling(commit: &Commit<'_>) -> Option<String> {
    if !commit.is_deploying() || !is_about_tasks(commit) {
        return None;
    }
    kept(commit.seen).filter(|one| is_rolling(one)).find_map(|one| {
        let (alive_before, healthy_before) = counts(&one, commit.seen, commit.at);
        let (alive, healthy) = counts(&one, &commit.foreseen, commit.at);
        let bounds = bounds(one.service.desired_count, &one.service.deployment_configuration);
        let name = &one.service.key.name;
        if healthy < healthy_before.min(bounds.healthy_min) {
            let lowest = bounds.healthy_min;
            return Some(format!(
                "healthy tasks of {name} fall from {healthy_before} to {healthy}, below {lowest}"
            ));
        }
        let highest = bounds.running_max;
        (alive > alive_before.max(highest)).then(|| {
            format!("{alive} tasks of {name} are to run, were {alive_before}, above {highest}")
        })
    })
}

fn is_about_tasks(commit: &Commit<'_>) -> bool {
    commit.plan.changes.iter().any(|change| matches!(change, Change::Put(AnyRecord::Task(_))))
}

fn is_rolling(one: &Kept<'_>) -> bool {
    let deployment = one.deployment;
    let is_final = deployment.status.is_final();
    (deployment.progress.is_none() || is_final) && !deployment.is_halted()
}

/// Tasks that are to run, and those of them that are healthy.
fn counts(one: &Kept<'_>, snapshot: &Snapshot, now: Timestamp) -> (u32, u32) {
    let mut counts = (0, 0);
    for (_, _, verdict) in one.tasks(snapshot, now) {
        counts.0 += u32::from(verdict != Verdict::Leaving);
        counts.1 += u32::from(verdict == Verdict::Healthy);
    }
    counts
}

/// Until the bake time is over, the source's tasks are left to run, but for unhealthy ones and
/// those beyond the desired count.
pub(super) fn source_stays_whole(commit: &Commit<'_>) -> Option<String> {
    if !commit.is_deploying() || !is_about_tasks(commit) {
        return None;
    }
    kept(commit.seen).find_map(|one| {
        let progress = one.deployment.progress.as_ref()?;
        let source = progress.source.as_deref()?;
        let is_under_way = matches!(
            one.deployment.status,
            DeploymentStatus::Pending | DeploymentStatus::InProgress
        );
        if !is_under_way || progress.stage >= LifecycleStage::CleanUp {
            return None;
        }
        let count = |snapshot: &Snapshot| {
            let tasks = one.tasks(snapshot, commit.at);
            let stays =
                |verdict: &Verdict| matches!(verdict, Verdict::Healthy | Verdict::Starting { .. });
            tasks.filter(|(_, of, verdict)| of.id == source && stays(verdict)).count() as u32
        };
        let (before, after) = (count(commit.seen), count(&commit.foreseen));
        (after < before.min(one.service.desired_count)).then(|| {
            format!("the source's tasks go from {before} to {after} in {:?}", progress.stage)
        })
    })
}
