//! `PutRolePermissionsBoundary`: a policy bounds what a role may do.

use aws_api::iam::{PutRolePermissionsBoundaryRequest, PutRolePermissionsBoundaryResponse};
use model::{IamRole, iam_scope};
use wire::ApiError;

use super::{find, policy, role};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutRolePermissionsBoundaryRequest,
) -> Result<PutRolePermissionsBoundaryResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::role(turn.snapshot, &scope, &input.role_name)?;
        role::check_modifiable(known)?;
        policy::hold_boundary(turn, &scope, &input.permissions_boundary)?;
        let permissions_boundary = Some(input.permissions_boundary.clone());
        turn.plan.update(known, IamRole { permissions_boundary, ..(*known.record).clone() });
        Ok(PutRolePermissionsBoundaryResponse {})
    })
    .await
}
