//! `DeregisterTaskDefinition`: no new task or service may use the revision.

use aws_api::ecs::{DeregisterTaskDefinitionRequest, DeregisterTaskDefinitionResponse, errors};
use model::{TaskDefinition, TaskDefinitionStatus};
use wire::ApiError;

use super::task_definition;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeregisterTaskDefinitionRequest,
) -> Result<DeregisterTaskDefinitionResponse, ApiError> {
    let definition = api.transact(caller, |turn| decide(turn, &input)).await?;
    Ok(DeregisterTaskDefinitionResponse {
        task_definition: Some(task_definition::render(&definition)),
    })
}

fn decide(
    turn: &mut Turn<'_>,
    input: &DeregisterTaskDefinitionRequest,
) -> Result<TaskDefinition, ApiError> {
    let reference = task_definition::revision(turn.scope(), &input.task_definition)?;
    let found = task_definition::get(turn.snapshot, turn.scope(), &reference)
        .ok_or_else(|| errors::client_exception(task_definition::NOT_FOUND))?;
    match found.status {
        TaskDefinitionStatus::Active => {}
        TaskDefinitionStatus::Inactive => return Ok((*found.record).clone()),
        TaskDefinitionStatus::DeleteInProgress => {
            return Err(errors::client_exception(
                "The specified task definition is in the process of being deleted.",
            ));
        }
    }
    let deregistered = TaskDefinition {
        status: TaskDefinitionStatus::Inactive,
        deregistered_at: Some(turn.now()),
        ..(*found.record).clone()
    };
    turn.plan.update(found, deregistered.clone());
    Ok(deregistered)
}
