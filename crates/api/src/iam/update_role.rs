//! `UpdateRole`: another description, another longest session.

use aws_api::iam::{UpdateRoleRequest, UpdateRoleResponse};
use model::{IamRole, iam_scope};
use wire::ApiError;

use super::{find, role};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateRoleRequest,
) -> Result<UpdateRoleResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::role(turn.snapshot, &scope, &input.role_name)?;
        if input.max_session_duration.is_some() {
            role::check_modifiable(known)?;
        }
        let description = input.description.clone().or_else(|| known.description.clone());
        // COMPAT: "If you do not specify a value for this setting, the default value of one hour is
        // applied."
        let max_session_secs = role::max_session_secs(input.max_session_duration);
        let next = IamRole { description, max_session_secs, ..(*known.record).clone() };
        turn.plan.update(known, next);
        Ok(UpdateRoleResponse {})
    })
    .await
}
