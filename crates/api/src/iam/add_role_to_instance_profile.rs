//! `AddRoleToInstanceProfile`: the one role of an instance profile.

use aws_api::iam::{AddRoleToInstanceProfileRequest, AddRoleToInstanceProfileResponse};
use model::{InstanceProfile, iam_scope};
use wire::ApiError;

use super::{find, hold, quota, role};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AddRoleToInstanceProfileRequest,
) -> Result<AddRoleToInstanceProfileResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::instance_profile(turn.snapshot, &scope, &input.instance_profile_name)?;
        let added = find::role(turn.snapshot, &scope, &input.role_name)?;
        role::check_modifiable(added)?;
        if known.role.is_some() {
            return Err(quota::exceeded("InstanceSessionsPerInstanceProfile", 1));
        }
        hold(turn, added);
        let role = Some(added.name.clone());
        turn.plan.update(known, InstanceProfile { role, ..(*known.record).clone() });
        Ok(AddRoleToInstanceProfileResponse {})
    })
    .await
}
