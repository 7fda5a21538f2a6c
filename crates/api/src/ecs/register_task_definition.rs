//! `RegisterTaskDefinition`: checks a definition and makes the next revision of its family.

use aws_api::ecs::{RegisterTaskDefinitionRequest, RegisterTaskDefinitionResponse, errors};
use model::{TaskDefinition, TaskDefinitionFamily};
use wire::ApiError;

use super::{tags, task_definition};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RegisterTaskDefinitionRequest,
) -> Result<RegisterTaskDefinitionResponse, ApiError> {
    let definition = task_definition::conversion::convert(caller, &input)?;
    let made = api
        .transact(caller, |turn| {
            check_roles(api, turn, &definition)?;
            Ok(register(turn, &definition))
        })
        .await?;
    Ok(RegisterTaskDefinitionResponse {
        task_definition: Some(task_definition::render(&made)),
        tags: Some(tags::render(&made.tags)),
    })
}

/// COMPAT: "Role is not valid" is what ECS says of a role that is not there, or that its tasks may
/// not assume.
fn check_roles(api: &Api, turn: &Turn<'_>, definition: &TaskDefinition) -> Result<(), ApiError> {
    let mut roles = definition.task_role_arn.iter().chain(&definition.execution_role_arn);
    if roles.all(|arn| api.can_be_assumed(turn.snapshot, arn)) {
        return Ok(());
    }
    Err(errors::client_exception("Role is not valid"))
}

/// Numbers the definition: a family counts on even when its definitions are deleted.
fn register(turn: &mut Turn<'_>, definition: &TaskDefinition) -> TaskDefinition {
    let scope = turn.scope().clone();
    let family = turn.snapshot.task_definition_families.get(&scope, &definition.family);
    let revision = family.map_or(0, |family| family.last_revision) + 1;
    let next =
        TaskDefinitionFamily { scope, name: definition.family.clone(), last_revision: revision };
    match family {
        Some(family) => turn.plan.update(family, next),
        None => turn.plan.insert(next),
    }
    let made = TaskDefinition { revision, ..definition.clone() };
    turn.plan.insert(made.clone());
    made
}
