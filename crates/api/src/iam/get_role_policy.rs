//! `GetRolePolicy`: one document of a role.

use aws_api::iam::{GetRolePolicyRequest, GetRolePolicyResponse};
use model::IamRole;
use wire::ApiError;

use super::inline;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetRolePolicyRequest,
) -> Result<GetRolePolicyResponse, ApiError> {
    let document = inline::get::<IamRole>(api, caller, (&input.role_name, &input.policy_name))?;
    Ok(GetRolePolicyResponse {
        role_name: Some(input.role_name.clone()),
        policy_name: Some(input.policy_name.clone()),
        policy_document: Some(document),
    })
}
