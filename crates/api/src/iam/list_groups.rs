//! `ListGroups`: below a path, by name.

use aws_api::iam::{ListGroupsRequest, ListGroupsResponse};
use model::{Record, iam_scope};
use wire::ApiError;

use super::group;
use super::listing::{self, Listed};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListGroupsRequest,
) -> Result<ListGroupsResponse, ApiError> {
    let snapshot = api.snapshot();
    let all = snapshot.iam_groups.list(&iam_scope(&caller.scope.account));
    let below = all.filter(|one| listing::is_below(&one.path, input.path_prefix.as_ref()));
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        listing::page(below, |one| one.record.id(), asked)?.map(|one| group::render(one));
    Ok(ListGroupsResponse { groups: Some(items), is_truncated, marker })
}
