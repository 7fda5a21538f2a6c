//! `ListUsers`: below a path, by name.

use aws_api::iam::{ListUsersRequest, ListUsersResponse};
use model::{Record, iam_scope};
use wire::ApiError;

use super::listing::{self, Listed};
use super::{View, user};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListUsersRequest,
) -> Result<ListUsersResponse, ApiError> {
    let snapshot = api.snapshot();
    let all = snapshot.iam_users.list(&iam_scope(&caller.scope.account));
    let below = all.filter(|one| listing::is_below(&one.path, input.path_prefix.as_ref()));
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        listing::page(below, |one| one.record.id(), asked)?
            .map(|one| user::render(one, View::Listed));
    Ok(ListUsersResponse { users: Some(items), is_truncated, marker })
}
