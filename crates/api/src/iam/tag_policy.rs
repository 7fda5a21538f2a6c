//! `TagPolicy`: adds tags to a managed policy, or replaces their values.

use aws_api::iam::{TagPolicyRequest, TagPolicyResponse};
use model::iam_scope;
use wire::ApiError;

use super::{policy, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: TagPolicyRequest,
) -> Result<TagPolicyResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = policy::find_own(turn.snapshot, &scope, &input.policy_arn)?;
        tags::tag(turn, known, &input.tags)?;
        Ok(TagPolicyResponse {})
    })
    .await
}
