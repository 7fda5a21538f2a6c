//! `PutLogEvents`: adds a batch of events to a stream.

use aws_api::logs::{
    EntityRejectionErrorType, PutLogEventsRequest, PutLogEventsResponse, RejectedEntityInfo,
    RejectedLogEventsInfo,
};
use model::Timestamp;
use observe::{GroupKey, InputEvent, Rejected};
use wire::ApiError;

use crate::{Api, Caller};

/// COMPAT: the sequence token "is now ignored", as the model says. An entity is
/// rejected, as AWS rejects one that it cannot keep, and the events are taken.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutLogEventsRequest,
) -> Result<PutLogEventsResponse, ApiError> {
    let group = GroupKey::new(caller.scope.clone(), input.log_group_name);
    let events = input.log_events.into_iter().map(|event| InputEvent {
        at: Timestamp::from_millis(event.timestamp),
        message: event.message,
    });
    let stream = group.stream(input.log_stream_name);
    let put = api.logs.put_events(stream, events.collect(), caller.now).await;
    let rejected = put.map_err(super::refusal)?;
    Ok(PutLogEventsResponse {
        next_sequence_token: None,
        rejected_log_events_info: render(rejected),
        rejected_entity_info: input.entity.is_some().then_some(RejectedEntityInfo {
            error_type: Some(EntityRejectionErrorType::UnsupportedLogGroupType),
        }),
    })
}

fn render(rejected: Rejected) -> Option<RejectedLogEventsInfo> {
    if rejected == Rejected::default() {
        return None;
    }
    let index = |at: Option<usize>| at.and_then(|at| i32::try_from(at).ok());
    Some(RejectedLogEventsInfo {
        too_new_log_event_start_index: index(rejected.too_new_start),
        too_old_log_event_end_index: index(rejected.too_old_end),
        expired_log_event_end_index: index(rejected.expired_end),
    })
}
