//! `TagUser`: adds tags to a user, or replaces their values.

use aws_api::iam::{TagUserRequest, TagUserResponse};
use model::iam_scope;
use wire::ApiError;

use super::{find, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: TagUserRequest,
) -> Result<TagUserResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::user(turn.snapshot, &scope, &input.user_name)?;
        tags::tag(turn, known, &input.tags)?;
        Ok(TagUserResponse {})
    })
    .await
}
