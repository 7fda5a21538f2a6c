//! Keeps web pages from using a listener that asks for no signature.
//!
//! A page on any site may have its visitor's browser send a form to
//! `localhost:4566`, or give its own name the address 127.0.0.1. Where a
//! signature is verified neither helps it; where none is asked for, it would run
//! containers on the visitor's machine.

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

/// Whether the request comes from, or through the name of, someone else's page.
pub(crate) fn is_foreign(headers: &HeaderMap, authority: Option<&str>) -> bool {
    let host = headers.get(HOST).map(http::HeaderValue::as_bytes);
    let host = host.map(String::from_utf8_lossy).or(authority.map(Into::into));
    if host.is_some_and(|host| !is_local_name(&host)) {
        return true;
    }
    headers.get_all(ORIGIN).iter().any(|origin| {
        let text = String::from_utf8_lossy(origin.as_bytes());
        text.split_once("://").is_none_or(|(_, host)| !is_origin_here(host))
    })
}

/// Names that no stranger can point here: addresses, single labels, `localhost`
/// and, since clients may keep AWS's names, those of AWS.
fn is_local_name(host: &str) -> bool {
    let name = without_port(host);
    let is_address = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    is_address || !name.contains('.') || LOCAL_SUFFIXES.iter().any(|end| name.ends_with(end))
}

const LOCAL_SUFFIXES: [&str; 4] =
    [".localhost", ".amazonaws.com", ".docker.internal", "localhost.localstack.cloud"];

/// A page served by this machine itself, such as the console.
fn is_origin_here(host: &str) -> bool {
    let name = without_port(host);
    let is_loopback = |address: std::net::IpAddr| address.is_loopback();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.trim_matches(['[', ']']).parse().is_ok_and(is_loopback)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, origin: Option<&str>, expected: &str) {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().expect("a header"));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().expect("a header"));
        }
        let actual = if is_foreign(&headers, None) { "foreign" } else { "ours" };
        assert_eq!(actual, expected, "{host} {origin:?}");
    }

    #[test]
    fn clients_are_not_pages() {
        for host in [
            "localhost:4566",
            "127.0.0.1:4566",
            "[::1]:4566",
            "[::1]",
            "longshore",
            "web.us-east-1.elb.localhost",
            "ecs.us-east-1.amazonaws.com",
            "host.docker.internal:4566",
            "localhost.localstack.cloud:4566",
        ] {
            check(host, None, "ours");
        }
        assert!(!is_foreign(&HeaderMap::new(), None));
        assert!(is_foreign(&HeaderMap::new(), Some("evil.example:4566")));
    }

    #[test]
    fn pages_of_others_are_foreign() {
        check("evil.example:4566", None, "foreign");
        check("localhost.evil.example", None, "foreign");
        check("localhost:4566", Some("https://evil.example"), "foreign");
        check("localhost:4566", Some("http://localhost.evil.example"), "foreign");
        check("localhost:4566", Some("null"), "foreign");
        check("localhost:4566", Some("http://localhost:4566"), "ours");
        check("localhost:4566", Some("http://127.0.0.1:3000"), "ours");
        check("localhost:4566", Some("http://[::1]:3000"), "ours");
    }
}
