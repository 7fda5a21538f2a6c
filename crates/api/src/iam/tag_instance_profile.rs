//! `TagInstanceProfile`: adds tags to an instance profile, or replaces their values.

use aws_api::iam::{TagInstanceProfileRequest, TagInstanceProfileResponse};
use model::iam_scope;
use wire::ApiError;

use super::{find, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: TagInstanceProfileRequest,
) -> Result<TagInstanceProfileResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::instance_profile(turn.snapshot, &scope, &input.instance_profile_name)?;
        tags::tag(turn, known, &input.tags)?;
        Ok(TagInstanceProfileResponse {})
    })
    .await
}
