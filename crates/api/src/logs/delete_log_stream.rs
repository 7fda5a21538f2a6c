//! `DeleteLogStream`: deletes a stream and its events.

use aws_api::logs::{DeleteLogStreamRequest, DeleteLogStreamResponse};
use observe::GroupKey;
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteLogStreamRequest,
) -> Result<DeleteLogStreamResponse, ApiError> {
    let group = GroupKey::new(caller.scope.clone(), input.log_group_name);
    let key = group.stream(input.log_stream_name);
    api.logs.delete_stream(key).await.map_err(super::refusal)?;
    Ok(DeleteLogStreamResponse {})
}
