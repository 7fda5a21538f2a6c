//! Credentials and refusals as STS answers them.

use aws_api::sts::Credentials;
use wire::ApiError;

use crate::credentials::Issued;

pub(super) fn credentials(issued: &Issued) -> Credentials {
    Credentials {
        access_key_id: Some(issued.access_key_id.clone()),
        secret_access_key: Some(issued.secret.to_string()),
        session_token: Some(issued.token.to_string()),
        expiration: Some(issued.expires_at),
    }
}

pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("ValidationError", message)
}

pub(super) fn denied(message: impl Into<String>) -> ApiError {
    ApiError::client("AccessDenied", message).status(403)
}
