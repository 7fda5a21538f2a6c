//! `PutUserPolicy`: a document becomes part of a user.

use aws_api::iam::{PutUserPolicyRequest, PutUserPolicyResponse};
use model::IamUser;
use wire::ApiError;

use super::inline;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutUserPolicyRequest,
) -> Result<PutUserPolicyResponse, ApiError> {
    let put = (input.user_name, input.policy_name, input.policy_document);
    inline::put::<IamUser>(api, caller, put).await?;
    Ok(PutUserPolicyResponse {})
}
