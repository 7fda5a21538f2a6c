//! `CreateLogStream`: makes a stream in a log group.

use aws_api::logs::{CreateLogStreamRequest, CreateLogStreamResponse};
use observe::GroupKey;
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateLogStreamRequest,
) -> Result<CreateLogStreamResponse, ApiError> {
    let group = GroupKey::new(caller.scope.clone(), input.log_group_name);
    let key = group.stream(input.log_stream_name);
    api.logs.create_stream(key, caller.now).await.map_err(super::refusal)?;
    Ok(CreateLogStreamResponse {})
}
