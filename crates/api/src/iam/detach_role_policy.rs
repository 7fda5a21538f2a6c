//! `DetachRolePolicy`: a role has a managed policy no more.

use aws_api::iam::{DetachRolePolicyRequest, DetachRolePolicyResponse};
use model::IamRole;
use wire::ApiError;

use super::attachment;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DetachRolePolicyRequest,
) -> Result<DetachRolePolicyResponse, ApiError> {
    attachment::detach::<IamRole>(api, caller, (input.role_name, input.policy_arn)).await?;
    Ok(DetachRolePolicyResponse {})
}
