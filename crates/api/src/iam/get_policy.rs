//! `GetPolicy`: one managed policy, without its documents.

use aws_api::iam::{GetPolicyRequest, GetPolicyResponse};
use model::iam_scope;
use wire::ApiError;

use super::usage::Usage;
use super::{View, policy};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetPolicyRequest,
) -> Result<GetPolicyResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let found = policy::find(&snapshot, &scope, &input.policy_arn)?;
    let usage = Usage::count(&snapshot, &scope);
    Ok(GetPolicyResponse { policy: Some(policy::render(found, &usage, View::Whole)) })
}
