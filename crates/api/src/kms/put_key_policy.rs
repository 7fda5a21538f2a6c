//! `PutKeyPolicy`: says anew who may use a key and change it.

use aws_api::kms::{PutKeyPolicyRequest, PutKeyPolicyResponse};
use model::KmsKey;
use wire::ApiError;

use super::change;
use super::policy::{self, LockoutCheck};
use crate::{Api, Caller};

/// What only the service that shares resources could put.
const OF_SHARING: &str = "AWS_RAM";

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutKeyPolicyRequest,
) -> Result<PutKeyPolicyResponse, ApiError> {
    if input.policy_name.as_deref() == Some(OF_SHARING) {
        return Err(super::invalid("The AWS_RAM policy can only be managed by the RAM service."));
    }
    let lockout = LockoutCheck::of(input.bypass_policy_lockout_safety_check);
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        policy::check_name(input.policy_name.as_deref())?;
        policy::check(turn, found, &input.policy, lockout)?;
        let policy = input.policy.clone();
        turn.plan.update(found, KmsKey { policy, ..(*found.record).clone() });
        Ok(PutKeyPolicyResponse {})
    })
    .await
}
