//! `PutResourcePolicy`: attaches a policy to a secret, in place of the one that it has.

use aws_api::secretsmanager::{PutResourcePolicyRequest, PutResourcePolicyResponse, errors};
use model::Secret;
use wire::ApiError;

use super::{find, policy};
use crate::{Api, Caller, principals};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutResourcePolicyRequest,
) -> Result<PutResourcePolicyResponse, ApiError> {
    let name = policy::changeable(input.policy_name.as_deref())?;
    let parsed = policy::parse(&input.resource_policy)?;
    if input.block_public_policy == Some(true) && policy::is_public(&parsed) {
        return Err(errors::public_policy_exception(
            "You can't attach this policy: BlockPublicPolicy is set, and the policy allows broad \
             access to the secret. Name its principals, or limit it by a condition.",
        ));
    }
    api.transact(caller, |turn| {
        let secret = find::active(turn.snapshot, turn.scope(), &input.secret_id)?;
        if principals::unknown(turn.snapshot, &turn.scope().account, &parsed).is_some() {
            return Err(errors::malformed_policy_document_exception(
                "This resource policy contains an unsupported principal.",
            ));
        }
        let next = Secret {
            resource_policy: Some(input.resource_policy.clone()),
            changed_at: turn.now(),
            ..(*secret.record).clone()
        };
        turn.plan.update(secret, next);
        Ok(PutResourcePolicyResponse {
            arn: Some(secret.arn()),
            name: Some(secret.name.clone()),
            policy_name: Some(name.to_owned()),
        })
    })
    .await
}
