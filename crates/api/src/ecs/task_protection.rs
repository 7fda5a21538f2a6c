//! Scale-in protection of tasks as the API shows it, and what cannot have any.

use std::collections::BTreeSet;

use aws_api::ecs::{Failure, ProtectedTask, errors};
use model::{Cluster, Entry, Snapshot, Task, Timestamp};
use wire::ApiError;

use super::task;

/// The tasks of services that a request names, each once, and why others are none.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    cluster: &Cluster,
    (named, max): (&[String], usize),
) -> Result<(Vec<&'a Entry<Task>>, Vec<Failure>), ApiError> {
    if named.is_empty() {
        return Err(errors::invalid_parameter_exception("Tasks cannot be empty."));
    }
    if named.len() > max {
        return Err(errors::invalid_parameter_exception(format!(
            "Tasks cannot have more than {max} elements."
        )));
    }
    let (mut tasks, mut failures, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for given in named {
        let key = task::key(&cluster.scope, &cluster.name, given);
        match key.and_then(|key| snapshot.task(&key)) {
            Some(found) if found.service.is_none() => failures.push(not_valid(found)),
            Some(found) if seen.insert(found.key.clone()) => tasks.push(found),
            Some(_) => {}
            None => {
                failures.push(failure(task::arn_of(&cluster.scope, &cluster.name, given), MISSING));
            }
        }
    }
    Ok((tasks, failures))
}

// COMPAT: the reasons are those of "API failure reasons" (ECS Developer Guide), which says
// nothing of a `detail`.
const MISSING: &str = "MISSING";
const TASK_NOT_VALID: &str = "TASK_NOT_VALID";
const DEPLOYMENT_BLOCKED: &str = "DEPLOYMENT_BLOCKED";

/// It is no service's, or serves no more.
pub(super) fn not_valid(task: &Task) -> Failure {
    failure(task.arn(), TASK_NOT_VALID)
}

/// Its service's deployment waits for protected tasks already.
pub(super) fn blocked(task: &Task) -> Failure {
    failure(task.arn(), DEPLOYMENT_BLOCKED)
}

fn failure(arn: String, reason: &str) -> Failure {
    Failure { arn: Some(arn), reason: Some(reason.to_owned()), detail: None }
}

pub(super) fn render(task: &Task, now: Timestamp) -> ProtectedTask {
    let is_protected = task.is_protected(now);
    ProtectedTask {
        task_arn: Some(task.arn()),
        protection_enabled: Some(is_protected),
        expiration_date: task.protected_until.filter(|_| is_protected),
    }
}
