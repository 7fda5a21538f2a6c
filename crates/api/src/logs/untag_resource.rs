//! `UntagResource`: takes tags off a log group.

use aws_api::logs::{UntagResourceRequest, UntagResourceResponse};
use wire::ApiError;

use super::group;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UntagResourceRequest,
) -> Result<UntagResourceResponse, ApiError> {
    let key = group::named_by_arn(&caller.scope, &input.resource_arn)?;
    api.logs.untag_group(key, input.tag_keys).await.map_err(super::refusal)?;
    Ok(UntagResourceResponse {})
}
