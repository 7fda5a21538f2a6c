//! `UntagResource`: takes tags from a resource; those that it has not are no error.

use aws_api::ecs::{UntagResourceRequest, UntagResourceResponse};
use wire::ApiError;

use super::{resource, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UntagResourceRequest,
) -> Result<UntagResourceResponse, ApiError> {
    input.tag_keys.iter().try_for_each(|key| tags::check_key(key))?;
    api.transact(caller, |turn| {
        let found = resource::find(turn.snapshot, turn.scope(), &input.resource_arn)?;
        let mut kept = found.tags().clone();
        kept.retain(|key, _| !input.tag_keys.contains(key));
        found.put_tags(kept, &mut turn.plan)
    })
    .await?;
    Ok(UntagResourceResponse {})
}
