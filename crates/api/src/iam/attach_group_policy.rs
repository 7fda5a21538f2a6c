//! `AttachGroupPolicy`: a group has a managed policy.

use aws_api::iam::{AttachGroupPolicyRequest, AttachGroupPolicyResponse};
use model::IamGroup;
use wire::ApiError;

use super::attachment;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AttachGroupPolicyRequest,
) -> Result<AttachGroupPolicyResponse, ApiError> {
    attachment::attach::<IamGroup>(api, caller, (input.group_name, input.policy_arn)).await?;
    Ok(AttachGroupPolicyResponse {})
}
