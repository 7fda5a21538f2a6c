//! `GetGroupPolicy`: one document of a group.

use aws_api::iam::{GetGroupPolicyRequest, GetGroupPolicyResponse};
use model::IamGroup;
use wire::ApiError;

use super::inline;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetGroupPolicyRequest,
) -> Result<GetGroupPolicyResponse, ApiError> {
    let document = inline::get::<IamGroup>(api, caller, (&input.group_name, &input.policy_name))?;
    Ok(GetGroupPolicyResponse {
        group_name: Some(input.group_name.clone()),
        policy_name: Some(input.policy_name.clone()),
        policy_document: Some(document),
    })
}
