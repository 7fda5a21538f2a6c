//! `DeleteRolePolicy`: a document is part of a role no more.

use aws_api::iam::{DeleteRolePolicyRequest, DeleteRolePolicyResponse};
use model::IamRole;
use wire::ApiError;

use super::inline;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteRolePolicyRequest,
) -> Result<DeleteRolePolicyResponse, ApiError> {
    inline::delete::<IamRole>(api, caller, (input.role_name, input.policy_name)).await?;
    Ok(DeleteRolePolicyResponse {})
}
