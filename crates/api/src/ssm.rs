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

use aws_api::ssm::{self, Ssm, errors};
use model::Parameter;
use wire::{ApiError, Request, Value};

pub use self::name::Missing;
pub use self::resolve::{ParameterError, resolve_parameter};
pub(crate) use self::value::key_refusal;
use crate::operations::operations;
use crate::paging::BadToken;
use crate::{Api, Caller};

impl Ssm for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        add_tags_to_resource(ssm::AddTagsToResourceRequest) -> ssm::AddTagsToResourceResult;
        delete_parameter(ssm::DeleteParameterRequest) -> ssm::DeleteParameterResult;
        delete_parameters(ssm::DeleteParametersRequest) -> ssm::DeleteParametersResult;
        describe_parameters(&ssm::DescribeParametersRequest) -> ssm::DescribeParametersResult;
        get_parameter(&ssm::GetParameterRequest) -> ssm::GetParameterResult;
        get_parameter_history(&ssm::GetParameterHistoryRequest) -> ssm::GetParameterHistoryResult;
        get_parameters(&ssm::GetParametersRequest) -> ssm::GetParametersResult;
        get_parameters_by_path(&ssm::GetParametersByPathRequest) -> ssm::GetParametersByPathResult;
        label_parameter_version(ssm::LabelParameterVersionRequest)
            -> ssm::LabelParameterVersionResult;
        list_tags_for_resource(&ssm::ListTagsForResourceRequest) -> ssm::ListTagsForResourceResult;
        put_parameter(ssm::PutParameterRequest) -> ssm::PutParameterResult;
        remove_tags_from_resource(ssm::RemoveTagsFromResourceRequest)
            -> ssm::RemoveTagsFromResourceResult;
        unlabel_parameter_version(ssm::UnlabelParameterVersionRequest)
            -> ssm::UnlabelParameterVersionResult;
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
