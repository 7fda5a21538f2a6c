//! `DeletePolicy`: deletes a managed policy that nobody has, with its last version.

use aws_api::iam::{DeletePolicyRequest, DeletePolicyResponse, errors};
use model::iam_scope;
use wire::ApiError;

use super::policy;
use super::usage::Usage;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeletePolicyRequest,
) -> Result<DeletePolicyResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = policy::find_own(turn.snapshot, &scope, &input.policy_arn)?;
        let counts = Usage::count(turn.snapshot, &scope).of(&input.policy_arn);
        if counts.attachments > 0 || counts.boundaries > 0 {
            return Err(errors::delete_conflict_exception(
                "Cannot delete a policy attached to entities.",
            ));
        }
        if known.versions.len() > 1 {
            return Err(errors::delete_conflict_exception(
                "This policy has more than one version. Before you delete a policy, you must \
                 delete the policy's versions. The default version is deleted with the policy.",
            ));
        }
        turn.plan.delete(known);
        Ok(DeletePolicyResponse {})
    })
    .await
}
