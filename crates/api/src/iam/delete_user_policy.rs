//! `DeleteUserPolicy`: a document is part of a user no more.

use aws_api::iam::{DeleteUserPolicyRequest, DeleteUserPolicyResponse};
use model::IamUser;
use wire::ApiError;

use super::inline;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteUserPolicyRequest,
) -> Result<DeleteUserPolicyResponse, ApiError> {
    inline::delete::<IamUser>(api, caller, (input.user_name, input.policy_name)).await?;
    Ok(DeleteUserPolicyResponse {})
}
