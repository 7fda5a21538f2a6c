//! Smithy RPC v2 CBOR: the operation in the path, CBOR both ways.
//
// COMPAT: <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>, and what
// botocore 1.44 reads and writes.

use bytes::Bytes;

use super::cbor_value::parse;
use super::cbor_writer::dump;
use super::{Codec, DecodeError, query_error, unknown_member};
use crate::error::{ApiError, Field};
use crate::request::{Request, Response};
use crate::schema::Service;
use crate::shape::{Write, Writer};
use crate::value::Value;

/// What a request says in `smithy-protocol`, and so does its answer.
pub(crate) const NAME: &str = "rpc-v2-cbor";

pub(crate) const CONTENT_TYPE: &str = "application/cbor";

/// COMPAT: the error of Smithy's protocols for a body that they cannot read.
const SERIALIZATION: &str = "SerializationException";

/// A map without members.
const EMPTY: &[u8] = &[0xa0];

pub(crate) struct RpcV2Cbor;

impl Codec for RpcV2Cbor {
    fn decode(&self, request: &Request<'_>) -> Result<Value, ApiError> {
        // The specification: an operation without an input has no body.
        let body = if request.body.is_empty() { EMPTY } else { request.body };
        parse(body, request.operation.input.schema).map_err(|error| match error {
            DecodeError::Unknown(path) => {
                unknown_member(path, request.operation.name, &request.service.quirks)
            }
            DecodeError::Malformed(_)
            | DecodeError::WrongType { .. }
            | DecodeError::Duplicate(_) => ApiError::client(SERIALIZATION, error.to_string()),
        })
    }

    fn encode(&self, request: &Request<'_>, output: &dyn Write) -> Response {
        let body = if request.operation.has_output { dump(output) } else { Vec::new() };
        response((200, request.request_id), body)
    }

    fn refuse(
        &self,
        service: Option<&'static Service>,
        request_id: &str,
        error: &ApiError,
    ) -> Response {
        let shape = service.map_or(&*error.code, |service| service.error_shape(&error.code));
        let body = dump(&Refused { shape, error });
        let mut response = response((error.status, request_id), body);
        response.headers.push(("x-amzn-errortype", shape.to_owned()));
        response.headers.extend(query_error(service, error));
        response.error_code = Some(error.code.clone().into_owned());
        response
    }
}

fn response((status, request_id): (u16, &str), body: Vec<u8>) -> Response {
    let mut headers =
        vec![("smithy-protocol", NAME.to_owned()), ("x-amzn-requestid", request_id.to_owned())];
    if !body.is_empty() {
        headers.push(("content-type", CONTENT_TYPE.to_owned()));
    }
    Response { status, headers, body: Bytes::from(body), error_code: None }
}

struct Refused<'a> {
    shape: &'a str,
    error: &'a ApiError,
}

impl Write for Refused<'_> {
    fn write(&self, writer: &mut dyn Writer) {
        writer.map_begin();
        writer.key("__type");
        writer.string(self.shape);
        writer.key("message");
        writer.string(&self.error.message);
        for (name, field) in &self.error.fields {
            writer.key(name);
            match field {
                Field::Text(text) => writer.string(text),
                Field::List(list) => list.write(writer),
            }
        }
        writer.map_end();
    }
}
