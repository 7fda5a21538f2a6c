//! `ListInstanceProfilesForRole`: the instance profiles that a role is in.

use aws_api::iam::{ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse};
use model::{Record, iam_scope};
use wire::ApiError;

use super::listing::{self, Listed};
use super::{View, find, instance_profile};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListInstanceProfilesForRoleRequest,
) -> Result<ListInstanceProfilesForRoleResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let known = find::role(&snapshot, &scope, &input.role_name)?;
    let profiles = find::profiles_of(&snapshot, &scope, &known.name);
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        listing::page(profiles, |one| one.record.id(), asked)?
            .map(|one| instance_profile::render(&snapshot, one, View::Listed));
    Ok(ListInstanceProfilesForRoleResponse { instance_profiles: Some(items), is_truncated, marker })
}
