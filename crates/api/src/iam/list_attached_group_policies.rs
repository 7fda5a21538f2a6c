//! `ListAttachedGroupPolicies`: the managed policies of a group, below a path.

use aws_api::iam::{ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse};
use model::IamGroup;
use wire::ApiError;

use super::attachment;
use super::listing::Listed;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListAttachedGroupPoliciesRequest,
) -> Result<ListAttachedGroupPoliciesResponse, ApiError> {
    let asked = (input.marker.as_deref(), input.max_items);
    let wanted = (input.group_name.as_str(), input.path_prefix.as_ref(), asked);
    let Listed { items, is_truncated, marker } = attachment::list::<IamGroup>(api, caller, wanted)?;
    Ok(ListAttachedGroupPoliciesResponse { attached_policies: Some(items), is_truncated, marker })
}
