//! Which requests are let through, which close the connection after, and which are refused.
//!
//! COMPAT: the classes are those of the desync mitigation modes. Where AWS's defensive mode
//! routes a request with two framings and closes the connection, this refuses it: a client that
//! means well never sends one.

use http::{
    HeaderMap, Method, Version,
    header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING},
    request::Parts,
};
use routing::config::DesyncMitigationMode;

use crate::client::Framing;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// Ambiguous, though not to us: neither connection is used again.
    PassAndClose,
    Refuse,
}

/// Judges a request's framing and headers; `framing` reads it as it was received.
pub(crate) fn screen(
    parts: &Parts,
    mode: DesyncMitigationMode,
    framing: impl FnOnce() -> Option<Framing>,
) -> Verdict {
    if !has_one_host(parts) || !is_framing_clear(parts, framing) {
        return Verdict::Refuse;
    }
    let oddity = headers_oddity(&parts.headers).max(body_oddity(parts));
    match (oddity, mode) {
        (Oddity::None, _) => Verdict::Pass,
        (_, DesyncMitigationMode::Strictest) => Verdict::Refuse,
        (Oddity::Acceptable, DesyncMitigationMode::Defensive) => Verdict::Pass,
        (Oddity::Ambiguous, DesyncMitigationMode::Defensive) => Verdict::PassAndClose,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Oddity {
    None,
    Acceptable,
    Ambiguous,
}

fn has_one_host(parts: &Parts) -> bool {
    let hosts = parts.headers.get_all(HOST).iter().count();
    match parts.version {
        Version::HTTP_11 => hosts == 1,
        // HTTP/2 has it in `:authority`, HTTP/1.0 may have none.
        _ => hosts <= 1,
    }
}

fn is_framing_clear(parts: &Parts, framing: impl FnOnce() -> Option<Framing>) -> bool {
    let headers = &parts.headers;
    let is_chunked = headers.contains_key(TRANSFER_ENCODING);
    if parts.version == Version::HTTP_2 || !(is_chunked || headers.contains_key(CONTENT_LENGTH)) {
        return true;
    }
    if is_chunked {
        let mut encodings = headers.get_all(TRANSFER_ENCODING).iter();
        let is_plain =
            encodings.next().is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"chunked"));
        if !is_plain || encodings.next().is_some() {
            return false;
        }
    }
    match framing() {
        Some(Framing { content_lengths, transfer_encodings }) => {
            content_lengths + transfer_encodings == 1
        }
        // LIMIT: a pipelined head is not at hand. A length is safe by then (hyper refuses
        // differing ones); chunks could hide a length, and nobody pipelines those.
        None => !is_chunked,
    }
}

fn headers_oddity(headers: &HeaderMap) -> Oddity {
    headers
        .iter()
        .map(|(name, value)| header_oddity(name.as_str(), value.as_bytes()))
        .max()
        .unwrap_or(Oddity::None)
}

fn header_oddity(name: &str, value: &[u8]) -> Oddity {
    if name.contains('_') {
        let spelt = name.replace('_', "-");
        if spelt == CONTENT_LENGTH.as_str() || spelt == TRANSFER_ENCODING.as_str() {
            return Oddity::Ambiguous;
        }
    }
    let is_plain = |byte: &u8| matches!(byte, b'\t' | 0x20..=0x7e);
    if value.iter().all(is_plain) { Oddity::None } else { Oddity::Acceptable }
}

/// A body where none is expected.
fn body_oddity(parts: &Parts) -> Oddity {
    if !matches!(parts.method, Method::GET | Method::HEAD) || parts.version == Version::HTTP_2 {
        return Oddity::None;
    }
    match parts.headers.get(CONTENT_LENGTH) {
        Some(length) if length.as_bytes() == b"0" => Oddity::Acceptable,
        Some(_) => Oddity::Ambiguous,
        None if parts.headers.contains_key(TRANSFER_ENCODING) => Oddity::Ambiguous,
        None => Oddity::None,
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn check(
        method: &str,
        headers: &[(&str, &[u8])],
        framing: (usize, usize),
        wanted: [Verdict; 2],
    ) {
        let mut request = Request::builder().method(method).uri("/").header("host", "a");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a valid request").into_parts();
        let (content_lengths, transfer_encodings) = framing;
        let framing = Framing { content_lengths, transfer_encodings };
        let modes = [DesyncMitigationMode::Defensive, DesyncMitigationMode::Strictest];
        let verdicts = modes.map(|mode| screen(&parts, mode, || Some(framing)));
        assert_eq!(verdicts, wanted, "{method} {headers:?}");
    }

    #[test]
    fn requests_are_classed_as_documented() {
        use Verdict::{Pass, PassAndClose, Refuse};
        check("GET", &[], (0, 0), [Pass, Pass]);
        check("POST", &[("content-length", b"3")], (1, 0), [Pass, Pass]);
        check("POST", &[("content-length", b"3")], (2, 0), [Refuse, Refuse]);
        check("POST", &[("transfer-encoding", b"chunked")], (0, 1), [Pass, Pass]);
        check("POST", &[("transfer-encoding", b"chunked")], (1, 1), [Refuse, Refuse]);
        check("POST", &[("transfer-encoding", b"gzip, chunked")], (0, 1), [Refuse, Refuse]);
        check("GET", &[("content-length", b"0")], (1, 0), [Pass, Refuse]);
        check("GET", &[("content-length", b"3")], (1, 0), [PassAndClose, Refuse]);
        check("POST", &[("content_length", b"3")], (0, 0), [PassAndClose, Refuse]);
        check("GET", &[("x-name", b"caf\xc3\xa9")], (0, 0), [Pass, Refuse]);
        check("GET", &[("host", b"b")], (0, 0), [Refuse, Refuse]);
    }
}
