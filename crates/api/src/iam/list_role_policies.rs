//! `ListRolePolicies`: the names of a role's inline policies.

use aws_api::iam::{ListRolePoliciesRequest, ListRolePoliciesResponse};
use model::IamRole;
use wire::ApiError;

use super::inline;
use super::listing::Listed;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListRolePoliciesRequest,
) -> Result<ListRolePoliciesResponse, ApiError> {
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        inline::names::<IamRole>(api, caller, (&input.role_name, asked))?;
    Ok(ListRolePoliciesResponse { policy_names: Some(items), is_truncated, marker })
}
