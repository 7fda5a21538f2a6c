//! `PutRolePolicy`: a document becomes part of a role.

use aws_api::iam::{PutRolePolicyRequest, PutRolePolicyResponse};
use model::IamRole;
use wire::ApiError;

use super::inline;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutRolePolicyRequest,
) -> Result<PutRolePolicyResponse, ApiError> {
    let put = (input.role_name, input.policy_name, input.policy_document);
    inline::put::<IamRole>(api, caller, put).await?;
    Ok(PutRolePolicyResponse {})
}
