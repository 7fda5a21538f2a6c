//! `DescribeTasks`: tasks of one cluster by id or ARN.

use aws_api::ecs::{DescribeTasksRequest, DescribeTasksResponse, Failure, TaskField, errors};
use wire::ApiError;

use super::cluster;
use super::task::{self, Shown};
use crate::{Api, Caller};

/// LIMIT: "A list of up to 100 task IDs or full ARN entries" (`DescribeTasks`).
const TASKS_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeTasksRequest,
) -> Result<DescribeTasksResponse, ApiError> {
    let snapshot = api.snapshot();
    let cluster = cluster::find(&snapshot, &caller.scope, input.cluster.as_deref())?;
    if input.tasks.is_empty() {
        return Err(errors::invalid_parameter_exception("Tasks cannot be empty."));
    }
    if input.tasks.len() > TASKS_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "Tasks cannot have more than {TASKS_MAX} elements."
        )));
    }
    let is_tagged = input.include.iter().flatten().any(|field| *field == TaskField::Tags);
    let shown = if is_tagged { Shown::WithTags } else { Shown::WithoutTags };
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for given in &input.tasks {
        let key = task::key(&caller.scope, &cluster.name, given);
        match key.and_then(|key| snapshot.task(&key)) {
            Some(found) => tasks.push(task::render(&snapshot, found, shown)),
            None => failures.push(Failure {
                arn: Some(task::arn_of(&caller.scope, &cluster.name, given)),
                reason: Some("MISSING".to_owned()),
                detail: None,
            }),
        }
    }
    Ok(DescribeTasksResponse { tasks: Some(tasks), failures: Some(failures) })
}
