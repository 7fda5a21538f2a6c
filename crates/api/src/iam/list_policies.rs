//! `ListPolicies`: by whose they are, how they are used, and below a path.

use aws_api::iam::{ListPoliciesRequest, ListPoliciesResponse, PolicyScopeType, PolicyUsageType};
use model::iam_scope;
use wire::ApiError;

use super::View;
use super::listing::{self, Listed};
use super::policy::{self, Managed};
use super::usage::Usage;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListPoliciesRequest,
) -> Result<ListPoliciesResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let usage = Usage::count(&snapshot, &scope);
    let mut own: Vec<_> = snapshot.iam_policies.list(&scope).map(Managed::Own).collect();
    own.sort_by_key(Managed::order);
    let ready = ::iam::managed_policies().iter().map(Managed::Ready);
    let wanted = own.into_iter().chain(ready).filter(|one| is_wanted(one, &usage, input));
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } = listing::page(wanted, Managed::order, asked)?
        .map(|one| policy::render(one, &usage, View::Listed));
    Ok(ListPoliciesResponse { policies: Some(items), is_truncated, marker })
}

fn is_wanted(policy: &Managed<'_>, usage: &Usage, input: &ListPoliciesRequest) -> bool {
    let is_in_scope = match (input.scope, policy) {
        (None | Some(PolicyScopeType::All), _)
        | (Some(PolicyScopeType::Local), Managed::Own(_))
        | (Some(PolicyScopeType::Aws), Managed::Ready(_)) => true,
        (Some(PolicyScopeType::Local), Managed::Ready(_))
        | (Some(PolicyScopeType::Aws), Managed::Own(_)) => false,
    };
    let counts = usage.of(&policy.arn());
    let is_used_so = match input.policy_usage_filter {
        None => true,
        Some(PolicyUsageType::PermissionsPolicy) => counts.attachments > 0,
        Some(PolicyUsageType::PermissionsBoundary) => counts.boundaries > 0,
    };
    let is_attached = input.only_attached != Some(true)
        || counts.attachments > 0
        || (input.policy_usage_filter.is_some() && counts.boundaries > 0);
    is_in_scope
        && is_used_so
        && is_attached
        && listing::is_below(policy.path(), input.path_prefix.as_ref())
}
