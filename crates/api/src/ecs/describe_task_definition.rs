//! `DescribeTaskDefinition`: one definition, or the latest active one of a family.

use aws_api::ecs::{
    DescribeTaskDefinitionRequest, DescribeTaskDefinitionResponse, TaskDefinitionField, errors,
};
use wire::ApiError;

use super::{tags, task_definition};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeTaskDefinitionRequest,
) -> Result<DescribeTaskDefinitionResponse, ApiError> {
    let snapshot = api.snapshot();
    let found = task_definition::find(&snapshot, &caller.scope, &input.task_definition)
        .ok_or_else(|| errors::client_exception("Unable to describe task definition."))?;
    let is_tagged = input.include.iter().flatten().any(|field| *field == TaskDefinitionField::Tags);
    Ok(DescribeTaskDefinitionResponse {
        task_definition: Some(task_definition::render(found)),
        tags: Some(if is_tagged { tags::render(&found.tags) } else { Vec::new() }),
    })
}
