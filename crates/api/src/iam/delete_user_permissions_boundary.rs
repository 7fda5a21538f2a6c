//! `DeleteUserPermissionsBoundary`: no policy bounds a user any more.

use aws_api::iam::{DeleteUserPermissionsBoundaryRequest, DeleteUserPermissionsBoundaryResponse};
use model::{IamUser, iam_scope};
use wire::ApiError;

use super::{boundary, find};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteUserPermissionsBoundaryRequest,
) -> Result<DeleteUserPermissionsBoundaryResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::user(turn.snapshot, &scope, &input.user_name)?;
        if known.permissions_boundary.is_none() {
            return Err(boundary::missing("user", &known.name));
        }
        turn.plan.update(known, IamUser { permissions_boundary: None, ..(*known.record).clone() });
        Ok(DeleteUserPermissionsBoundaryResponse {})
    })
    .await
}
