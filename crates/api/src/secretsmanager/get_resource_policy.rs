//! `GetResourcePolicy`: the text of a secret's policy.

use aws_api::secretsmanager::{GetResourcePolicyRequest, GetResourcePolicyResponse, errors};
use wire::ApiError;

use super::{find, policy};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetResourcePolicyRequest,
) -> Result<GetResourcePolicyResponse, ApiError> {
    let snapshot = api.snapshot();
    let secret = find::active(&snapshot, &caller.scope, &input.secret_id)?;
    if let Some(name) = input.policy_name.as_deref().filter(|name| *name != policy::NAME) {
        let message = format!("Secrets Manager can't find the resource policy {name}.");
        return Err(errors::resource_not_found_exception(message));
    }
    Ok(GetResourcePolicyResponse {
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
        resource_policy: secret.resource_policy.clone(),
        policy_name: Some(policy::NAME.to_owned()),
    })
}
