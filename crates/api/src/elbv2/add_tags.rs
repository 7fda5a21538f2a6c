//! `AddTags`: adds tags to resources, or replaces their values.

use aws_api::elbv2::{AddTagsInput, AddTagsOutput};
use wire::ApiError;

use super::{tagged, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AddTagsInput,
) -> Result<AddTagsOutput, ApiError> {
    api.transact(caller, |turn| {
        for (_, resource) in tagged::find(turn.snapshot, turn.scope(), &input.resource_arns)? {
            resource.set_tags(turn, tags::add(&resource.tags(), &input.tags)?)?;
        }
        Ok(AddTagsOutput {})
    })
    .await
}
