//! S3's errors, in S3's words.
//!
//! COMPAT: "Error responses" of the S3 API reference; the sentences are those that its users quote,
//! full stops or their lack included.

use std::borrow::Cow;

use http::StatusCode;
use s3s::{S3Error, S3ErrorCode, s3_error};

/// A code with its own sentence.
pub(crate) fn fault(code: S3ErrorCode, message: impl Into<Cow<'static, str>>) -> S3Error {
    S3Error::with_message(code, message)
}

/// A code that `s3s` has no name for.
pub(crate) fn custom(code: &str, status: u16, message: String) -> S3Error {
    let code: S3ErrorCode = code.parse().unwrap_or(S3ErrorCode::InternalError);
    let mut error = fault(code, message);
    error.set_status_code(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST));
    error
}

/// A part of the request that is not done, which is named.
pub(crate) fn not_implemented(what: &str) -> S3Error {
    s3_error!(NotImplemented, "`{what}` is not implemented by Longshore")
}

/// What went wrong is for the log, not for whoever asks.
pub(crate) fn internal(error: &dyn std::fmt::Display) -> S3Error {
    tracing::error!(%error, "the object store failed");
    s3_error!(InternalError, "We encountered an internal error. Please try again.")
}

pub(crate) fn access_denied(sentence: String) -> S3Error {
    fault(S3ErrorCode::AccessDenied, sentence)
}

pub(crate) fn no_such_bucket() -> S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

pub(crate) fn no_such_key() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

pub(crate) fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have \
         been aborted or completed."
    )
}

pub(crate) fn invalid_part() -> S3Error {
    s3_error!(
        InvalidPart,
        "One or more of the specified parts could not be found.  The part may not have been \
         uploaded, or the specified entity tag may not match the part's entity tag."
    )
}

pub(crate) fn precondition_failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

pub(crate) fn too_large() -> S3Error {
    s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed size")
}

pub(crate) fn malformed_xml() -> S3Error {
    s3_error!(
        MalformedXML,
        "The XML you provided was not well-formed or did not validate against our published schema"
    )
}

pub(crate) fn invalid_argument(message: impl Into<Cow<'static, str>>) -> S3Error {
    fault(S3ErrorCode::InvalidArgument, message)
}

pub(crate) fn invalid_request(message: impl Into<Cow<'static, str>>) -> S3Error {
    fault(S3ErrorCode::InvalidRequest, message)
}

/// What a code says where `s3s` gives none.
pub(crate) fn sentence(code: &str) -> Option<&'static str> {
    Some(match code {
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. Check \
             your key and signing method."
        }
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "KeyTooLongError" => "Your key is too long",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published \
             schema"
        }
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "IncompleteBody" => {
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        }
        "MaxMessageLengthExceeded" => "Your request was too big.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "MissingRequestBodyError" => "Request Body is empty",
        "InternalError" => "We encountered an internal error. Please try again.",
        "InvalidArgument" => "Invalid Argument",
        "InvalidRequest" => "Invalid Request",
        "AccessDenied" => "Access Denied",
        _ => return None,
    })
}
