//! `DeletePolicyVersion`: deletes a version that is not in force.

use aws_api::iam::{DeletePolicyVersionRequest, DeletePolicyVersionResponse, errors};
use model::iam_scope;
use wire::ApiError;

use super::policy;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeletePolicyVersionRequest,
) -> Result<DeletePolicyVersionResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = policy::find_own(turn.snapshot, &scope, &input.policy_arn)?;
        let number = policy::version_number(&input.policy_arn, &input.version_id)?;
        let mut next = (*known.record).clone();
        if next.versions.remove(&number).is_none() {
            return Err(policy::missing_version(&input.policy_arn, &input.version_id));
        }
        if number == next.default_version {
            return Err(errors::delete_conflict_exception(
                "Cannot delete the default version of a policy.",
            ));
        }
        turn.plan.update(known, next);
        Ok(DeletePolicyVersionResponse {})
    })
    .await
}
