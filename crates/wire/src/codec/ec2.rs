//! The ec2 protocol: query with flat lists and names of its own in, plain XML out.

use super::Codec;
use super::form::Dialect;
use super::query::{decode, particulars, response};
use super::xml::{self, escape};
use crate::error::ApiError;
use crate::request::{Request, Response};
use crate::schema::Service;
use crate::shape::Write;
use crate::value::Value;

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

pub(crate) struct Ec2;

impl Codec for Ec2 {
    fn decode(&self, request: &Request<'_>) -> Result<Value, ApiError> {
        decode(request, Dialect::Ec2)
    }

    fn encode(&self, request: &Request<'_>, output: &dyn Write) -> Response {
        let name = request.operation.name;
        let schema = request.operation.output.schema;
        let mut content = xml::content(schema, output);
        if schema.members().is_empty() {
            // COMPAT: operations without an output say so (API reference of CreateTags).
            content.push_str("<return>true</return>");
        }
        let body = format!(
            "{PROLOGUE}<{name}Response xmlns=\"{}/\"><requestId>{}</requestId>{content}\
             </{name}Response>",
            escape(request.service.xml_namespace),
            escape(request.request_id)
        );
        response(200, request.request_id, body)
    }

    fn refuse(
        &self,
        _service: Option<&'static Service>,
        request_id: &str,
        error: &ApiError,
    ) -> Response {
        let body = format!(
            "{PROLOGUE}<Response><Errors><Error>{}</Error></Errors><RequestID>{}</RequestID>\
             </Response>",
            particulars(error),
            escape(request_id)
        );
        let refusal = response(error.status, request_id, body);
        Response { error_code: Some(error.code.clone().into_owned()), ..refusal }
    }
}
