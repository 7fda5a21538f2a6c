//! `DeleteRolePermissionsBoundary`: no policy bounds a role any more.

use aws_api::iam::{DeleteRolePermissionsBoundaryRequest, DeleteRolePermissionsBoundaryResponse};
use model::{IamRole, iam_scope};
use wire::ApiError;

use super::{boundary, find, role};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteRolePermissionsBoundaryRequest,
) -> Result<DeleteRolePermissionsBoundaryResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::role(turn.snapshot, &scope, &input.role_name)?;
        role::check_modifiable(known)?;
        if known.permissions_boundary.is_none() {
            return Err(boundary::missing("role", &known.name));
        }
        turn.plan.update(known, IamRole { permissions_boundary: None, ..(*known.record).clone() });
        Ok(DeleteRolePermissionsBoundaryResponse {})
    })
    .await
}
