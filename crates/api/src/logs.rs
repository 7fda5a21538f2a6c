//! Amazon CloudWatch Logs: the trait's methods, each in a file of its own.

mod create_log_group;
mod create_log_stream;
mod delete_log_group;
mod delete_log_stream;
mod delete_retention_policy;
mod describe_log_groups;
mod describe_log_streams;
mod filter_log_events;
mod get_log_events;
mod group;
mod list_tags_for_resource;
mod put_log_events;
mod put_retention_policy;
mod tag_resource;
mod untag_resource;

use aws_api::logs::{self, Logs, errors};
use observe::LogsError;
use wire::{ApiError, Request, Value};

use crate::operations::operations;
use crate::{Api, Caller};

impl Logs for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        create_log_group(logs::CreateLogGroupRequest) -> logs::CreateLogGroupResponse;
        create_log_stream(logs::CreateLogStreamRequest) -> logs::CreateLogStreamResponse;
        delete_log_group(logs::DeleteLogGroupRequest) -> logs::DeleteLogGroupResponse;
        delete_log_stream(logs::DeleteLogStreamRequest) -> logs::DeleteLogStreamResponse;
        delete_retention_policy(logs::DeleteRetentionPolicyRequest)
            -> logs::DeleteRetentionPolicyResponse;
        describe_log_groups(logs::DescribeLogGroupsRequest) -> logs::DescribeLogGroupsResponse;
        describe_log_streams(logs::DescribeLogStreamsRequest) -> logs::DescribeLogStreamsResponse;
        filter_log_events(logs::FilterLogEventsRequest) -> logs::FilterLogEventsResponse;
        get_log_events(logs::GetLogEventsRequest) -> logs::GetLogEventsResponse;
        list_tags_for_resource(logs::ListTagsForResourceRequest)
            -> logs::ListTagsForResourceResponse;
        put_log_events(logs::PutLogEventsRequest) -> logs::PutLogEventsResponse;
        put_retention_policy(logs::PutRetentionPolicyRequest) -> logs::PutRetentionPolicyResponse;
        tag_resource(logs::TagResourceRequest) -> logs::TagResourceResponse;
        untag_resource(logs::UntagResourceRequest) -> logs::UntagResourceResponse;
    }
}

/// A refusal of the log store as the API says it.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn refusal(error: LogsError) -> ApiError {
    let message = error.to_string();
    match error {
        LogsError::GroupNotFound | LogsError::StreamNotFound => {
            errors::resource_not_found_exception(message)
        }
        LogsError::GroupAlreadyExists | LogsError::StreamAlreadyExists => {
            errors::resource_already_exists_exception(message)
        }
        LogsError::InvalidParameter(_) => errors::invalid_parameter_exception(message),
        LogsError::LimitExceeded => errors::limit_exceeded_exception(message),
        LogsError::Storage(_) | LogsError::Locked | LogsError::Closed => {
            tracing::error!(%error, "the log store failed");
            errors::service_unavailable_exception("The service cannot complete the request.")
        }
    }
}

/// A count that the model's range has let through.
fn count(given: Option<i32>) -> Option<u32> {
    given.and_then(|given| u32::try_from(given).ok())
}

/// A value that AWS does not take either.
fn invalid(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_exception(message)
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    invalid(message)
}
