//! `ListAttachedRolePolicies`: the managed policies of a role, below a path.

use aws_api::iam::{ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse};
use model::IamRole;
use wire::ApiError;

use super::attachment;
use super::listing::Listed;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListAttachedRolePoliciesRequest,
) -> Result<ListAttachedRolePoliciesResponse, ApiError> {
    let asked = (input.marker.as_deref(), input.max_items);
    let wanted = (input.role_name.as_str(), input.path_prefix.as_ref(), asked);
    let Listed { items, is_truncated, marker } = attachment::list::<IamRole>(api, caller, wanted)?;
    Ok(ListAttachedRolePoliciesResponse { attached_policies: Some(items), is_truncated, marker })
}
