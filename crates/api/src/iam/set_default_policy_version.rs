//! `SetDefaultPolicyVersion`: another version comes into force.

use aws_api::iam::{SetDefaultPolicyVersionRequest, SetDefaultPolicyVersionResponse};
use model::{IamPolicy, iam_scope};
use wire::ApiError;

use super::policy;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: SetDefaultPolicyVersionRequest,
) -> Result<SetDefaultPolicyVersionResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = policy::find_own(turn.snapshot, &scope, &input.policy_arn)?;
        let number = policy::version_number(&input.policy_arn, &input.version_id)?;
        if !known.versions.contains_key(&number) {
            return Err(policy::missing_version(&input.policy_arn, &input.version_id));
        }
        let next = IamPolicy { default_version: number, ..(*known.record).clone() };
        turn.plan.update(known, next);
        Ok(SetDefaultPolicyVersionResponse {})
    })
    .await
}
