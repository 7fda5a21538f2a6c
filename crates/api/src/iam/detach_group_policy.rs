//! `DetachGroupPolicy`: a group has a managed policy no more.

use aws_api::iam::{DetachGroupPolicyRequest, DetachGroupPolicyResponse};
use model::IamGroup;
use wire::ApiError;

use super::attachment;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DetachGroupPolicyRequest,
) -> Result<DetachGroupPolicyResponse, ApiError> {
    attachment::detach::<IamGroup>(api, caller, (input.group_name, input.policy_arn)).await?;
    Ok(DetachGroupPolicyResponse {})
}
