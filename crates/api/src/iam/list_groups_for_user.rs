//! `ListGroupsForUser`: the groups that a user is in, by name.

use aws_api::iam::{ListGroupsForUserRequest, ListGroupsForUserResponse};
use model::{Record, iam_scope};
use wire::ApiError;

use super::listing::{self, Listed};
use super::{find, group};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListGroupsForUserRequest,
) -> Result<ListGroupsForUserResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let known = find::user(&snapshot, &scope, &input.user_name)?;
    let groups = known.groups.iter().filter_map(|name| find::group(&snapshot, &scope, name).ok());
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by_key(|one| one.record.id());
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        listing::page(groups, |one| one.record.id(), asked)?.map(|one| group::render(one));
    Ok(ListGroupsForUserResponse { groups: Some(items), is_truncated, marker })
}
