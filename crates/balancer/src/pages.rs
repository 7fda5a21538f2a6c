//! The answers the load balancer gives by itself.
//!
//! COMPAT: the pages' text, `text/html` and `Server: awselb/2.0` are as observed of application
//! load balancers.

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, LOCATION, SERVER},
};
use routing::config::FixedResponse;

/// An answer without a target.
pub(crate) type Page = Response<Bytes>;

const SERVER_NAME: HeaderValue = HeaderValue::from_static("awselb/2.0");

/// The page for a status.
pub(crate) fn status(status: StatusCode) -> Page {
    let title = title(status);
    let text = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n\
         <center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    page(status, HeaderValue::from_static("text/html"), text.into())
}

/// What a client is told who reached a port that several load balancers share, without naming
/// one of them.
pub(crate) fn unknown_host(known: &[&str]) -> Page {
    let text = format!(
        "No load balancer here is called by that Host. On this port there are:\n{}\n",
        known.join("\n")
    );
    page(
        StatusCode::SERVICE_UNAVAILABLE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
        text.into(),
    )
}

pub(crate) fn redirect(status_code: u16, location: &str) -> Page {
    let code = StatusCode::from_u16(status_code).unwrap_or(StatusCode::FOUND);
    // A request's own bytes are in there; what cannot be a header is no place to send anyone.
    let Ok(location) = HeaderValue::from_str(location) else {
        return status(StatusCode::BAD_REQUEST);
    };
    let mut page = status(code);
    page.headers_mut().insert(LOCATION, location);
    page
}

pub(crate) fn fixed(response: &FixedResponse) -> Page {
    let code = StatusCode::from_u16(response.status_code).unwrap_or(StatusCode::OK);
    let content_type = response.content_type.as_deref().unwrap_or("text/plain");
    let content_type = if content_type.starts_with("text/") {
        HeaderValue::try_from(format!("{content_type}; charset=utf-8"))
    } else {
        HeaderValue::try_from(content_type)
    };
    let content_type = content_type.unwrap_or(HeaderValue::from_static("text/plain"));
    page(code, content_type, response.message_body.clone().unwrap_or_default().into())
}

fn page(status: StatusCode, content_type: HeaderValue, body: Bytes) -> Page {
    let mut page = Response::new(body);
    *page.status_mut() = status;
    page.headers_mut().insert(SERVER, SERVER_NAME);
    page.headers_mut().insert(CONTENT_TYPE, content_type);
    page
}

fn title(status: StatusCode) -> String {
    let words = match status {
        StatusCode::METHOD_NOT_ALLOWED => "Not Allowed",
        StatusCode::REQUEST_TIMEOUT => "Request Time-out",
        StatusCode::SERVICE_UNAVAILABLE => "Service Temporarily Unavailable",
        StatusCode::GATEWAY_TIMEOUT => "Gateway Time-out",
        other => other.canonical_reason().unwrap_or(""),
    };
    format!("{} {words}", status.as_u16())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_unavailable_page_reads_as_on_aws() {
        let page = status(StatusCode::SERVICE_UNAVAILABLE);
        let text = String::from_utf8_lossy(page.body()).replace("\r\n", "\n");
        expect![[r"
            <html>
            <head><title>503 Service Temporarily Unavailable</title></head>
            <body>
            <center><h1>503 Service Temporarily Unavailable</h1></center>
            </body>
            </html>
        "]]
        .assert_eq(&text);
    }

    #[test]
    fn a_location_cannot_carry_a_line_break() {
        assert_eq!(redirect(301, "http://a/\r\nx: y").status(), StatusCode::BAD_REQUEST);
    }
}
