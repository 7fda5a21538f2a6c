//! `ListInstanceProfiles`: below a path, by name.

use aws_api::iam::{ListInstanceProfilesRequest, ListInstanceProfilesResponse};
use model::{Record, iam_scope};
use wire::ApiError;

use super::listing::{self, Listed};
use super::{View, instance_profile};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListInstanceProfilesRequest,
) -> Result<ListInstanceProfilesResponse, ApiError> {
    let snapshot = api.snapshot();
    let all = snapshot.instance_profiles.list(&iam_scope(&caller.scope.account));
    let below = all.filter(|one| listing::is_below(&one.path, input.path_prefix.as_ref()));
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        listing::page(below, |one| one.record.id(), asked)?
            .map(|one| instance_profile::render(&snapshot, one, View::Listed));
    Ok(ListInstanceProfilesResponse { instance_profiles: Some(items), is_truncated, marker })
}
