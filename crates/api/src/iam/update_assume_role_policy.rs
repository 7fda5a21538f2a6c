//! `UpdateAssumeRolePolicy`: another trust policy.

use aws_api::iam::{UpdateAssumeRolePolicyRequest, UpdateAssumeRolePolicyResponse};
use model::{IamRole, iam_scope};
use wire::ApiError;

use super::{find, role, trust};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateAssumeRolePolicyRequest,
) -> Result<UpdateAssumeRolePolicyResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::role(turn.snapshot, &scope, &input.role_name)?;
        role::check_modifiable(known)?;
        trust::check(turn.snapshot, &scope, &input.policy_document)?;
        let trust_policy = input.policy_document.clone();
        turn.plan.update(known, IamRole { trust_policy, ..(*known.record).clone() });
        Ok(UpdateAssumeRolePolicyResponse {})
    })
    .await
}
