//! `UntagUser`: takes tags off a user; one that is not there is no error.

use aws_api::iam::{UntagUserRequest, UntagUserResponse};
use model::iam_scope;
use wire::ApiError;

use super::{find, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UntagUserRequest,
) -> Result<UntagUserResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::user(turn.snapshot, &scope, &input.user_name)?;
        tags::untag(turn, known, &input.tag_keys);
        Ok(UntagUserResponse {})
    })
    .await
}
