//! What a caller is told when a request is refused, before any protocol renders it.

use std::borrow::Cow;

/// An AWS error: a modelled one (see the generated `errors` modules) or a common one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    pub code: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    pub message: String,
    pub fault: Fault,
    /// The modelled members beside the message.
    pub fields: Vec<(&'static str, Field)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Client,
    Server,
}

/// A member of a modelled error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    Text(String),
    List(Vec<String>),
}

impl ApiError {
    /// The caller's fault, with status 400 unless [`ApiError::status`] changes it.
    pub fn client(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> ApiError {
        ApiError {
            code: code.into(),
            status: 400,
            message: message.into(),
            fault: Fault::Client,
            fields: Vec::new(),
        }
    }

    /// Our fault, with status 500 unless [`ApiError::status`] changes it.
    pub fn server(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> ApiError {
        ApiError { status: 500, fault: Fault::Server, ..ApiError::client(code, message) }
    }

    #[must_use]
    pub fn status(mut self, status: u16) -> ApiError {
        self.status = status;
        self
    }

    /// Adds a modelled member.
    #[must_use]
    pub fn with(mut self, name: &'static str, field: Field) -> ApiError {
        self.fields.push((name, field));
        self
    }
}

/// The answer of an operation that exists and that nobody wrote yet.
///
/// `UnknownOperationException` is for names that AWS does not know either; this says
/// that the caller's request was right and that Longshore is what lacks.
pub fn not_implemented(service: &str, operation: &str) -> ApiError {
    ApiError::server(
        "NotImplemented",
        format!("operation `{operation}` of `{service}` is not implemented by Longshore"),
    )
    .status(501)
}

/// The answer where our own code is at fault; the particulars go to the log, not to the caller.
pub fn internal_failure() -> ApiError {
    ApiError::server(
        "InternalFailure",
        "the request processing has failed because of an unknown error",
    )
}
