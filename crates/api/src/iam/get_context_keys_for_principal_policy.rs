//! `GetContextKeysForPrincipalPolicy`: the keys that all policies of a user, group or role ask for.

use aws_api::iam::{GetContextKeysForPolicyResponse, GetContextKeysForPrincipalPolicyRequest};
use model::iam_scope;
use wire::ApiError;

use super::{context_keys, simulation, source};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetContextKeysForPrincipalPolicyRequest,
) -> Result<GetContextKeysForPolicyResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let entity = source::entity_of(&snapshot, &scope, &input.policy_source_arn)?;
    let mut policies = entity.sources(&snapshot);
    let given = input.policy_input_list.as_deref().unwrap_or_default();
    policies.extend(simulation::given("PolicyInputList", given)?);
    let names = context_keys::of(policies.iter().map(|one| &one.policy));
    Ok(GetContextKeysForPolicyResponse { context_key_names: Some(names) })
}
