//! `DetachUserPolicy`: a user has a managed policy no more.

use aws_api::iam::{DetachUserPolicyRequest, DetachUserPolicyResponse};
use model::IamUser;
use wire::ApiError;

use super::attachment;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DetachUserPolicyRequest,
) -> Result<DetachUserPolicyResponse, ApiError> {
    attachment::detach::<IamUser>(api, caller, (input.user_name, input.policy_arn)).await?;
    Ok(DetachUserPolicyResponse {})
}
