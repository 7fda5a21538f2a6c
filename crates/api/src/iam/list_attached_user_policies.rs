//! `ListAttachedUserPolicies`: the managed policies of a user, below a path.

use aws_api::iam::{ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse};
use model::IamUser;
use wire::ApiError;

use super::attachment;
use super::listing::Listed;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListAttachedUserPoliciesRequest,
) -> Result<ListAttachedUserPoliciesResponse, ApiError> {
    let asked = (input.marker.as_deref(), input.max_items);
    let wanted = (input.user_name.as_str(), input.path_prefix.as_ref(), asked);
    let Listed { items, is_truncated, marker } = attachment::list::<IamUser>(api, caller, wanted)?;
    Ok(ListAttachedUserPoliciesResponse { attached_policies: Some(items), is_truncated, marker })
}
