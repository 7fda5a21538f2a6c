//! `UntagInstanceProfile`: takes tags off an instance profile; one that is not there is no error.

use aws_api::iam::{UntagInstanceProfileRequest, UntagInstanceProfileResponse};
use model::iam_scope;
use wire::ApiError;

use super::{find, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UntagInstanceProfileRequest,
) -> Result<UntagInstanceProfileResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::instance_profile(turn.snapshot, &scope, &input.instance_profile_name)?;
        tags::untag(turn, known, &input.tag_keys);
        Ok(UntagInstanceProfileResponse {})
    })
    .await
}
