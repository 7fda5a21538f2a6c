//! `UpdateTaskProtection`: protects tasks of services from scale-in and deployments for a while.

use std::ops::RangeInclusive;
use std::time::Duration;

use aws_api::ecs::{UpdateTaskProtectionRequest, UpdateTaskProtectionResponse, errors};
use model::{DesiredStatus, Service, Snapshot, Task, TaskState, Timestamp};
use wire::ApiError;

use super::{cluster, task_protection};
use crate::{Api, Caller, Turn};

/// LIMIT: "A list of up to 10 task IDs or full ARN entries" (`UpdateTaskProtection`).
const TASKS_MAX: usize = 10;
/// LIMIT: AWS's, two days.
const MINUTES: RangeInclusive<i32> = 1..=2_880;
const MINUTES_DEFAULT: i32 = 120;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateTaskProtectionRequest,
) -> Result<UpdateTaskProtectionResponse, ApiError> {
    let minutes = input.expires_in_minutes.unwrap_or(MINUTES_DEFAULT);
    if !MINUTES.contains(&minutes) {
        return Err(errors::invalid_parameter_exception(format!(
            "expiresInMinutes must be between {} and {}.",
            MINUTES.start(),
            MINUTES.end()
        )));
    }
    // Where protection is taken away there is nothing that could expire.
    let lasts =
        input.protection_enabled.then(|| Duration::from_mins(u64::from(minutes.unsigned_abs())));
    api.transact(caller, |turn| decide(turn, &input, lasts)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &UpdateTaskProtectionRequest,
    lasts: Option<Duration>,
) -> Result<UpdateTaskProtectionResponse, ApiError> {
    let (snapshot, now) = (turn.snapshot, turn.now());
    let cluster = cluster::find(snapshot, turn.scope(), Some(&input.cluster))?;
    let (tasks, mut failures) =
        task_protection::find(snapshot, cluster, (&input.tasks, TASKS_MAX))?;
    let mut protected_tasks = Vec::new();
    for task in tasks {
        if task.desired_status == DesiredStatus::Stopped || task.last_status > TaskState::Running {
            failures.push(task_protection::not_valid(task));
            continue;
        }
        let service = task.service_key().and_then(|key| snapshot.service(&key));
        if lasts.is_some() && service.is_some_and(|service| is_blocked(snapshot, service, now)) {
            failures.push(task_protection::blocked(task));
            continue;
        }
        let protected_until = lasts.map(|lasts| now + lasts);
        let next = Task { protected_until, ..(*task.record).clone() };
        protected_tasks.push(task_protection::render(&next, now));
        turn.plan.update(task, next);
    }
    Ok(UpdateTaskProtectionResponse {
        protected_tasks: Some(protected_tasks),
        failures: Some(failures),
    })
}

/// Whether protected tasks of an old revision are all that a deployment still waits for.
//
// COMPAT: "one or more protected tasks are preventing the service deployment from reaching a
// steady state" ("API failure reasons", ECS Developer Guide).
fn is_blocked(snapshot: &Snapshot, service: &Service, now: Timestamp) -> bool {
    let is_under_way = snapshot
        .service_deployment(&service.key, &service.current_deployment)
        .is_some_and(|deployment| !deployment.status.is_final());
    let (mut new, mut old, mut old_protected) = (0, 0, 0);
    for task in snapshot.tasks_of_service(&service.key) {
        let of = task.service.as_ref().map(|of| of.revision.as_str());
        if task.desired_status == DesiredStatus::Stopped {
            continue;
        }
        if of == Some(service.primary_revision.as_str()) {
            new += u32::from(task.last_status == TaskState::Running);
        } else {
            old += 1;
            old_protected += u32::from(task.is_protected(now));
        }
    }
    is_under_way && new >= service.desired_count && old > 0 && old == old_protected
}
