//! `RemoveTagsFromResource`: takes tags from a parameter. What it does not have is no fault.

use aws_api::ssm::{RemoveTagsFromResourceRequest, RemoveTagsFromResourceResult};
use model::Parameter;
use wire::ApiError;

use super::tags;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RemoveTagsFromResourceRequest,
) -> Result<RemoveTagsFromResourceResult, ApiError> {
    api.transact(caller, |turn| {
        let named = (input.resource_type, input.resource_id.as_str());
        let found = tags::find(turn.snapshot, turn.scope(), named)?;
        let mut kept: Parameter = (*found.record).clone();
        kept.tags.retain(|key, _| !input.tag_keys.contains(key));
        turn.plan.update(found, kept);
        Ok(RemoveTagsFromResourceResult {})
    })
    .await
}
