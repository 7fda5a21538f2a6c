//! A routed request, and the three things done with it: decode, encode, refuse.

use std::future::Future;

use bytes::Bytes;

use crate::check::check;
use crate::codec::codec;
use crate::error::{ApiError, internal_failure};
use crate::schema::{Operation, Protocol, Service};
use crate::shape::{Read, Write};
use crate::value::Value;

/// What [`crate::route`] found, with the bytes still to be decoded.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub service: &'static Service,
    pub operation: &'static Operation,
    pub protocol: Protocol,
    /// The query string, as it came.
    pub query: &'a str,
    pub body: &'a [u8],
    /// Shown to the caller in the answer; made by the edge.
    pub request_id: &'a str,
}

/// What goes back over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// `content-type` and the like; names in lower case.
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    /// The error's code, for logs and metrics; none on success.
    pub error_code: Option<String>,
}

impl Request<'_> {
    /// Decodes the input and holds it to the model's constraints.
    pub fn decode(&self) -> Result<Value, ApiError> {
        let value = codec(self.protocol).decode(self)?;
        check(&value, self.operation, &self.service.quirks)?;
        Ok(value)
    }

    pub fn encode(&self, output: &dyn Write) -> Response {
        codec(self.protocol).encode(self, output)
    }

    pub fn refuse(&self, error: &ApiError) -> Response {
        codec(self.protocol).refuse(Some(self.service), self.request_id, error)
    }
}

/// Decodes the input, asks whether the caller may, calls the operation, encodes what it gave.
pub async fn answer<I, O, F>(
    request: &Request<'_>,
    admit: impl FnOnce(&Value) -> Result<(), ApiError>,
    call: impl FnOnce(I) -> F,
) -> Response
where
    I: Read,
    O: Write,
    F: Future<Output = Result<O, ApiError>>,
{
    let value = match request.decode().and_then(|value| admit(&value).map(|()| value)) {
        Ok(value) => value,
        Err(error) => return request.refuse(&error),
    };
    let Ok(input) = I::read(value) else { return request.refuse(&internal_failure()) };
    match call(input).await {
        Ok(output) => request.encode(&output),
        Err(error) => request.refuse(&error),
    }
}
