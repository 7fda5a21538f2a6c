//! `RemoveRoleFromInstanceProfile`: an instance profile has no role any more.

use aws_api::iam::{
    RemoveRoleFromInstanceProfileRequest, RemoveRoleFromInstanceProfileResponse, errors,
};
use model::{InstanceProfile, iam_scope};
use wire::ApiError;

use super::find;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RemoveRoleFromInstanceProfileRequest,
) -> Result<RemoveRoleFromInstanceProfileResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::instance_profile(turn.snapshot, &scope, &input.instance_profile_name)?;
        if known.role.as_deref() != Some(input.role_name.as_str()) {
            return Err(errors::no_such_entity_exception(format!(
                "The role with name {} cannot be found in the instance profile {}.",
                input.role_name, known.name
            )));
        }
        turn.plan.update(known, InstanceProfile { role: None, ..(*known.record).clone() });
        Ok(RemoveRoleFromInstanceProfileResponse {})
    })
    .await
}
