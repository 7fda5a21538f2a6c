//! One codec a protocol, behind one trait.

use crate::check::abridged;
use crate::error::{ApiError, Fault};
use crate::request::{Request, Response};
use crate::schema::{Protocol, Quirks, Service, Wording};
use crate::shape::Write;
use crate::value::Value;

mod aws_json;
mod cbor_value;
mod cbor_writer;
mod ec2;
mod form;
pub(crate) mod json_value;
mod path;
mod query;
pub(crate) mod rpc_v2_cbor;
mod xml;

pub(crate) use form::pairs;

pub(crate) trait Codec: Sync {
    /// The operation's input, by its schema; constraints are not this function's matter.
    fn decode(&self, request: &Request<'_>) -> Result<Value, ApiError>;

    fn encode(&self, request: &Request<'_>, output: &dyn Write) -> Response;

    /// The service is not known where routing failed.
    fn refuse(
        &self,
        service: Option<&'static Service>,
        request_id: &str,
        error: &ApiError,
    ) -> Response;
}

pub(crate) const fn codec(protocol: Protocol) -> &'static dyn Codec {
    match protocol {
        Protocol::AwsJson10 => &aws_json::AwsJson { content_type: "application/x-amz-json-1.0" },
        Protocol::AwsJson11 => &aws_json::AwsJson { content_type: "application/x-amz-json-1.1" },
        Protocol::Query => &query::Query,
        Protocol::Ec2 => &ec2::Ec2,
        Protocol::RpcV2Cbor => &rpc_v2_cbor::RpcV2Cbor,
    }
}

/// Why bytes are not the value that the schema asks for; the protocol has the code for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("{0}")]
    Malformed(String),
    #[error("{message} (at '{path}')")]
    WrongType { path: String, message: String },
    #[error("{0}")]
    Unknown(String),
    #[error("duplicate member '{0}'")]
    Duplicate(String),
}

/// What a service that spoke query first adds to its errors in other protocols: the code and
/// the side at fault, as query had them.
///
/// COMPAT: Smithy's trait `awsQueryCompatible`. AWS sends it to those who ask for it by
/// `x-amzn-query-mode`, which all do who know it.
fn query_error(
    service: Option<&'static Service>,
    error: &ApiError,
) -> Option<(&'static str, String)> {
    service.filter(|service| !service.query_error_shapes.is_empty())?;
    let side = match error.fault {
        Fault::Client => "Sender",
        Fault::Server => "Receiver",
    };
    Some(("x-amzn-query-error", format!("{};{side}", error.code)))
}

/// The refusal of a member that the operation does not have.
fn unknown_member(path: String, operation: &str, quirks: &Quirks) -> ApiError {
    let path = abridged(path);
    let message = match quirks.wording {
        Wording::Counted => format!(
            "1 validation error detected: '{path}' failed to satisfy constraint: \
             Member is not known to {operation}"
        ),
        Wording::Ec2 => format!("The parameter {path} is not recognized"),
    };
    ApiError::client(quirks.unknown_member, message)
}
