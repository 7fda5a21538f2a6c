//! `ListPolicyTags`: a managed policy's tags, by key.

use aws_api::iam::{ListPolicyTagsRequest, ListPolicyTagsResponse};
use model::iam_scope;
use wire::ApiError;

use super::listing::Listed;
use super::policy::{self, Managed};
use super::tags;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListPolicyTagsRequest,
) -> Result<ListPolicyTagsResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        match policy::find(&snapshot, &scope, &input.policy_arn)? {
            Managed::Own(own) => tags::list(&own.tags, asked)?,
            Managed::Ready(_) => Listed::whole(Vec::new()),
        };
    Ok(ListPolicyTagsResponse { tags: Some(items), is_truncated, marker })
}
