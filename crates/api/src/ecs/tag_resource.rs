//! `TagResource`: adds tags to a resource, or changes their values.

use aws_api::ecs::{TagResourceRequest, TagResourceResponse};
use wire::ApiError;

use super::{resource, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: TagResourceRequest,
) -> Result<TagResourceResponse, ApiError> {
    let added = tags::parse(Some(&input.tags))?;
    api.transact(caller, |turn| {
        let found = resource::find(turn.snapshot, turn.scope(), &input.resource_arn)?;
        let mut all = found.tags().clone();
        all.extend(added.clone());
        tags::check_count(&all)?;
        found.put_tags(all, &mut turn.plan)
    })
    .await?;
    Ok(TagResourceResponse {})
}
