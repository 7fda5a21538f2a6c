//! `TagResource`: adds tags to a log group, or replaces their values.

use aws_api::logs::{TagResourceRequest, TagResourceResponse, errors};
use observe::{LogsError, TAGS_MAX};
use wire::ApiError;

use super::group;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: TagResourceRequest,
) -> Result<TagResourceResponse, ApiError> {
    let key = group::named_by_arn(&caller.scope, &input.resource_arn)?;
    api.logs.tag_group(key, input.tags).await.map_err(too_many_tags)?;
    Ok(TagResourceResponse {})
}

fn too_many_tags(error: LogsError) -> ApiError {
    match error {
        LogsError::LimitExceeded => errors::too_many_tags_exception(format!(
            "A log group can have at most {TAGS_MAX} tags."
        )),
        other => super::refusal(other),
    }
}
