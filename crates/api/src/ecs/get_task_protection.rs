//! `GetTaskProtection`: whether tasks of services are protected, and until when.

use aws_api::ecs::{GetTaskProtectionRequest, GetTaskProtectionResponse};
use wire::ApiError;

use super::{cluster, task_protection};
use crate::{Api, Caller};

/// LIMIT: "A list of up to 100 task IDs or full ARN entries" (`GetTaskProtection`).
const TASKS_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetTaskProtectionRequest,
) -> Result<GetTaskProtectionResponse, ApiError> {
    let snapshot = api.snapshot();
    let cluster = cluster::find(&snapshot, &caller.scope, Some(&input.cluster))?;
    let named = input.tasks.as_deref().unwrap_or_default();
    let (tasks, failures) = task_protection::find(&snapshot, cluster, (named, TASKS_MAX))?;
    let protected_tasks =
        tasks.into_iter().map(|task| task_protection::render(task, caller.now)).collect();
    Ok(GetTaskProtectionResponse {
        protected_tasks: Some(protected_tasks),
        failures: Some(failures),
    })
}
