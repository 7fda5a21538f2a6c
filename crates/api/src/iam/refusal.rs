//! Errors that every operation may answer.

use aws_api::iam::errors;
use wire::ApiError;

/// A value that breaks a rule of all operations.
pub(super) fn invalid_value(message: impl Into<String>) -> ApiError {
    ApiError::client("ValidationError", message)
}

/// Refuses a field that is given and not honoured.
pub(super) fn unsupported(message: String) -> ApiError {
    errors::invalid_input_exception(message)
}
