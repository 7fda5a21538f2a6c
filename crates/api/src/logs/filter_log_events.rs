//! `FilterLogEvents`: the events of a group's streams that match a pattern, in order of time.

use aws_api::logs::{FilterLogEventsRequest, FilterLogEventsResponse, FilteredLogEvent};
use model::Timestamp;
use observe::{FilterEvents, FilterPattern, FilteredEvent, StreamSelection};
use wire::ApiError;

use super::group;
use crate::refuse::refuse_given;
use crate::{Api, Caller};

/// COMPAT: `interleaved` "is ignored and the value is assumed to be true", and the list of
/// searched streams is empty since then. `unmask` shows what a data protection policy
/// hides; there is none.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: FilterLogEventsRequest,
) -> Result<FilterLogEventsResponse, ApiError> {
    let is_backward = input.start_from_head == Some(false);
    refuse_given(&[("startFromHead false", is_backward)], super::unsupported)?;
    let named = (input.log_group_name.as_deref(), input.log_group_identifier.as_deref());
    let key = group::either(&caller.scope, named)?;
    let query = FilterEvents {
        streams: streams(input.log_stream_names, input.log_stream_name_prefix)?,
        start: input.start_time.map(Timestamp::from_millis),
        end: input.end_time.map(Timestamp::from_millis),
        pattern: FilterPattern::parse(input.filter_pattern.as_deref().unwrap_or_default())
            .map_err(super::refusal)?,
        limit: super::count(input.limit),
        next_token: input.next_token,
    };
    let page = api.logs.filter_events(key, query, caller.now).await.map_err(super::refusal)?;
    Ok(FilterLogEventsResponse {
        events: Some(page.events.into_iter().map(render).collect()),
        searched_log_streams: Some(Vec::new()),
        next_token: page.next_token,
    })
}

fn streams(
    names: Option<Vec<String>>,
    prefix: Option<String>,
) -> Result<StreamSelection, ApiError> {
    match (names, prefix) {
        (None, None) => Ok(StreamSelection::All),
        (Some(names), None) => Ok(StreamSelection::Named(names)),
        (None, Some(prefix)) => Ok(StreamSelection::Prefix(prefix)),
        (Some(_), Some(_)) => {
            Err(super::invalid("logStreamNames and logStreamNamePrefix cannot both be specified"))
        }
    }
}

fn render(found: FilteredEvent) -> FilteredLogEvent {
    FilteredLogEvent {
        event_id: Some(found.event.id()),
        log_stream_name: Some(found.stream),
        timestamp: Some(found.event.at.as_millis()),
        ingestion_time: Some(found.event.ingested_at.as_millis()),
        message: Some(found.event.message),
    }
}
