//! `DescribeLogStreams`: the streams of a log group, by name or by last event.

use aws_api::logs::{self, DescribeLogStreamsRequest, DescribeLogStreamsResponse, OrderBy};
use model::Timestamp;
use observe::{LogStream, StreamOrder, StreamQuery};
use wire::ApiError;

use super::group;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeLogStreamsRequest,
) -> Result<DescribeLogStreamsResponse, ApiError> {
    let named = (input.log_group_name.as_deref(), input.log_group_identifier.as_deref());
    let key = group::either(&caller.scope, named)?;
    let query = StreamQuery {
        order: match input.order_by {
            None | Some(OrderBy::LogStreamName) => StreamOrder::Name,
            Some(OrderBy::LastEventTime) => StreamOrder::LastEvent,
        },
        is_descending: input.descending == Some(true),
        prefix: input.log_stream_name_prefix,
        limit: super::count(input.limit),
        next_token: input.next_token,
    };
    let page = api.logs.describe_streams(key, query).await.map_err(super::refusal)?;
    Ok(DescribeLogStreamsResponse {
        log_streams: Some(page.items.iter().map(render).collect()),
        next_token: page.next_token,
    })
}

/// COMPAT: the bytes of a stream are no longer counted; AWS answers zero since 2019.
fn render(stream: &LogStream) -> logs::LogStream {
    logs::LogStream {
        log_stream_name: Some(stream.key.name.clone()),
        creation_time: Some(stream.created_at.as_millis()),
        first_event_timestamp: stream.first_event_at.map(Timestamp::as_millis),
        last_event_timestamp: stream.last_event_at.map(Timestamp::as_millis),
        last_ingestion_time: stream.last_ingestion_at.map(Timestamp::as_millis),
        upload_sequence_token: None,
        arn: Some(stream.key.arn()),
        stored_bytes: Some(0),
    }
}
