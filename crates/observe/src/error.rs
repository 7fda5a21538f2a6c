//! Why a request about logs was not done.

/// One variant for each error that CloudWatch Logs has, and one for our own trouble.
///
/// COMPAT: the texts are CloudWatch Logs' own, where they are known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogsError {
    /// `ResourceNotFoundException`.
    #[error("The specified log group does not exist.")]
    GroupNotFound,
    /// `ResourceNotFoundException`.
    #[error("The specified log stream does not exist.")]
    StreamNotFound,
    /// `ResourceAlreadyExistsException`.
    #[error("The specified log group already exists")]
    GroupAlreadyExists,
    /// `ResourceAlreadyExistsException`.
    #[error("The specified log stream already exists")]
    StreamAlreadyExists,
    /// `InvalidParameterException`.
    #[error("{0}")]
    InvalidParameter(String),
    /// `LimitExceededException`.
    #[error("Resource limit exceeded.")]
    LimitExceeded,
    /// `ServiceUnavailableException`. Nothing was written; it may be tried again.
    #[error("the log store cannot be read or written: {0}")]
    Storage(String),
    /// Another process has the directory.
    #[error("the log store is open in another process")]
    Locked,
    #[error("the log store is closed")]
    Closed,
}

impl LogsError {
    pub(crate) fn invalid(text: impl Into<String>) -> LogsError {
        LogsError::InvalidParameter(text.into())
    }

    /// Whether the request was a good one: the same may be done later.
    pub fn is_retryable(&self) -> bool {
        match self {
            LogsError::Storage(_) | LogsError::Locked | LogsError::Closed => true,
            LogsError::GroupNotFound
            | LogsError::StreamNotFound
            | LogsError::GroupAlreadyExists
            | LogsError::StreamAlreadyExists
            | LogsError::InvalidParameter(_)
            | LogsError::LimitExceeded => false,
        }
    }
}

impl From<rusqlite::Error> for LogsError {
    fn from(error: rusqlite::Error) -> LogsError {
        LogsError::Storage(error.to_string())
    }
}

impl From<std::io::Error> for LogsError {
    fn from(error: std::io::Error) -> LogsError {
        LogsError::Storage(error.to_string())
    }
}
