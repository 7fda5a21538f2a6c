//! Why a request was not authenticated, in AWS's words, codes and statuses.
//!
//! One variant is one refusal. What a client sees of it depends on the family of
//! protocols it speaks: the same refusal is `UnrecognizedClientException` in
//! JSON, `InvalidClientTokenId` in Query and `AuthFailure` in EC2.

use thiserror::Error as ThisError;

use crate::amz_date::AmzDate;

/// A refusal; `Display` is the message of the JSON and Query protocols.
///
/// COMPAT: the messages are AWS's, as its services return them and its users
/// quote them, capitals, full stops and trailing blanks included.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum Error {
    #[error("Request is missing Authentication Token")]
    MissingAuthenticationToken,
    #[error("{0}")]
    IncompleteSignature(String),
    #[error(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires \
         must be less than 604800 seconds"
    )]
    ExpiresOutOfRange,
    #[error("The security token included in the request is invalid.")]
    UnrecognizedClient,
    #[error("The security token included in the request is expired")]
    ExpiredToken,
    #[error(
        "The request signature we calculated does not match the signature you provided. Check \
         your AWS Secret Access Key and signing method. Consult the service documentation for \
         details."
    )]
    SignatureMismatch,
    #[error(
        "Signature expired: {signed_at} is now earlier than {earliest} ({now} - {minutes} min.)"
    )]
    SignatureExpired { signed_at: AmzDate, earliest: AmzDate, now: AmzDate, minutes: i64 },
    /// The same, of a presigned query, whose life is counted in seconds.
    #[error(
        "Signature expired: {signed_at} is now earlier than {earliest} ({now} - {seconds} sec.)"
    )]
    PresignedExpired { signed_at: AmzDate, earliest: AmzDate, now: AmzDate, seconds: u32 },
    #[error(
        "Signature not yet current: {signed_at} is still later than {latest} ({now} + {minutes} \
         min.)"
    )]
    SignatureNotYetCurrent { signed_at: AmzDate, latest: AmzDate, now: AmzDate, minutes: i64 },
    #[error(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
         HTTP: '{day}' != '{}', from '{signed_at}'.", signed_at.day()
    )]
    ScopeDay { day: String, signed_at: AmzDate },
    #[error("Credential should be scoped to a valid region, not '{0}'. ")]
    ScopeRegion(String),
    /// Names the service that the request is for.
    #[error("Credential should be scoped to correct service: '{0}'. ")]
    ScopeService(String),
    #[error("Credential should be scoped with a valid terminator: 'aws4_request', not '{0}'. ")]
    ScopeTerminator(String),
    #[error("'{0}' must be a 'SignedHeader' in the AWS Authorization.")]
    HeaderNotSigned(String),
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    PayloadMismatch,
    #[error("The payload form '{0}' in 'x-amz-content-sha256' is not implemented.")]
    PayloadNotImplemented(String),
}

/// The protocols that share codes and statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// AWS JSON 1.0 and 1.1, and RPC v2 CBOR.
    Json,
    RestJson,
    /// AWS Query, and REST-XML services other than S3.
    Query,
    Ec2,
    S3,
}

/// What the client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub status: u16,
    pub message: String,
}

impl Error {
    pub fn fault(&self, family: Family) -> Fault {
        let row = self.row();
        let (code, status) = match family {
            Family::Json => row.json,
            Family::RestJson => (row.json.0, 403),
            Family::Query => row.query,
            Family::Ec2 => row.ec2,
            Family::S3 => row.s3,
        };
        Fault { code, status, message: self.message(family) }
    }

