//! `ListGroupPolicies`: the names of a group's inline policies.

use aws_api::iam::{ListGroupPoliciesRequest, ListGroupPoliciesResponse};
use model::IamGroup;
use wire::ApiError;

use super::inline;
use super::listing::Listed;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListGroupPoliciesRequest,
) -> Result<ListGroupPoliciesResponse, ApiError> {
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        inline::names::<IamGroup>(api, caller, (&input.group_name, asked))?;
    Ok(ListGroupPoliciesResponse { policy_names: Some(items), is_truncated, marker })
}
