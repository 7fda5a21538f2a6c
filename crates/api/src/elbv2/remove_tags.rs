//! `RemoveTags`: takes tags off resources; one that is not there is no error.

use aws_api::elbv2::{RemoveTagsInput, RemoveTagsOutput};
use wire::ApiError;

use super::tagged;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RemoveTagsInput,
) -> Result<RemoveTagsOutput, ApiError> {
    api.transact(caller, |turn| {
        for (_, resource) in tagged::find(turn.snapshot, turn.scope(), &input.resource_arns)? {
            let mut tags = resource.tags();
            tags.retain(|key, _| !input.tag_keys.contains(key));
            resource.set_tags(turn, tags)?;
        }
        Ok(RemoveTagsOutput {})
    })
    .await
}
