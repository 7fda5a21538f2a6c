//! awsJson 1.0 and 1.1: the operation in `X-Amz-Target`, JSON both ways.

use bytes::Bytes;
use serde_json::{Map, Value as Json};

use super::json_value::{dump, parse};
use super::{Codec, DecodeError, query_error, unknown_member};
use crate::error::{ApiError, Field};
use crate::request::{Request, Response};
use crate::schema::Service;
use crate::shape::Write;
use crate::value::Value;

/// COMPAT: what AWS's JSON services answer to a body that they cannot read.
const SERIALIZATION: &str = "SerializationException";

pub(crate) struct AwsJson {
    pub(crate) content_type: &'static str,
}

impl Codec for AwsJson {
    fn decode(&self, request: &Request<'_>) -> Result<Value, ApiError> {
        // COMPAT: clients of operations without members may send no body at all.
        let body = if request.body.is_empty() { b"{}" } else { request.body };
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
        let body = dump(request.operation.output.schema, output);
        Response {
            status: 200,
            headers: self.headers(request.request_id),
            body: Bytes::from(body),
            error_code: None,
        }
    }

    fn refuse(
        &self,
        service: Option<&'static Service>,
        request_id: &str,
        error: &ApiError,
    ) -> Response {
        let shape = service.map_or(&*error.code, |service| service.error_shape(&error.code));
        let mut body = Map::new();
        body.insert("__type".to_owned(), shape.into());
        body.insert("message".to_owned(), error.message.clone().into());
        for (name, field) in &error.fields {
            let field = match field {
                Field::Text(text) => Json::from(text.clone()),
                Field::List(list) => Json::from(list.clone()),
            };
            body.insert((*name).to_owned(), field);
        }
        let mut headers = self.headers(request_id);
        headers.push(("x-amzn-errortype", shape.to_owned()));
        headers.extend(query_error(service, error));
        Response {
            status: error.status,
            headers,
            body: Bytes::from(Json::Object(body).to_string()),
            error_code: Some(error.code.clone().into_owned()),
        }
    }
}

impl AwsJson {
    fn headers(&self, request_id: &str) -> Vec<(&'static str, String)> {
        vec![
            ("content-type", self.content_type.to_owned()),
            ("x-amzn-requestid", request_id.to_owned()),
        ]
    }
}
