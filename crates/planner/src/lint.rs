//! Checks any plan against the laws, whoever made it. A violation is our fault.
//!
//! It shares no code with the planners that it checks, but for the bounds.

use std::collections::BTreeMap;

use model::{
    Actor, AnyRecord, Change, DesiredStatus, Key, Node, Plan, ServiceStatus, Snapshot, StopCode,
    Task, TaskState,
};

/// A law that a plan breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    #[error("`{}` is written twice", .0.to_text())]
    WrittenTwice(Key),
    #[error("`{}` is written without having been read", .0.to_text())]
    NotRead(Key),
    #[error("task `{task}` would move from {from:?} to {to:?}")]
    IllegalMove { task: String, from: TaskState, to: TaskState },
    #[error("task `{0}` was to stop and would be to run")]
    Revived(String),
    #[error("task `{0}` would change its node")]
    Moved(String),
    #[error("task `{0}` is protected and would be stopped for its number")]
    Unprotected(String),
    #[error("node `{0}` would hold more than it has")]
    Overfull(String),
}

/// Every law that the plan would break on the state that it was made of.
pub fn lint(snapshot: &Snapshot, plan: &Plan) -> Vec<Violation> {
    let mut violations = Vec::new();
    violations.extend(plan.key_written_twice().map(Violation::WrittenTwice));
    for change in &plan.changes {
        let key = change.key();
        if !plan.expects.iter().any(|expect| expect.key == key) {
            violations.push(Violation::NotRead(key));
        }
        if let Change::Put(AnyRecord::Task(task)) = change {
            violations.extend(lint_task(snapshot, task));
        }
    }
    violations.extend(overfull(snapshot, plan));
    violations
}

fn lint_task(snapshot: &Snapshot, next: &Task) -> Option<Violation> {
    let name = || next.key.id.clone();
    let Some(old) = snapshot.task(&next.key) else {
        let is_born = next.last_status == TaskState::Provisioning && next.node.is_none();
        return (!is_born).then(|| Violation::IllegalMove {
            task: name(),
            from: TaskState::Provisioning,
            to: next.last_status,
        });
    };
    let (from, to) = (old.last_status, next.last_status);
    let is_legal = from == to
        || [Actor::Placer, Actor::Node, Actor::Deployer]
            .into_iter()
            .any(|actor| from.advance(actor, to).is_ok());
    if !is_legal {
        return Some(Violation::IllegalMove { task: name(), from, to });
    }
    if old.desired_status == DesiredStatus::Stopped && next.desired_status != old.desired_status {
        return Some(Violation::Revived(name()));
    }
    if old.node.is_some() && old.node != next.node {
        return Some(Violation::Moved(name()));
    }
    is_unprotected(snapshot, old, next).then(|| Violation::Unprotected(name()))
}

/// Whether a service that goes on would stop a task of its own, one that is not unhealthy,
/// before its protection is over.
fn is_unprotected(snapshot: &Snapshot, old: &Task, next: &Task) -> bool {
    let is_stopped = (old.desired_status, next.desired_status)
        == (DesiredStatus::Running, DesiredStatus::Stopped)
        && next.stop_code == Some(StopCode::ServiceSchedulerInitiated);
    let is_of_active = next
        .service_key()
        .and_then(|key| snapshot.service(&key))
        .is_some_and(|service| service.status == ServiceStatus::Active);
    let is_unhealthy =
        next.stopped_reason.as_ref().is_some_and(|reason| reason.starts_with("Task failed"));
    is_stopped
        && is_of_active
        && !is_unhealthy
        && next.stopping_at.is_some_and(|now| old.is_protected(now))
}

/// Nodes onto which this plan puts tasks, and that cannot hold them.
fn overfull(snapshot: &Snapshot, plan: &Plan) -> Vec<Violation> {
    let mut added: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for change in &plan.changes {
        let Change::Put(AnyRecord::Task(task)) = change else { continue };
        let Some(node) = &task.node else { continue };
        let was_placed = snapshot.task(&task.key).is_some_and(|old| old.node.is_some());
        if !was_placed {
            let sum = added.entry(node).or_default();
            sum.0 += u64::from(task.cpu_units);
            sum.1 += u64::from(task.memory_mib);
        }
    }
    added
        .into_iter()
        .filter(|(node, (cpu, memory))| {
            let Some(node) = snapshot.nodes.get(&Node::scope(), node) else { return true };
            let held = snapshot.tasks_of_node(&node.id).filter(|t| t.is_holding_resources());
            let (mut cpu, mut memory) = (*cpu, *memory);
            for task in held {
                cpu += u64::from(task.cpu_units);
                memory += u64::from(task.memory_mib);
            }
            cpu > u64::from(node.cpu_units) || memory > u64::from(node.memory_mib)
        })
        .map(|(node, _)| Violation::Overfull(node.to_owned()))
        .collect()
}
