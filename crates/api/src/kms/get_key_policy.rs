//! `GetKeyPolicy`: the policy of a key, as it was put.

use aws_api::kms::{GetKeyPolicyRequest, GetKeyPolicyResponse};
use wire::ApiError;

use super::{key, policy};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetKeyPolicyRequest,
) -> Result<GetKeyPolicyResponse, ApiError> {
    let snapshot = api.snapshot();
    let key = key::find_by_id(&snapshot, &caller.scope, &input.key_id).map_err(super::refusal)?;
    policy::check_name(input.policy_name.as_deref())?;
    Ok(GetKeyPolicyResponse {
        policy: Some(key.policy.clone()),
        policy_name: Some(policy::NAME.to_owned()),
    })
}
