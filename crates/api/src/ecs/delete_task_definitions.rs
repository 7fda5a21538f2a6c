//! `DeleteTaskDefinitions`: revisions go once no task or service uses them.
//!
//! This marks them; the reaper removes what is no longer used.

use std::collections::BTreeMap;

use aws_api::ecs::{DeleteTaskDefinitionsRequest, DeleteTaskDefinitionsResponse, Failure, errors};
use model::{Entry, TaskDefinition, TaskDefinitionRef, TaskDefinitionStatus};
use wire::ApiError;

use super::task_definition;
use crate::{Api, Caller, Turn};

/// LIMIT: "You must specify between 1 and 10" (`DeleteTaskDefinitions`).
const TASK_DEFINITIONS_MAX: usize = 10;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteTaskDefinitionsRequest,
) -> Result<DeleteTaskDefinitionsResponse, ApiError> {
    let count = input.task_definitions.len();
    if count == 0 || count > TASK_DEFINITIONS_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "You must specify between 1 and {TASK_DEFINITIONS_MAX} task definitions."
        )));
    }
    api.transact(caller, |turn| Ok(decide(turn, &input.task_definitions))).await
}

fn decide(turn: &mut Turn<'_>, given: &[String]) -> DeleteTaskDefinitionsResponse {
    let snapshot = turn.snapshot;
    // By name, so that one that is given twice is deleted once.
    let mut deleted: BTreeMap<TaskDefinitionRef, TaskDefinition> = BTreeMap::new();
    let mut failures = Vec::new();
    for name in given {
        let scope = turn.scope();
        let found = match task_definition::revision(scope, name) {
            Ok(reference) => task_definition::get(snapshot, scope, &reference)
                .ok_or_else(|| task_definition::NOT_FOUND.to_owned()),
            Err(refusal) => Err(refusal.message),
        };
        match found.and_then(check) {
            Err(reason) => failures.push(Failure {
                arn: Some(name.clone()),
                reason: Some(reason),
                detail: None,
            }),
            Ok(found) if deleted.contains_key(&found.reference()) => {}
            Ok(found) => {
                deleted.insert(found.reference(), mark(turn, found));
            }
        }
    }
    DeleteTaskDefinitionsResponse {
        task_definitions: Some(deleted.values().map(task_definition::render).collect()),
        failures: Some(failures),
    }
}

fn check(found: &Entry<TaskDefinition>) -> Result<&Entry<TaskDefinition>, String> {
    match found.status {
        TaskDefinitionStatus::Inactive | TaskDefinitionStatus::DeleteInProgress => Ok(found),
        TaskDefinitionStatus::Active => {
            Err("The specified task definition is still in ACTIVE status. Please deregister the \
             target and try again."
                .to_owned())
        }
    }
}

fn mark(turn: &mut Turn<'_>, found: &Entry<TaskDefinition>) -> TaskDefinition {
    if found.status == TaskDefinitionStatus::DeleteInProgress {
        return (*found.record).clone();
    }
    let marked = TaskDefinition {
        status: TaskDefinitionStatus::DeleteInProgress,
        delete_requested_at: Some(turn.now()),
        ..(*found.record).clone()
    };
    turn.plan.update(found, marked.clone());
    marked
}
