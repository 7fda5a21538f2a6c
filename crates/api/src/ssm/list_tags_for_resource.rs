//! `ListTagsForResource`: the tags of a parameter.

use aws_api::ssm::{ListTagsForResourceRequest, ListTagsForResourceResult};
use wire::ApiError;

use super::tags;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResult, ApiError> {
    let snapshot = api.snapshot();
    let named = (input.resource_type, input.resource_id.as_str());
    let found = tags::find(&snapshot, &caller.scope, named)?;
    Ok(ListTagsForResourceResult { tag_list: Some(tags::render(&found.tags)) })
}
