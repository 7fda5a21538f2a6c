//! A request rewritten for its target: hop-by-hop headers out, forwarding headers in.
//!
//! INVARIANT: what the target sees of `X-Forwarded-Proto`, `X-Forwarded-Port` and, unless told to
//! preserve it, the end of `X-Forwarded-For`, is what this connection is, whatever the client said.

use http::{
    HeaderMap, HeaderName, HeaderValue, Uri, Version,
    header::{
        CONNECTION, COOKIE, EXPECT, HOST, PROXY_AUTHENTICATE, TE, TRANSFER_ENCODING, UPGRADE,
    },
    request::Parts,
    uri::PathAndQuery,
};
use hyper::upgrade::OnUpgrade;
use routing::{
    RoutedLoadBalancer,
    config::{ForwardedForMode, LoadBalancerAttributes},
};

use crate::{client::Client, random::random};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const X_AMZN_TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");

/// The port that needs no naming in Host.
const DEFAULT_PORT: u16 = 80;

/// The client's end of a connection that is to change its protocol, if the request asks for it.
///
/// An upgrade to HTTP/2 is not passed on: requests would go past every rule.
pub(crate) fn take_upgrade(parts: &mut Parts) -> Option<OnUpgrade> {
    let upgrade = parts.extensions.remove::<OnUpgrade>()?;
    let protocol = parts.headers.get(UPGRADE)?.as_bytes();
    let asks = connection_tokens(&parts.headers).any(|token| token == "upgrade");
    let is_http2 = protocol.len() >= 3 && protocol[..3].eq_ignore_ascii_case(b"h2c");
    (asks && parts.version == Version::HTTP_11 && !is_http2).then_some(upgrade)
}

/// Rewrites a request for its target.
pub(crate) fn rewrite(
    parts: &mut Parts,
    client: &Client,
    load_balancer: &RoutedLoadBalancer,
    upgrade: Option<&OnUpgrade>,
) {
    let attributes = &load_balancer.attributes;
    // What is added below; growing once is cheaper.
    parts.headers.reserve(8);
    let authority = parts.uri.authority().map(|authority| authority.as_str().to_owned());
    let kept_upgrade = parts.headers.get(UPGRADE).cloned().filter(|_| upgrade.is_some());
    strip_hop_by_hop(&mut parts.headers);
    if attributes.drop_invalid_header_fields {
        drop_invalid(&mut parts.headers);
    }
    if let Some(protocol) = kept_upgrade {
        parts.headers.insert(UPGRADE, protocol);
        parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    }
    if parts.version == Version::HTTP_2 {
        join_cookies(&mut parts.headers);
    }
    // HTTP/1.0 clients may name no host; HTTP/1.1 targets must be told one.
    let named = authority
        .or_else(|| (!parts.headers.contains_key(HOST)).then(|| load_balancer.dns_name.clone()));
    set_host(&mut parts.headers, named.as_deref(), client.arrived_at.port(), attributes);
    forwarded_for(&mut parts.headers, client, attributes);
    parts.headers.insert(X_FORWARDED_PROTO, HeaderValue::from_static("http"));
    parts.headers.insert(X_FORWARDED_PORT, client.port_value.clone());
    trace_id(&mut parts.headers, client);
    parts.uri = origin_form(&parts.uri);
    parts.version = Version::HTTP_11;
}

/// Takes out what concerns one connection only. hyper frames the body itself.
pub(crate) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        let named: Vec<HeaderName> = connection_tokens(headers)
            .filter_map(|token| HeaderName::try_from(token).ok())
            .filter(|name| *name != HOST)
            .collect();
        for name in named {
            headers.remove(name);
        }
        headers.remove(CONNECTION);
    }
    // Trailers are passed on, so the wish for them is too.
    let wants_trailers =
        headers.get(TE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"trailers"));
    for name in [
        KEEP_ALIVE,
        PROXY_CONNECTION,
        PROXY_AUTHENTICATE,
        TRANSFER_ENCODING,
        UPGRADE,
        EXPECT,
        TE,
        HTTP2_SETTINGS,
    ] {
        headers.remove(name);
    }
    if wants_trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
}

fn connection_tokens(headers: &HeaderMap) -> impl Iterator<Item = String> + '_ {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|token| token.trim().to_ascii_lowercase())
}

/// COMPAT: a valid name is `[-A-Za-z0-9]+`.
fn drop_invalid(headers: &mut HeaderMap) {
    let is_valid =
        |name: &str| name.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric());
    let invalid: Vec<HeaderName> =
        headers.keys().filter(|name| !is_valid(name.as_str())).cloned().collect();
    for name in invalid {
        headers.remove(name);
    }
}

/// HTTP/2 clients may split cookies over headers, HTTP/1.1 targets expect one.
fn join_cookies(headers: &mut HeaderMap) {
    let mut cookies = headers.get_all(COOKIE).iter();
    let (Some(first), Some(second)) = (cookies.next(), cookies.next()) else { return };
    let mut joined = [first.as_bytes(), second.as_bytes()].join(&b"; "[..]);
    for more in cookies {
        joined.extend_from_slice(b"; ");
        joined.extend_from_slice(more.as_bytes());
    }
    let joined = HeaderValue::from_bytes(&joined).expect("joined from header values");
    headers.insert(COOKIE, joined);
}

