//! `DeleteResourcePolicy`: takes the policy from a secret.

use aws_api::secretsmanager::{DeleteResourcePolicyRequest, DeleteResourcePolicyResponse};
use model::Secret;
use wire::ApiError;

use super::{find, policy};
use crate::{Api, Caller};

/// A secret without a policy is left as it is.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteResourcePolicyRequest,
) -> Result<DeleteResourcePolicyResponse, ApiError> {
    let name = policy::changeable(input.policy_name.as_deref())?;
    api.transact(caller, |turn| {
        let secret = find::active(turn.snapshot, turn.scope(), &input.secret_id)?;
        if secret.resource_policy.is_some() {
            let changed_at = turn.now();
            let before = (*secret.record).clone();
            turn.plan.update(secret, Secret { resource_policy: None, changed_at, ..before });
        }
        Ok(DeleteResourcePolicyResponse {
            arn: Some(secret.arn()),
            name: Some(secret.name.clone()),
            policy_name: Some(name.to_owned()),
        })
    })
    .await
}
