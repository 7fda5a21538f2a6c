//! `PutRetentionPolicy`: says how long a log group keeps events.

use aws_api::logs::{PutRetentionPolicyRequest, PutRetentionPolicyResponse};
use observe::GroupKey;
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutRetentionPolicyRequest,
) -> Result<PutRetentionPolicyResponse, ApiError> {
    let key = GroupKey::new(caller.scope.clone(), input.log_group_name);
    let days = input.retention_in_days.unsigned_abs();
    api.logs.put_retention(key, days).await.map_err(super::refusal)?;
    Ok(PutRetentionPolicyResponse {})
}
