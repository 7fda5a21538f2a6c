//! Writes answers, and the refusals that are the edge's own.

use axum::body::Body;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use sigv4::Family;
use wire::{ApiError, Protocol, Refusal};

use crate::read::ReadError;

/// The header that SDKs read the id from; HTTP's names have no case.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An answer in the service's protocol, as HTTP.
pub(crate) fn respond(answer: wire::Response, request_id: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, value);
    }
    // COMPAT: REST-JSON clients read the code from this header, and the body may
    // be XML where the service is not known.
    if let Some(Ok(code)) = answer.error_code.as_deref().map(HeaderValue::from_str) {
        headers.entry(ERROR_TYPE).or_insert(code);
    }
    response
}

/// Refuses in the client's protocol.
pub(crate) fn refuse(voice: &Refusal, error: &ApiError, request_id: &str) -> Response<Body> {
    respond(voice.render(request_id, error), request_id)
}

/// Refuses a client of a REST service that we do not have.
///
/// COMPAT: most such services speak JSON, and the clients of the others find the
/// code in the header.
pub(crate) fn refuse_as_rest(error: &ApiError, request_id: &str) -> Response<Body> {
    let protocol = Protocol::AwsJson11;
    refuse(&Refusal { protocol, service: None, error: error.clone() }, error, request_id)
}

/// COMPAT: S3's errors, for requests that are S3's by signature or by path. What
/// the error says is ours, and needs no escaping.
pub(crate) fn refuse_as_s3(error: &ApiError, request_id: &str) -> Response<Body> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>\
         <RequestId>{request_id}</RequestId></Error>",
        error.code, error.message
    );
    let answer = wire::Response {
        status: error.status,
        headers: vec![("content-type", "application/xml".to_owned())],
        body: body.into(),
        error_code: Some(error.code.clone().into_owned()),
    };
    respond(answer, request_id)
}

/// A page of our own, not of AWS's.
pub(crate) fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// Why a request was not authenticated, in the words of its protocol.
pub(crate) fn unauthenticated(error: &sigv4::Error, protocol: Protocol) -> ApiError {
    let family = match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor => Family::Json,
        Protocol::Query => Family::Query,
        Protocol::Ec2 => Family::Ec2,
    };
    let fault = error.fault(family);
    ApiError::client(fault.code, fault.message).status(fault.status)
}

/// COMPAT: codes and statuses of the errors that AWS documents as common to all
/// services.
pub(crate) fn unread(error: ReadError) -> ApiError {
    let (code, status) = match error {
        ReadError::TooLarge => ("RequestEntityTooLargeException", 413),
        ReadError::TimedOut => ("RequestTimeoutException", 408),
        ReadError::Broken => ("MalformedHttpRequestException", 400),
    };
    ApiError::client(code, error.to_string()).status(status)
}

pub(crate) fn too_many_headers() -> ApiError {
    let message = "the request has more headers than the limit";
    ApiError::client("MalformedHttpRequestException", message).status(431)
}

/// The service exists; this path and method of it do not.
pub(crate) fn no_such_place(service: &wire::Service, protocol: Protocol) -> ApiError {
    let message = format!("`{}` is not served at this path and by this method", service.name);
    ApiError::client(protocol.unknown_operation(), message).status(404)
}

/// Names the service by its signing name, which is in the client's own scope.
pub(crate) fn no_such_service(name: &str) -> ApiError {
    let message = format!("service `{name}` is not implemented by Longshore");
    ApiError::server("NotImplemented", message).status(501)
}

pub(crate) fn foreign() -> ApiError {
    let message = "without signatures, requests of web pages and by names that are not this \
                   machine's own are refused";
    ApiError::client("AccessDeniedException", message).status(403)
}

pub(crate) fn overloaded() -> ApiError {
    let message = "the request was not answered in time";
    ApiError::server("ServiceUnavailable", message).status(503)
}
