//! `DeleteGroupPolicy`: a document is part of a group no more.

use aws_api::iam::{DeleteGroupPolicyRequest, DeleteGroupPolicyResponse};
use model::IamGroup;
use wire::ApiError;

use super::inline;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteGroupPolicyRequest,
) -> Result<DeleteGroupPolicyResponse, ApiError> {
    inline::delete::<IamGroup>(api, caller, (input.group_name, input.policy_name)).await?;
    Ok(DeleteGroupPolicyResponse {})
}
