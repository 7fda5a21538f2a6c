//! `ListRoleTags`: a role's tags, by key.

use aws_api::iam::{ListRoleTagsRequest, ListRoleTagsResponse};
use model::iam_scope;
use wire::ApiError;

use super::listing::Listed;
use super::{find, tags};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListRoleTagsRequest,
) -> Result<ListRoleTagsResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let known = find::role(&snapshot, &scope, &input.role_name)?;
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } = tags::list(&known.tags, asked)?;
    Ok(ListRoleTagsResponse { tags: Some(items), is_truncated, marker })
}
