//! `DeleteLogGroup`: deletes a log group, its streams and their events.

use aws_api::logs::{DeleteLogGroupRequest, DeleteLogGroupResponse};
use observe::GroupKey;
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteLogGroupRequest,
) -> Result<DeleteLogGroupResponse, ApiError> {
    let key = GroupKey::new(caller.scope.clone(), input.log_group_name);
    api.logs.delete_group(key).await.map_err(super::refusal)?;
    Ok(DeleteLogGroupResponse {})
}
