//! The query protocol: form parameters in, XML out (`<XResponse><XResult>…`).

use bytes::Bytes;

use super::form::{self, Dialect};
use super::xml::{self, escape};
use super::{Codec, DecodeError, unknown_member};
use crate::check::abridged;
use crate::error::{ApiError, Fault, Field};
use crate::request::{Request, Response};
use crate::schema::{Quirks, Service, Wording};
use crate::shape::Write;
use crate::value::Value;

pub(crate) struct Query;

impl Codec for Query {
    fn decode(&self, request: &Request<'_>) -> Result<Value, ApiError> {
        decode(request, Dialect::Query)
    }

    fn encode(&self, request: &Request<'_>, output: &dyn Write) -> Response {
        let name = request.operation.name;
        let namespace = escape(request.service.xml_namespace);
        let content = xml::content(request.operation.output.schema, output);
        let content = match request.operation.result_wrapper {
            "" => content,
            wrapper => format!("<{wrapper}>{content}</{wrapper}>"),
        };
        let body = format!(
            "<{name}Response xmlns=\"{namespace}\">{content}<ResponseMetadata><RequestId>{}\
             </RequestId></ResponseMetadata></{name}Response>",
            escape(request.request_id)
        );
        response(200, request.request_id, body)
    }

    fn refuse(
        &self,
        service: Option<&'static Service>,
        request_id: &str,
        error: &ApiError,
    ) -> Response {
        let namespace = service
            .map(|service| format!(" xmlns=\"{}\"", escape(service.xml_namespace)))
            .unwrap_or_default();
        let side = match error.fault {
            Fault::Client => "Sender",
            Fault::Server => "Receiver",
        };
        let body = format!(
            "<ErrorResponse{namespace}><Error><Type>{side}</Type>{}</Error>\
             <RequestId>{}</RequestId></ErrorResponse>",
            particulars(error),
            escape(request_id)
        );
        let refusal = response(error.status, request_id, body);
        Response { error_code: Some(error.code.clone().into_owned()), ..refusal }
    }
}

/// The inside of an `<Error>`, the same in query and ec2.
pub(super) fn particulars(error: &ApiError) -> String {
    let mut text = format!(
        "<Code>{}</Code><Message>{}</Message>",
        escape(&error.code),
        escape(&error.message)
    );
    for (name, field) in &error.fields {
        let field = match field {
            Field::Text(text) => escape(text).into_owned(),
            Field::List(list) => {
                let items = list.iter().map(|it| format!("<member>{}</member>", escape(it)));
                items.collect::<Vec<_>>().concat()
            }
        };
        for part in ["<", name, ">", &field, "</", name, ">"] {
            text.push_str(part);
        }
    }
    text
}

/// Decodes a form and gives its errors the service's codes.
pub(super) fn decode(request: &Request<'_>, dialect: Dialect) -> Result<Value, ApiError> {
    let schema = request.operation.input.schema;
    let quirks = &request.service.quirks;
    form::read(request.body, request.query, schema, dialect).map_err(|error| match error {
        DecodeError::Unknown(path) => unknown_member(path, request.operation.name, quirks),
        DecodeError::WrongType { path, message } => wrong_type(&abridged(path), &message, quirks),
        DecodeError::Malformed(_) | DecodeError::Duplicate(_) => {
            // COMPAT: the common error of query services for a form that makes no sense.
            ApiError::client("MalformedQueryString", error.to_string())
        }
    })
}

fn wrong_type(path: &str, message: &str, quirks: &Quirks) -> ApiError {
    let message = match quirks.wording {
        Wording::Counted => {
            format!("1 validation error detected: Value at '{path}' is invalid: {message}")
        }
        Wording::Ec2 => format!("The value for parameter {path} is invalid: {message}"),
    };
    ApiError::client(quirks.invalid, message)
}

pub(super) fn response(status: u16, request_id: &str, body: String) -> Response {
    let headers =
        vec![("content-type", "text/xml".to_owned()), ("x-amzn-requestid", request_id.to_owned())];
    Response { status, headers, body: Bytes::from(body), error_code: None }
}
