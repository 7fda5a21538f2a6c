//! `ListUserPolicies`: the names of a user's inline policies.

use aws_api::iam::{ListUserPoliciesRequest, ListUserPoliciesResponse};
use model::IamUser;
use wire::ApiError;

use super::inline;
use super::listing::Listed;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListUserPoliciesRequest,
) -> Result<ListUserPoliciesResponse, ApiError> {
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        inline::names::<IamUser>(api, caller, (&input.user_name, asked))?;
    Ok(ListUserPoliciesResponse { policy_names: Some(items), is_truncated, marker })
}
