//! `ListKeyPolicies`: the names of a key's policies, of which there is one.

use aws_api::kms::{ListKeyPoliciesRequest, ListKeyPoliciesResponse};
use wire::ApiError;

use super::listing::{self, Asked, PAGE_SIZE};
use super::{key, policy};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListKeyPoliciesRequest,
) -> Result<ListKeyPoliciesResponse, ApiError> {
    let snapshot = api.snapshot();
    key::find_by_id(&snapshot, &caller.scope, &input.key_id).map_err(super::refusal)?;
    let asked = Asked { limit: input.limit, marker: input.marker.as_deref() };
    let names = [policy::NAME.to_owned()];
    let listed = listing::page(asked, PAGE_SIZE, names, Clone::clone)?;
    Ok(ListKeyPoliciesResponse {
        truncated: Some(listed.is_truncated()),
        next_marker: listed.next_marker,
        policy_names: Some(listed.items),
    })
}
