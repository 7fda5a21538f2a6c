//! `GetUserPolicy`: one document of a user.

use aws_api::iam::{GetUserPolicyRequest, GetUserPolicyResponse};
use model::IamUser;
use wire::ApiError;

use super::inline;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetUserPolicyRequest,
) -> Result<GetUserPolicyResponse, ApiError> {
    let document = inline::get::<IamUser>(api, caller, (&input.user_name, &input.policy_name))?;
    Ok(GetUserPolicyResponse {
        user_name: Some(input.user_name.clone()),
        policy_name: Some(input.policy_name.clone()),
        policy_document: Some(document),
    })
}
