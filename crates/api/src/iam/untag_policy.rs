//! `UntagPolicy`: takes tags off a managed policy; one that is not there is no error.

use aws_api::iam::{UntagPolicyRequest, UntagPolicyResponse};
use model::iam_scope;
use wire::ApiError;

use super::{policy, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UntagPolicyRequest,
) -> Result<UntagPolicyResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = policy::find_own(turn.snapshot, &scope, &input.policy_arn)?;
        tags::untag(turn, known, &input.tag_keys);
        Ok(UntagPolicyResponse {})
    })
    .await
}
