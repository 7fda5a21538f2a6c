//! `ListRoles`: below a path, by name.

use aws_api::iam::{ListRolesRequest, ListRolesResponse};
use model::{Record, iam_scope};
use wire::ApiError;

use super::listing::{self, Listed};
use super::{View, role};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListRolesRequest,
) -> Result<ListRolesResponse, ApiError> {
    let snapshot = api.snapshot();
    let all = snapshot.iam_roles.list(&iam_scope(&caller.scope.account));
    let below = all.filter(|one| listing::is_below(&one.path, input.path_prefix.as_ref()));
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        listing::page(below, |one| one.record.id(), asked)?
            .map(|one| role::render(one, View::Listed));
    Ok(ListRolesResponse { roles: Some(items), is_truncated, marker })
}
