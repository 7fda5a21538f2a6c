//! `UntagRole`: takes tags off a role; one that is not there is no error.

use aws_api::iam::{UntagRoleRequest, UntagRoleResponse};
use model::iam_scope;
use wire::ApiError;

use super::{find, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UntagRoleRequest,
) -> Result<UntagRoleResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::role(turn.snapshot, &scope, &input.role_name)?;
        tags::untag(turn, known, &input.tag_keys);
        Ok(UntagRoleResponse {})
    })
    .await
}
