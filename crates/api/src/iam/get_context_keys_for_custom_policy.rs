//! `GetContextKeysForCustomPolicy`: the keys that documents ask for.

use aws_api::iam::{GetContextKeysForCustomPolicyRequest, GetContextKeysForPolicyResponse};
use wire::ApiError;

use super::{context_keys, simulation};

pub(super) fn run(
    input: &GetContextKeysForCustomPolicyRequest,
) -> Result<GetContextKeysForPolicyResponse, ApiError> {
    let policies = simulation::given("PolicyInputList", &input.policy_input_list)?;
    let names = context_keys::of(policies.iter().map(|one| &one.policy));
    Ok(GetContextKeysForPolicyResponse { context_key_names: Some(names) })
}
