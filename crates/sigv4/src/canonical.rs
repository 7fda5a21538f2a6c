//! The canonical request and the string to sign: one text for one request.
//!
//! Client and server each build this text; the signature is an HMAC of it. All
//! that proxies and libraries may rewrite without changing the meaning (order of
//! the query, percent-encoding, blanks in headers) is brought to one form.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::ALGORITHM;
use crate::amz_date::AmzDate;
use crate::request::{Request, hex, pieces};

/// The choices that the request itself does not show.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// Lower-case names, sorted, joined by `;`.
    pub signed_headers: &'a str,
    /// The body's hash in hexadecimal, or what stands for it.
    pub payload: &'a str,
    pub path: PathRule,
}

/// How the path is brought to its canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathRule {
    /// Dot segments and doubled slashes removed, then encoded once more.
    Normalized,
    /// Encoded once, as sent. S3's keys may contain anything, even `//` or `..`.
    Verbatim,
}

/// Writes the canonical request. A signed header that is absent leaves no line.
pub fn canonical_request(request: &Request<'_>, form: Form<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(CANONICAL_BYTES_USUAL);
    text.extend_from_slice(request.method.as_bytes());
    text.push(b'\n');
    write_path(&mut text, request.path, form.path);
    text.push(b'\n');
    write_query(&mut text, request.query);
    text.push(b'\n');
    for name in pieces(form.signed_headers, b';') {
        write_header(&mut text, request, name);
    }
    text.push(b'\n');
    text.extend_from_slice(form.signed_headers.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(form.payload.as_bytes());
    text
}

/// `scope` is `day/region/service/aws4_request`.
pub fn string_to_sign(canonical: &[u8], signed_at: AmzDate, scope: &str) -> String {
    format!("{ALGORITHM}\n{signed_at}\n{scope}\n{}", hex(&Sha256::digest(canonical)))
}

/// Enough for the usual API call without growing.
const CANONICAL_BYTES_USUAL: usize = 1024;

/// The one query parameter that is never signed: the signature itself.
pub(crate) const SIGNATURE_PARAMETER: &str = "X-Amz-Signature";

fn write_path(text: &mut Vec<u8>, path: &str, rule: PathRule) {
    match rule {
        PathRule::Normalized => write_path_normalized(text, path),
        PathRule::Verbatim if path.is_empty() => text.push(b'/'),
        PathRule::Verbatim => write_path_verbatim(text, path),
    }
}

fn write_path_normalized(text: &mut Vec<u8>, path: &str) {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    for segment in &segments {
        text.push(b'/');
        write_encoded(text, segment.as_bytes());
    }
    let ends_in_slash = path.rsplit('/').next().is_some_and(str::is_empty);
    if segments.is_empty() || ends_in_slash {
        text.push(b'/');
    }
}

/// Slashes stay slashes and `%2F` stays `%2F`; any other byte is decoded and
/// encoded again, so that clients may differ in what they encode.
fn write_path_verbatim(text: &mut Vec<u8>, path: &str) {
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            text.push(b'/');
        }
        write_encoded(text, &decode(segment, Plus::Literal));
    }
}

fn write_query(text: &mut Vec<u8>, query: &str) {
    if query.is_empty() {
        return;
    }
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = query_pairs(query)
        .filter(|(name, _)| name.as_ref() != SIGNATURE_PARAMETER.as_bytes())
        .map(|(name, value)| (encoded(&name), encoded(&value)))
        .collect();
    pairs.sort();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            text.push(b'&');
        }
        text.extend_from_slice(name);
        text.push(b'=');
        text.extend_from_slice(value);
    }
}

/// The decoded names and values of a query, in order. A `+` is a blank, as it
/// is to whoever reads the parameters afterwards: both must see the same thing.
pub(crate) fn query_pairs(query: &str) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name, Plus::Blank), decode(value, Plus::Blank))
    })
}

