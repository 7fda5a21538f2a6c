//! `PutGroupPolicy`: a document becomes part of a group.

use aws_api::iam::{PutGroupPolicyRequest, PutGroupPolicyResponse};
use model::IamGroup;
use wire::ApiError;

use super::inline;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutGroupPolicyRequest,
) -> Result<PutGroupPolicyResponse, ApiError> {
    let put = (input.group_name, input.policy_name, input.policy_document);
    inline::put::<IamGroup>(api, caller, put).await?;
    Ok(PutGroupPolicyResponse {})
}
