//! `DeleteRetentionPolicy`: lets a log group keep events for ever.

use aws_api::logs::{DeleteRetentionPolicyRequest, DeleteRetentionPolicyResponse};
use observe::GroupKey;
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteRetentionPolicyRequest,
) -> Result<DeleteRetentionPolicyResponse, ApiError> {
    let key = GroupKey::new(caller.scope.clone(), input.log_group_name);
    api.logs.delete_retention(key).await.map_err(super::refusal)?;
    Ok(DeleteRetentionPolicyResponse {})
}
