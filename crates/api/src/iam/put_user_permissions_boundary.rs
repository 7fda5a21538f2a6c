//! `PutUserPermissionsBoundary`: a policy bounds what a user may do.

use aws_api::iam::{PutUserPermissionsBoundaryRequest, PutUserPermissionsBoundaryResponse};
use model::{IamUser, iam_scope};
use wire::ApiError;

use super::{find, policy};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutUserPermissionsBoundaryRequest,
) -> Result<PutUserPermissionsBoundaryResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::user(turn.snapshot, &scope, &input.user_name)?;
        policy::hold_boundary(turn, &scope, &input.permissions_boundary)?;
        let permissions_boundary = Some(input.permissions_boundary.clone());
        turn.plan.update(known, IamUser { permissions_boundary, ..(*known.record).clone() });
        Ok(PutUserPermissionsBoundaryResponse {})
    })
    .await
}
