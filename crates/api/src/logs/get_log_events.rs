//! `GetLogEvents`: the events of one stream, page by page in either direction.

use aws_api::logs::{GetLogEventsRequest, GetLogEventsResponse, OutputLogEvent};
use model::Timestamp;
use observe::{Anchor, Event, GetEvents};
use wire::ApiError;

use super::group;
use crate::{Api, Caller};

/// `unmask` shows what a data protection policy hides; there is none.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: GetLogEventsRequest,
) -> Result<GetLogEventsResponse, ApiError> {
    let named = (input.log_group_name.as_deref(), input.log_group_identifier.as_deref());
    let key = group::either(&caller.scope, named)?.stream(input.log_stream_name);
    let query = GetEvents {
        start: input.start_time.map(Timestamp::from_millis),
        end: input.end_time.map(Timestamp::from_millis),
        limit: super::count(input.limit),
        anchor: if input.start_from_head == Some(true) { Anchor::Head } else { Anchor::Tail },
        next_token: input.next_token,
    };
    let page = api.logs.get_events(key, query, caller.now).await.map_err(super::refusal)?;
    Ok(GetLogEventsResponse {
        events: Some(page.events.into_iter().map(render).collect()),
        next_forward_token: Some(page.next_forward_token),
        next_backward_token: Some(page.next_backward_token),
    })
}

fn render(event: Event) -> OutputLogEvent {
    OutputLogEvent {
        timestamp: Some(event.at.as_millis()),
        ingestion_time: Some(event.ingested_at.as_millis()),
        message: Some(event.message),
    }
}
