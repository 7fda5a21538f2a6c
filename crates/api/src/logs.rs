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

use aws_api::logs::errors;
use aws_api::logs::{
    CreateLogGroupRequest, CreateLogGroupResponse, CreateLogStreamRequest, CreateLogStreamResponse,
    DeleteLogGroupRequest, DeleteLogGroupResponse, DeleteLogStreamRequest, DeleteLogStreamResponse,
    DeleteRetentionPolicyRequest, DeleteRetentionPolicyResponse, DescribeLogGroupsRequest,
    DescribeLogGroupsResponse, DescribeLogStreamsRequest, DescribeLogStreamsResponse,
    FilterLogEventsRequest, FilterLogEventsResponse, GetLogEventsRequest, GetLogEventsResponse,
    ListTagsForResourceRequest, ListTagsForResourceResponse, Logs, PutLogEventsRequest,
    PutLogEventsResponse, PutRetentionPolicyRequest, PutRetentionPolicyResponse,
    TagResourceRequest, TagResourceResponse, UntagResourceRequest, UntagResourceResponse,
};
use observe::LogsError;
use wire::{ApiError, Request, Value};

use crate::{Api, Caller};

impl Logs for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn create_log_group(
        &self,
        caller: &Caller,
        input: CreateLogGroupRequest,
    ) -> Result<CreateLogGroupResponse, ApiError> {
        create_log_group::run(self, caller, input).await
    }

    async fn create_log_stream(
        &self,
        caller: &Caller,
        input: CreateLogStreamRequest,
    ) -> Result<CreateLogStreamResponse, ApiError> {
        create_log_stream::run(self, caller, input).await
    }

    async fn delete_log_group(
        &self,
        caller: &Caller,
        input: DeleteLogGroupRequest,
    ) -> Result<DeleteLogGroupResponse, ApiError> {
        delete_log_group::run(self, caller, input).await
    }

    async fn delete_log_stream(
        &self,
        caller: &Caller,
        input: DeleteLogStreamRequest,
    ) -> Result<DeleteLogStreamResponse, ApiError> {
        delete_log_stream::run(self, caller, input).await
    }

    async fn delete_retention_policy(
        &self,
        caller: &Caller,
        input: DeleteRetentionPolicyRequest,
    ) -> Result<DeleteRetentionPolicyResponse, ApiError> {
        delete_retention_policy::run(self, caller, input).await
    }

    async fn describe_log_groups(
        &self,
        caller: &Caller,
        input: DescribeLogGroupsRequest,
    ) -> Result<DescribeLogGroupsResponse, ApiError> {
        describe_log_groups::run(self, caller, input).await
    }

    async fn describe_log_streams(
        &self,
        caller: &Caller,
        input: DescribeLogStreamsRequest,
    ) -> Result<DescribeLogStreamsResponse, ApiError> {
        describe_log_streams::run(self, caller, input).await
    }

    async fn filter_log_events(
        &self,
        caller: &Caller,
        input: FilterLogEventsRequest,
    ) -> Result<FilterLogEventsResponse, ApiError> {
        filter_log_events::run(self, caller, input).await
    }

    async fn get_log_events(
        &self,
        caller: &Caller,
        input: GetLogEventsRequest,
    ) -> Result<GetLogEventsResponse, ApiError> {
        get_log_events::run(self, caller, input).await
    }

    async fn list_tags_for_resource(
        &self,
        caller: &Caller,
        input: ListTagsForResourceRequest,
    ) -> Result<ListTagsForResourceResponse, ApiError> {
        list_tags_for_resource::run(self, caller, input).await
    }

    async fn put_log_events(
        &self,
        caller: &Caller,
        input: PutLogEventsRequest,
    ) -> Result<PutLogEventsResponse, ApiError> {
        put_log_events::run(self, caller, input).await
    }

    async fn put_retention_policy(
        &self,
        caller: &Caller,
        input: PutRetentionPolicyRequest,
    ) -> Result<PutRetentionPolicyResponse, ApiError> {
        put_retention_policy::run(self, caller, input).await
    }

    async fn tag_resource(
        &self,
        caller: &Caller,
        input: TagResourceRequest,
    ) -> Result<TagResourceResponse, ApiError> {
        tag_resource::run(self, caller, input).await
    }

    async fn untag_resource(
        &self,
        caller: &Caller,
        input: UntagResourceRequest,
    ) -> Result<UntagResourceResponse, ApiError> {
        untag_resource::run(self, caller, input).await
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
