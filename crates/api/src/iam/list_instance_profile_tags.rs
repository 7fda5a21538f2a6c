//! `ListInstanceProfileTags`: an instance profile's tags, by key.

use aws_api::iam::{ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse};
use model::iam_scope;
use wire::ApiError;

use super::listing::Listed;
use super::{find, tags};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListInstanceProfileTagsRequest,
) -> Result<ListInstanceProfileTagsResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let known = find::instance_profile(&snapshot, &scope, &input.instance_profile_name)?;
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } = tags::list(&known.tags, asked)?;
    Ok(ListInstanceProfileTagsResponse { tags: Some(items), is_truncated, marker })
}
