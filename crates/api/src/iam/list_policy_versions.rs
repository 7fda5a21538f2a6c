//! `ListPolicyVersions`: the newest first, without their documents.

use aws_api::iam::{ListPolicyVersionsRequest, ListPolicyVersionsResponse, PolicyVersion};
use model::iam_scope;
use wire::ApiError;

use super::listing::{self, Listed};
use super::policy;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListPolicyVersionsRequest,
) -> Result<ListPolicyVersionsResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let found = policy::find(&snapshot, &scope, &input.policy_arn)?;
    // Numbers go down, and keys have to go up.
    let key = |(number, _): &(u32, PolicyVersion)| format!("{:010}", u32::MAX - number);
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } = listing::page(found.versions(), key, asked)?
        .map(|(_, version)| PolicyVersion { document: None, ..version });
    Ok(ListPolicyVersionsResponse { versions: Some(items), is_truncated, marker })
}