/// COMPAT: unless told to preserve it, Host is given the listener's port when that is not the
/// default one, and loses it when it is.
fn set_host(
    headers: &mut HeaderMap,
    authority: Option<&str>,
    port: u16,
    attributes: &LoadBalancerAttributes,
) {
    if let Some(authority) = authority
        && let Ok(value) = HeaderValue::try_from(authority)
    {
        headers.insert(HOST, value);
    }
    let Some(host) = headers.get(HOST).filter(|_| !attributes.preserve_host_header) else { return };
    let Ok(text) = host.to_str() else { return };
    let name = host_name(text);
    let changed = if port == DEFAULT_PORT {
        text.strip_suffix(":80").filter(|stripped| *stripped == name).map(str::to_owned)
    } else {
        (name == text && !name.is_empty()).then(|| format!("{name}:{port}"))
    };
    if let Some(Ok(value)) = changed.map(HeaderValue::try_from) {
        headers.insert(HOST, value);
    }
}

/// A Host without its port; an IPv6 address keeps its brackets.
pub(crate) fn host_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit())
                && (name.ends_with(']') || !name.contains(':')) =>
        {
            name
        }
        Some(_) | None => host,
    }
}

fn forwarded_for(headers: &mut HeaderMap, client: &Client, attributes: &LoadBalancerAttributes) {
    match attributes.forwarded_for_mode {
        ForwardedForMode::Preserve => return,
        ForwardedForMode::Remove => {
            headers.remove(X_FORWARDED_FOR);
            return;
        }
        ForwardedForMode::Append => {}
    }
    let own = if attributes.forwarded_for_client_port {
        HeaderValue::try_from(client.peer.to_string()).expect("an address is ASCII")
    } else {
        client.peer_value.clone()
    };
    let mut text: Vec<u8> = Vec::new();
    for said in headers.get_all(X_FORWARDED_FOR) {
        text.extend_from_slice(said.as_bytes());
        text.extend_from_slice(b", ");
    }
    let value = if text.is_empty() {
        own
    } else {
        text.extend_from_slice(own.as_bytes());
        HeaderValue::from_bytes(&text).expect("joined from header values")
    };
    headers.insert(X_FORWARDED_FOR, value);
}

/// COMPAT: a trace that already has a root gets a `Self` field before it, else a root is made.
fn trace_id(headers: &mut HeaderMap, client: &Client) {
    let seconds = client.shared.unix_seconds() as u32;
    let (high, low) = (random() as u32, random());
    let is_joining = headers.contains_key(&X_AMZN_TRACE_ID);
    if !is_joining {
        let mut text = *b"Root=1-00000000-000000000000000000000000";
        hexadecimal(&mut text[7..15], u64::from(seconds));
        hexadecimal(&mut text[16..24], u64::from(high));
        hexadecimal(&mut text[24..40], low);
        let value = HeaderValue::from_bytes(&text).expect("hexadecimal digits");
        headers.insert(X_AMZN_TRACE_ID, value);
        return;
    }
    let said = headers.get(&X_AMZN_TRACE_ID).and_then(|value| value.to_str().ok()).unwrap_or("");
    let field = if said.contains("Root=") { "Self" } else { "Root" };
    let text = format!("{field}=1-{seconds:08x}-{high:08x}{low:016x};{said}");
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(X_AMZN_TRACE_ID, value);
    }
}

fn hexadecimal(digits: &mut [u8], mut number: u64) {
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(number & 0xf) as usize];
        number >>= 4;
    }
}

fn origin_form(uri: &Uri) -> Uri {
    if uri.authority().is_none() && uri.scheme().is_none() {
        return uri.clone();
    }
    let path = uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    Uri::from(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_stripped_from_a_host() {
        for (host, wanted) in
            [("a:80", "a"), ("a", "a"), ("[::1]:8080", "[::1]"), ("[::1]", "[::1]"), ("a:x", "a:x")]
        {
            assert_eq!(host_name(host), wanted);
        }
    }

    #[test]
    fn host_says_the_listeners_port_unless_it_is_the_default() {
        let attributes = LoadBalancerAttributes::default();
        let table = [
            ("a.example", 80, "a.example"),
            ("a.example:80", 80, "a.example"),
            ("a.example", 8080, "a.example:8080"),
            ("a.example:9", 8080, "a.example:9"),
        ];
        for (said, port, wanted) in table {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(said));
            set_host(&mut headers, None, port, &attributes);
            assert_eq!(headers[HOST], wanted);
        }
    }

    #[test]
    fn hop_by_hop_headers_and_those_connection_names_are_taken_out() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "x-private, close"),
            ("x-private", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("x-kept", "1"),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        strip_hop_by_hop(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["te", "x-kept"]);
    }

    #[test]
    fn absolute_targets_become_paths() {
        let uri = Uri::from_static("http://a.example:80/x?y");
        assert_eq!(origin_form(&uri), "/x?y");
        assert_eq!(origin_form(&Uri::from_static("*")), "*");
    }
}
