//! `AttachRolePolicy`: a role has a managed policy.

use aws_api::iam::{AttachRolePolicyRequest, AttachRolePolicyResponse};
use model::IamRole;
use wire::ApiError;

use super::attachment;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AttachRolePolicyRequest,
) -> Result<AttachRolePolicyResponse, ApiError> {
    attachment::attach::<IamRole>(api, caller, (input.role_name, input.policy_arn)).await?;
    Ok(AttachRolePolicyResponse {})
}
