//! The last touch to an answer: what `s3s` leaves out of S3's errors, and the request's id.
//!
//! COMPAT: "Error responses": `Resource`, `RequestId` and `HostId`, and a sentence for each code.

use http::header::{CONTENT_LENGTH, CONTENT_RANGE};
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::{BodyExt, Limited};
use s3s::{Body, HttpResponse, S3Error};

use crate::fault;
use crate::limits::DOCUMENT_BYTES_MAX;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

/// Completes whatever is answered to a request for `path`.
pub(crate) async fn finish(response: HttpResponse, path: &str, request_id: &str) -> HttpResponse {
    let status = response.status();
    let (mut head, body) = response.into_parts();
    if let Ok(id) = HeaderValue::from_str(request_id) {
        head.headers.insert(REQUEST_ID, id.clone());
        head.headers.insert(HOST_ID, id);
    }
    // `s3s` has it so for GetObject, and not for HeadObject.
    if status == StatusCode::OK && head.headers.contains_key(CONTENT_RANGE) {
        head.status = StatusCode::PARTIAL_CONTENT;
    }
    let body = match status {
        StatusCode::NOT_MODIFIED => Body::empty(),
        _ if status.is_client_error() || status.is_server_error() => {
            head.headers.remove(CONTENT_LENGTH);
            let read = Limited::new(body, DOCUMENT_BYTES_MAX).collect().await;
            let bytes = read.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            Body::from(complete(&String::from_utf8_lossy(&bytes), path, request_id))
        }
        _ => body,
    };
    HttpResponse::from_parts(head, body)
}

pub(crate) fn refuse(error: S3Error) -> HttpResponse {
    error.to_http_response().unwrap_or_else(|_| {
        let mut response = HttpResponse::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

fn complete(xml: &str, path: &str, request_id: &str) -> String {
    let Some((start, end)) = xml.rsplit_once("</Error>") else { return xml.to_owned() };
    let code = start.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code.map_or("", |(code, _)| code);
    let message = match fault::sentence(code) {
        Some(sentence) if !start.contains("<Message>") => format!("<Message>{sentence}</Message>"),
        Some(_) | None => String::new(),
    };
    let path = escape(path);
    format!(
        "{start}{message}<Resource>{path}</Resource><RequestId>{request_id}</RequestId>\
         <HostId>{request_id}</HostId></Error>{end}"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_all_that_s3_says() {
        let told = complete("<Error><Code>InvalidBucketName</Code></Error>", "/a&b", "7");
        assert_eq!(
            told,
            "<Error><Code>InvalidBucketName</Code><Message>The specified bucket is not valid.\
             </Message><Resource>/a&amp;b</Resource><RequestId>7</RequestId><HostId>7</HostId>\
             </Error>"
        );
        let told = complete("<Error><Code>X</Code><Message>m</Message></Error>", "/", "7");
        assert!(told.starts_with("<Error><Code>X</Code><Message>m</Message><Resource>"), "{told}");
        assert_eq!(complete("", "/", "7"), "");
    }
}
