//! `AddTagsToResource`: adds tags to a parameter, or replaces their values.

use aws_api::ssm::{AddTagsToResourceRequest, AddTagsToResourceResult};
use model::Parameter;
use wire::ApiError;

use super::tags;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AddTagsToResourceRequest,
) -> Result<AddTagsToResourceResult, ApiError> {
    api.transact(caller, |turn| {
        let named = (input.resource_type, input.resource_id.as_str());
        let found = tags::find(turn.snapshot, turn.scope(), named)?;
        let tags = tags::add(&found.tags, &input.tags)?;
        turn.plan.update(found, Parameter { tags, ..(*found.record).clone() });
        Ok(AddTagsToResourceResult {})
    })
    .await
}