/// `name:value,value\n`, each value trimmed and its runs of blanks made one.
fn write_header(text: &mut Vec<u8>, request: &Request<'_>, name: &str) {
    let mut separator = None;
    for value in request.headers.all(name) {
        match separator {
            None => {
                text.extend_from_slice(name.as_bytes());
                text.push(b':');
            }
            Some(comma) => text.push(comma),
        }
        separator = Some(b',');
        write_trimmed(text, value);
    }
    if separator.is_some() {
        text.push(b'\n');
    }
}

fn write_trimmed(text: &mut Vec<u8>, value: &[u8]) {
    let value = value.trim_ascii();
    let mut before = b' ';
    let is_as_it_is_to_be = value.iter().all(|&byte| {
        let fits = !byte.is_ascii_whitespace() || (byte == b' ' && before != b' ');
        before = byte;
        fits
    });
    // Most values are.
    if is_as_it_is_to_be {
        text.extend_from_slice(value);
        return;
    }
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            text.push(b' ');
        }
        text.extend_from_slice(word);
    }
}

#[derive(Clone, Copy)]
enum Plus {
    Blank,
    Literal,
}

/// Percent-decodes; what is not a valid triplet stays as it is.
fn decode(text: &str, plus: Plus) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(bytes);
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let triplet = if byte == b'%' { hex_pair(after) } else { None };
        match (byte, plus, triplet) {
            (_, _, Some(value)) => {
                decoded.push(value);
                rest = &after[2..];
            }
            (b'+', Plus::Blank, None) => decoded.push(b' '),
            (other, _, None) => decoded.push(other),
        }
    }
    Cow::Owned(decoded)
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(*bytes.first()?)? * 16 + digit(*bytes.get(1)?)?;
    u8::try_from(value).ok()
}

pub(crate) fn encoded(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    write_encoded(&mut text, bytes);
    text
}

fn write_encoded(text: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(byte);
        } else {
            let triplet = [b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            text.extend_from_slice(&triplet);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_path(path: &str, rule: PathRule, expected: &str) {
        let mut text = Vec::new();
        write_path(&mut text, path, rule);
        assert_eq!(String::from_utf8_lossy(&text), expected, "{path}");
    }

    #[test]
    fn normalizes_a_path() {
        for (path, expected) in [
            ("", "/"),
            ("/", "/"),
            ("/a/./b/../c", "/a/c"),
            ("/../../a/", "/a/"),
            ("/a/..", "/"),
            ("/a%20b", "/a%2520b"),
            ("/v1/a:b", "/v1/a%3Ab"),
        ] {
            check_path(path, PathRule::Normalized, expected);
        }
    }

    #[test]
    fn keeps_a_path_verbatim() {
        for (path, expected) in [
            ("", "/"),
            ("//a/../b", "//a/../b"),
            ("/a%20b", "/a%20b"),
            ("/a%2Fb", "/a%2Fb"),
            ("/a+b%2b", "/a%2Bb%2B"),
            ("/%7euser/%zz", "/~user/%25zz"),
        ] {
            check_path(path, PathRule::Verbatim, expected);
        }
    }

    #[test]
    fn trims_a_value_and_makes_runs_of_blanks_one() {
        for (value, expected) in [
            ("", ""),
            ("a", "a"),
            (" a b  ", "a b"),
            ("a  b", "a b"),
            ("a\tb", "a b"),
            ("a \t b\t", "a b"),
            ("\"a   b\"", "\"a b\""),
        ] {
            let mut text = Vec::new();
            write_trimmed(&mut text, value.as_bytes());
            assert_eq!(String::from_utf8_lossy(&text), expected, "{value:?}");
        }
    }

    #[track_caller]
    fn check_query(query: &str, expected: &str) {
        let mut text = Vec::new();
        write_query(&mut text, query);
        assert_eq!(String::from_utf8_lossy(&text), expected, "{query}");
    }

    #[test]
    fn sorts_and_encodes_a_query() {
        check_query("b=2&a=1", "a=1&b=2");
        check_query("a=2&a=1", "a=1&a=2");
        check_query("a&&b=", "a=&b=");
        check_query("a=b=c", "a=b%3Dc");
        check_query("a=b+c&d=%2b", "a=b%20c&d=%2B");
        check_query("a=%2", "a=%252");
        check_query("X-Amz-Signature=00&a=1", "a=1");
    }
}
