//! AWS Systems Manager, Parameter Store: the trait's methods, each in a file of its own.
//!
//! Parameters are the account's own: sharing them, by resource policies, is refused by name.

mod add_tags_to_resource;
mod delete_parameter;
mod delete_parameters;
mod describe_parameters;
mod filter;
mod get_parameter;
mod get_parameter_history;
mod get_parameters;
mod get_parameters_by_path;
mod label_parameter_version;
mod list_tags_for_resource;
mod name;
mod policies;
mod put_parameter;
mod remove_tags_from_resource;
mod render;
mod resolve;
mod tags;
mod tier;
mod unlabel_parameter_version;
mod value;

use aws_api::ssm::errors;
use aws_api::ssm::{
    AddTagsToResourceRequest, AddTagsToResourceResult, DeleteParameterRequest,
    DeleteParameterResult, DeleteParametersRequest, DeleteParametersResult,
    DescribeParametersRequest, DescribeParametersResult, GetParameterHistoryRequest,
    GetParameterHistoryResult, GetParameterRequest, GetParameterResult, GetParametersByPathRequest,
    GetParametersByPathResult, GetParametersRequest, GetParametersResult,
    LabelParameterVersionRequest, LabelParameterVersionResult, ListTagsForResourceRequest,
    ListTagsForResourceResult, PutParameterRequest, PutParameterResult,
    RemoveTagsFromResourceRequest, RemoveTagsFromResourceResult, Ssm,
    UnlabelParameterVersionRequest, UnlabelParameterVersionResult,
};
use model::Parameter;
use wire::{ApiError, Request, Value};

pub use self::name::Missing;
pub use self::resolve::{ParameterError, resolve_parameter};
pub(crate) use self::value::key_refusal;
use crate::paging::BadToken;
use crate::{Api, Caller};

impl Ssm for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn add_tags_to_resource(
        &self,
        caller: &Caller,
        input: AddTagsToResourceRequest,
    ) -> Result<AddTagsToResourceResult, ApiError> {
        add_tags_to_resource::run(self, caller, input).await
    }

    async fn delete_parameter(
        &self,
        caller: &Caller,
        input: DeleteParameterRequest,
    ) -> Result<DeleteParameterResult, ApiError> {
        delete_parameter::run(self, caller, input).await
    }

    async fn delete_parameters(
        &self,
        caller: &Caller,
        input: DeleteParametersRequest,
    ) -> Result<DeleteParametersResult, ApiError> {
        delete_parameters::run(self, caller, input).await
    }

    async fn describe_parameters(
        &self,
        caller: &Caller,
        input: DescribeParametersRequest,
    ) -> Result<DescribeParametersResult, ApiError> {
        describe_parameters::run(self, caller, &input)
    }

    async fn get_parameter(
        &self,
        caller: &Caller,
        input: GetParameterRequest,
    ) -> Result<GetParameterResult, ApiError> {
        get_parameter::run(self, caller, &input)
    }

    async fn get_parameter_history(
        &self,
        caller: &Caller,
        input: GetParameterHistoryRequest,
    ) -> Result<GetParameterHistoryResult, ApiError> {
        get_parameter_history::run(self, caller, &input)
    }

    async fn get_parameters(
        &self,
        caller: &Caller,
        input: GetParametersRequest,
    ) -> Result<GetParametersResult, ApiError> {
        get_parameters::run(self, caller, &input)
    }

    async fn get_parameters_by_path(
        &self,
        caller: &Caller,
        input: GetParametersByPathRequest,
    ) -> Result<GetParametersByPathResult, ApiError> {
        get_parameters_by_path::run(self, caller, &input)
    }

    async fn label_parameter_version(
        &self,
        caller: &Caller,
        input: LabelParameterVersionRequest,
    ) -> Result<LabelParameterVersionResult, ApiError> {
        label_parameter_version::run(self, caller, input).await
    }

    async fn list_tags_for_resource(
        &self,
        caller: &Caller,
        input: ListTagsForResourceRequest,
    ) -> Result<ListTagsForResourceResult, ApiError> {
        list_tags_for_resource::run(self, caller, &input)
    }

    async fn put_parameter(
        &self,
        caller: &Caller,
        input: PutParameterRequest,
    ) -> Result<PutParameterResult, ApiError> {
        put_parameter::run(self, caller, input).await
    }

    async fn remove_tags_from_resource(
        &self,
        caller: &Caller,
        input: RemoveTagsFromResourceRequest,
    ) -> Result<RemoveTagsFromResourceResult, ApiError> {
        remove_tags_from_resource::run(self, caller, input).await
    }

    async fn unlabel_parameter_version(
        &self,
        caller: &Caller,
        input: UnlabelParameterVersionRequest,
    ) -> Result<UnlabelParameterVersionResult, ApiError> {
        unlabel_parameter_version::run(self, caller, input).await
    }
}

/// A value that AWS does not take either.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("ValidationException", message)
}

fn access_denied(message: impl Into<String>) -> ApiError {
    ApiError::client("AccessDeniedException", message)
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    invalid(message)
}

fn missing(missing: &Missing) -> ApiError {
    let message = missing.to_string();
    match missing {
        Missing::Parameter(_) => errors::parameter_not_found(message),
        Missing::Version { .. } | Missing::Label { .. } => {
            errors::parameter_version_not_found(message)
        }
    }
}

/// The number of a version that there is.
fn known_version(parameter: &Parameter, given: i64) -> Result<u64, ApiError> {
    let number = u64::try_from(given).ok().filter(|it| parameter.versions.contains_key(it));
    number.ok_or_else(|| {
        missing(&Missing::Version { name: parameter.name.clone(), version: given.to_string() })
    })
}

fn limit(given: Option<i32>, default: usize) -> usize {
    given.and_then(|given| usize::try_from(given).ok()).unwrap_or(default)
}

fn bad_token(_: BadToken) -> ApiError {
    errors::invalid_next_token("The next token is not one that this list has given.")
}
