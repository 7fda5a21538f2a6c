//! `ListResourcePolicies`: the name of a secret's policy, where it has one.

use aws_api::secretsmanager::{
    ListResourcePoliciesRequest, ListResourcePoliciesResponse, ResourcePolicySummary,
};
use wire::ApiError;

use super::{find, listing, policy};
use crate::paging::page;
use crate::{Api, Caller};

const PAGE_DEFAULT: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListResourcePoliciesRequest,
) -> Result<ListResourcePoliciesResponse, ApiError> {
    let snapshot = api.snapshot();
    let secret = find::active(&snapshot, &caller.scope, &input.secret_id)?;
    let names = secret.resource_policy.iter().map(|_| policy::NAME.to_owned());
    let limit = input.max_results.and_then(|given| usize::try_from(given).ok());
    let asked = (input.next_token.as_deref(), limit.unwrap_or(PAGE_DEFAULT));
    let page = page(names, Clone::clone, asked).map_err(listing::bad_token)?;
    let summary = |name| ResourcePolicySummary { policy_name: Some(name) };
    Ok(ListResourcePoliciesResponse {
        resource_policies: Some(page.items.into_iter().map(summary).collect()),
        next_token: page.next_token,
    })
}
