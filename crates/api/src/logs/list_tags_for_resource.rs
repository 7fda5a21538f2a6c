//! `ListTagsForResource`: the tags of a log group.

use aws_api::logs::{ListTagsForResourceRequest, ListTagsForResourceResponse};
use wire::ApiError;

use super::group;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse, ApiError> {
    let key = group::named_by_arn(&caller.scope, &input.resource_arn)?;
    let found = api.logs.describe_group(key).await.map_err(super::refusal)?;
    Ok(ListTagsForResourceResponse { tags: Some(found.tags) })
}
