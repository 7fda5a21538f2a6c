//! `AttachUserPolicy`: a user has a managed policy.

use aws_api::iam::{AttachUserPolicyRequest, AttachUserPolicyResponse};
use model::IamUser;
use wire::ApiError;

use super::attachment;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AttachUserPolicyRequest,
) -> Result<AttachUserPolicyResponse, ApiError> {
    attachment::attach::<IamUser>(api, caller, (input.user_name, input.policy_arn)).await?;
    Ok(AttachUserPolicyResponse {})
}
