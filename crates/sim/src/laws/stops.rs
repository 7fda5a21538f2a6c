//! How tasks go: drained first, told to stop then, and asked for nothing after that.

use std::time::Duration;

use model::{AnyRecord, Change, Key, Kind, Snapshot, TaskKey};
use planner::targets;

use super::{Commit, Laws};

/// What control waits beyond the deregistration delay.
const GRACE: Duration = Duration::from_secs(5);

pub(super) fn check(laws: &mut Laws, commit: &Commit<'_>) {
    for change in &commit.plan.changes {
        match change {
            Change::Put(AnyRecord::Target(target)) => {
                let Some(task) = &target.task else { continue };
                let is_new = commit.before.targets_of_task(task).next().is_none();
                if is_new && laws.told.contains(task) {
                    let what = "a target is registered of a task that is told to stop".to_owned();
                    laws.break_with("drained", what);
                }
            }
            Change::Delete(key) if key.kind == Kind::Target => give_up(laws, commit, key),
            Change::Put(_) | Change::Delete(_) => {}
        }
    }
}

/// A balancer that is away for longer than the delay is not waited for.
fn give_up(laws: &mut Laws, commit: &Commit<'_>, key: &Key) {
    let Some(target) = commit.before.targets.get(&key.scope, &key.id) else { return };
    let name = target.target_group_arn.split('/').nth(1).unwrap_or_default();
    let group = commit.before.target_groups.get(&target.scope, name);
    let delay = group.map_or(Duration::ZERO, |group| targets::deregistration_delay(group));
    let is_over = target.draining_since.is_some_and(|since| commit.at >= since + delay + GRACE);
    if is_over && let Some(task) = &target.task {
        laws.given_up.insert(task.clone());
    }
}

impl Laws {
    /// A node hears that a task is to stop.
    pub(crate) fn told_to_stop(&mut self, snapshot: &Snapshot, task: &TaskKey) {
        if snapshot.targets_of_task(task).next().is_some() {
            let what = "a node is told to stop a task that has a target".to_owned();
            self.break_with("drained", what);
        }
        self.told.insert(task.clone());
    }

    /// A request is sent to a task.
    pub(crate) fn requested(&mut self, task: &TaskKey) {
        if self.told.contains(task) && !self.given_up.contains(task) {
            let what = "a request is sent to a task that was told to stop".to_owned();
            self.break_with("requests", what);
        }
    }
}
