//! `ListTagsForResource`: the tags of a resource.

use aws_api::ecs::{ListTagsForResourceRequest, ListTagsForResourceResponse};
use wire::ApiError;

use super::{resource, tags};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse, ApiError> {
    let snapshot = api.snapshot();
    let found = resource::find(&snapshot, &caller.scope, &input.resource_arn)?;
    Ok(ListTagsForResourceResponse { tags: Some(tags::render(found.tags())) })
}
