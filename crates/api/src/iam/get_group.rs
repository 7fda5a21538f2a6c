//! `GetGroup`: a group and, page by page, its users.

use aws_api::iam::{GetGroupRequest, GetGroupResponse};
use model::{Record, iam_scope};
use wire::ApiError;

use super::listing::{self, Listed};
use super::{View, find, group, user};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetGroupRequest,
) -> Result<GetGroupResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let known = find::group(&snapshot, &scope, &input.group_name)?;
    let members = find::members(&snapshot, &scope, &known.name);
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        listing::page(members, |one| one.record.id(), asked)?
            .map(|one| user::render(one, View::Listed));
    Ok(GetGroupResponse {
        group: Some(group::render(known)),
        users: Some(items),
        is_truncated,
        marker,
    })
}