    fn row(&self) -> &'static Row {
        match self {
            Error::MissingAuthenticationToken => &MISSING,
            Error::IncompleteSignature(_) => &INCOMPLETE,
            Error::ExpiresOutOfRange => &EXPIRES,
            Error::UnrecognizedClient => &UNRECOGNIZED,
            Error::ExpiredToken => &EXPIRED_TOKEN,
            Error::SignatureExpired { .. } | Error::SignatureNotYetCurrent { .. } => &TIME,
            Error::PresignedExpired { .. } => &PRESIGNED_TIME,
            Error::ScopeDay { .. }
            | Error::ScopeRegion(_)
            | Error::ScopeService(_)
            | Error::ScopeTerminator(_) => &SCOPE,
            Error::SignatureMismatch => &MISMATCH,
            Error::HeaderNotSigned(_) => &NOT_SIGNED,
            Error::PayloadMismatch => &PAYLOAD,
            Error::PayloadNotImplemented(_) => &PAYLOAD_NOT_IMPLEMENTED,
        }
    }

    fn message(&self, family: Family) -> String {
        let own = match family {
            Family::Json | Family::RestJson | Family::Query => None,
            Family::Ec2 => self.message_ec2(),
            Family::S3 => self.message_s3(),
        };
        own.map_or_else(|| self.to_string(), str::to_owned)
    }

    fn message_ec2(&self) -> Option<&'static str> {
        match self {
            Error::UnrecognizedClient | Error::SignatureMismatch => {
                Some("AWS was not able to validate the provided access credentials")
            }
            Error::ExpiredToken => Some("Request has expired."),
            _ => None,
        }
    }

    fn message_s3(&self) -> Option<&'static str> {
        match self {
            Error::MissingAuthenticationToken => Some("Access Denied"),
            Error::UnrecognizedClient => {
                Some("The AWS Access Key Id you provided does not exist in our records.")
            }
            Error::ExpiredToken => Some("The provided token has expired."),
            Error::SignatureMismatch => Some(
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method.",
            ),
            Error::SignatureExpired { .. } | Error::SignatureNotYetCurrent { .. } => {
                Some("The difference between the request time and the current time is too large.")
            }
            Error::PresignedExpired { .. } => Some("Request has expired"),
            Error::HeaderNotSigned(_) => {
                Some("There were headers present in the request which were not signed")
            }
            _ => None,
        }
    }
}

/// One refusal's code and status in each family; REST-JSON has JSON's codes
/// with status 403.
struct Row {
    json: (&'static str, u16),
    query: (&'static str, u16),
    ec2: (&'static str, u16),
    s3: (&'static str, u16),
}

const MISSING: Row = Row {
    json: ("MissingAuthenticationTokenException", 400),
    query: ("MissingAuthenticationToken", 403),
    ec2: ("MissingAuthenticationToken", 403),
    s3: ("AccessDenied", 403),
};
const INCOMPLETE: Row = Row {
    json: ("IncompleteSignatureException", 400),
    query: ("IncompleteSignature", 400),
    ec2: ("IncompleteSignature", 400),
    s3: ("AuthorizationHeaderMalformed", 400),
};
const EXPIRES: Row = Row { s3: ("AuthorizationQueryParametersError", 400), ..INCOMPLETE };
const UNRECOGNIZED: Row = Row {
    json: ("UnrecognizedClientException", 400),
    query: ("InvalidClientTokenId", 403),
    ec2: ("AuthFailure", 401),
    s3: ("InvalidAccessKeyId", 403),
};
const EXPIRED_TOKEN: Row = Row {
    json: ("ExpiredTokenException", 400),
    query: ("ExpiredToken", 403),
    ec2: ("RequestExpired", 400),
    s3: ("ExpiredToken", 400),
};
const MISMATCH: Row = Row {
    json: ("InvalidSignatureException", 400),
    query: ("SignatureDoesNotMatch", 403),
    ec2: ("AuthFailure", 401),
    s3: ("SignatureDoesNotMatch", 403),
};
/// COMPAT: EC2 documents `RequestExpired` for a date too far off either way.
const TIME: Row =
    Row { ec2: ("RequestExpired", 400), s3: ("RequestTimeTooSkewed", 403), ..MISMATCH };
const PRESIGNED_TIME: Row = Row { s3: ("AccessDenied", 403), ..TIME };
const SCOPE: Row = Row { s3: ("AuthorizationHeaderMalformed", 400), ..MISMATCH };
const NOT_SIGNED: Row = Row { s3: ("AccessDenied", 403), ..MISMATCH };
const PAYLOAD: Row = Row { s3: ("XAmzContentSHA256Mismatch", 400), ..MISMATCH };
const PAYLOAD_NOT_IMPLEMENTED: Row = Row { s3: ("NotImplemented", 501), ..MISMATCH };
