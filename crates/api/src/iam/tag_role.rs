//! `TagRole`: adds tags to a role, or replaces their values.

use aws_api::iam::{TagRoleRequest, TagRoleResponse};
use model::iam_scope;
use wire::ApiError;

use super::{find, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: TagRoleRequest,
) -> Result<TagRoleResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::role(turn.snapshot, &scope, &input.role_name)?;
        tags::tag(turn, known, &input.tags)?;
        Ok(TagRoleResponse {})
    })
    .await
}
