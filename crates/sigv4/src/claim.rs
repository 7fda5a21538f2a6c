//! What a request claims about its signature, read but not yet believed.
//!
//! The claim names the access key, so that the caller can find its secret, and
//! the scope, so that the caller can tell the region and the service.
//!
//! INVARIANT: a claim that was read has every part present and well formed;
//! nothing in it has been verified.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::amz_date::AmzDate;
use crate::canonical::{SIGNATURE_PARAMETER, query_pairs};
use crate::error::Error;
use crate::request::{Request, pieces};
use crate::{ALGORITHM, EXPIRES_SECONDS_MAX, TERMINATOR};

/// A signature and what it says about itself.
#[derive(Clone)]
pub struct Claim<'a> {
    /// INVARIANT: `key/day/region/service/aws4_request`, no part empty.
    pub(crate) credential: Cow<'a, str>,
    pub(crate) signed_headers: Cow<'a, str>,
    pub(crate) signature: Cow<'a, str>,
    pub(crate) signed_at: AmzDate,
    /// Only a presigned query has a life of its own.
    pub(crate) expires_seconds: Option<u32>,
    session_token: Option<Cow<'a, str>>,
}

impl<'a> Claim<'a> {
    /// Reads the `Authorization` header, or else the presigned query.
    pub fn read(request: &Request<'a>) -> Result<Claim<'a>, Error> {
        let mut headers = request.headers.all("authorization");
        match (headers.next(), headers.next()) {
            (None, _) => read_query(request),
            (Some(header), None) => read_header(request, header),
            (Some(_), Some(_)) => Err(incomplete("Only one Authorization header is allowed.")),
        }
    }

    pub fn access_key_id(&self) -> &str {
        self.part(0)
    }

    pub fn day(&self) -> &str {
        self.part(1)
    }

    pub fn region(&self) -> &str {
        self.part(2)
    }

    /// The service's signing name, such as `ecs` or `elasticloadbalancing`.
    pub fn service(&self) -> &str {
        self.part(3)
    }

    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    pub fn signed_at(&self) -> AmzDate {
        self.signed_at
    }

    pub fn is_presigned(&self) -> bool {
        self.expires_seconds.is_some()
    }

    /// The credential without its key: `day/region/service/aws4_request`.
    pub(crate) fn scope(&self) -> &str {
        self.credential.split_once('/').map_or("", |(_, scope)| scope)
    }

    fn part(&self, index: usize) -> &str {
        pieces(&self.credential, b'/').nth(index).expect("a claim's credential has five parts")
    }
}

/// Whom and what a request names, of which nothing else may be well formed.
///
/// For choosing the protocol of a refusal, and for serving without signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub access_key_id: String,
    pub region: String,
    pub service: String,
}

impl Hint {
    pub fn read(request: &Request<'_>) -> Option<Hint> {
        let credential = match request.headers.first("authorization") {
            Some(header) => {
                let (_, start) = header.split_once("Credential=")?;
                let end = start.find([',', ' ']).unwrap_or(start.len());
                Cow::Borrowed(&start[..end])
            }
            None => PresignedQuery::read(request.query).ok()?.parts.credential?,
        };
        let parts: Vec<&str> = credential.split('/').collect();
        let [access_key_id, _, region, service, _] = parts[..] else { return None };
        let is_plain = !access_key_id.is_empty() && is_scope_name(region) && is_scope_name(service);
        let [access_key_id, region, service] = [access_key_id, region, service].map(str::to_owned);
        is_plain.then_some(Hint { access_key_id, region, service })
    }
}

/// Neither the signature nor the session token.
impl std::fmt::Debug for Claim<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Claim")
            .field("credential", &self.credential)
            .field("signed_at", &self.signed_at)
            .finish_non_exhaustive()
    }
}

/// The three parts that both forms carry, as found.
#[derive(Default)]
struct Parts<'a> {
    credential: Option<Cow<'a, str>>,
    signed_headers: Option<Cow<'a, str>>,
    signature: Option<Cow<'a, str>>,
}

fn read_header<'a>(request: &Request<'a>, header: &'a [u8]) -> Result<Claim<'a>, Error> {
    let text =
        std::str::from_utf8(header).map_err(|_| incomplete("Authorization header is not text."))?;
    let (algorithm, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    if algorithm != ALGORITHM {
        return Err(incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'.")));
    }
    let mut parts = Parts::default();
    for pair in rest.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(incomplete(format!(
                "Invalid key=value pair (missing equal-sign) in Authorization header \
                 (hashed with SHA-256 and encoded with Base64): '{}'.",
                digest(text)
            )));
        };
        parts.set(name, Cow::Borrowed(value));
    }
    let signed_at = header_date(request)?;
    let missing = parts.missing_in_header(signed_at);
    let (
        Parts {
            credential: Some(credential),
            signed_headers: Some(signed_headers),
            signature: Some(signature),
        },
        Some(signed_at),
    ) = (parts, signed_at)
    else {
        return Err(incomplete(format!(
            "{missing}(Hashed with SHA-256 and encoded with Base64) Authorization={}",
            digest(text)
        )));
    };
    let session_token = request.headers.first("x-amz-security-token").map(Cow::Borrowed);
    let expires_seconds = None;
    check_credential(&credential)?;
    Ok(Claim { credential, signed_headers, signature, signed_at, expires_seconds, session_token })
}

impl<'a> Parts<'a> {
    fn set(&mut self, name: &str, value: Cow<'a, str>) {
        let slot = match name {
            "Credential" => &mut self.credential,
            "SignedHeaders" => &mut self.signed_headers,
            "Signature" => &mut self.signature,
            _ => return,
        };
        *slot = Some(value);
    }

    /// COMPAT: AWS lists every missing part, a sentence each, in this order.
    fn missing_in_header(&self, signed_at: Option<AmzDate>) -> String {
        let mut sentences = String::new();
        for (name, is_present) in [
            ("Credential", self.credential.is_some()),
            ("Signature", self.signature.is_some()),
            ("SignedHeaders", self.signed_headers.is_some()),
        ] {
            if !is_present {
                sentences.push_str("Authorization header requires '");
                sentences.push_str(name);
                sentences.push_str("' parameter. ");
            }
        }
        if signed_at.is_none() {
            sentences.push_str(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' \
                 header. ",
            );
        }
        sentences
    }
}

/// `X-Amz-Date`, or `Date` where the client could not set the former.
fn header_date(request: &Request<'_>) -> Result<Option<AmzDate>, Error> {
    let (text, date) = match (request.headers.first("x-amz-date"), request.headers.first("date")) {
        (Some(text), _) => (text, AmzDate::parse(text)),
        (None, Some(text)) => {
            (text, AmzDate::parse(text).or_else(|| AmzDate::parse_http_date(text)))
        }
        (None, None) => return Ok(None),
    };
    date.map(Some).ok_or_else(|| bad_date(text))
}

fn read_query<'a>(request: &Request<'a>) -> Result<Claim<'a>, Error> {
    let query = PresignedQuery::read(request.query)?;
    let Some(algorithm) = &query.algorithm else {
        return Err(if query.is_absent() {
            Error::MissingAuthenticationToken
        } else {
            query.missing()
        });
    };
    if algorithm != ALGORITHM {
        return Err(incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'.")));
    }
    let missing = query.missing();
    let PresignedQuery {
        parts:
            Parts {
                credential: Some(credential),
                signed_headers: Some(signed_headers),
                signature: Some(signature),
            },
        date: Some(date),
        expires: Some(expires),
        session_token,
        ..
    } = query
    else {
        return Err(missing);
    };
    let signed_at = AmzDate::parse(&date).ok_or_else(|| bad_date(&date))?;
    let expires_seconds = Some(read_expires(&expires)?);
    check_credential(&credential)?;
    Ok(Claim { credential, signed_headers, signature, signed_at, expires_seconds, session_token })
}

#[derive(Default)]
struct PresignedQuery<'a> {
    algorithm: Option<Cow<'a, str>>,
    parts: Parts<'a>,
    date: Option<Cow<'a, str>>,
    expires: Option<Cow<'a, str>>,
    session_token: Option<Cow<'a, str>>,
}

impl<'a> PresignedQuery<'a> {
    fn read(text: &'a str) -> Result<PresignedQuery<'a>, Error> {
        let mut query = PresignedQuery::default();
        if !text.contains("X-Amz-") {
            return Ok(query);
        }
        for (name, value) in query_pairs(text) {
            let slot = match name.as_ref() {
                b"X-Amz-Algorithm" => &mut query.algorithm,
                b"X-Amz-Credential" => &mut query.parts.credential,
                b"X-Amz-SignedHeaders" => &mut query.parts.signed_headers,
                name if name == SIGNATURE_PARAMETER.as_bytes() => &mut query.parts.signature,
                b"X-Amz-Date" => &mut query.date,
                b"X-Amz-Expires" => &mut query.expires,
                b"X-Amz-Security-Token" => &mut query.session_token,
                _ => continue,
            };
            if slot.is_some() {
                let name = String::from_utf8_lossy(&name);
                return Err(incomplete(format!("Query parameter '{name}' is given twice.")));
            }
            *slot = Some(to_text(value)?);
        }
        Ok(query)
    }

    fn is_absent(&self) -> bool {
        self.parts.credential.is_none() && self.parts.signature.is_none()
    }

    /// COMPAT: AWS lists every missing parameter, a sentence each.
    fn missing(&self) -> Error {
        let mut sentences = String::new();
        for (name, is_present) in [
            ("X-Amz-Algorithm", self.algorithm.is_some()),
            ("X-Amz-Credential", self.parts.credential.is_some()),
            ("X-Amz-Signature", self.parts.signature.is_some()),
            ("X-Amz-SignedHeaders", self.parts.signed_headers.is_some()),
            ("X-Amz-Date", self.date.is_some()),
            ("X-Amz-Expires", self.expires.is_some()),
        ] {
            if !is_present {
                sentences.push_str("AWS query-string parameters must include '");
                sentences.push_str(name);
                sentences.push_str("'. ");
            }
        }
        incomplete(sentences + "Re-examine the query-string parameters.")
    }
}

fn to_text(value: Cow<'_, [u8]>) -> Result<Cow<'_, str>, Error> {
    let text = match value {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    };
    text.ok_or_else(|| incomplete("AWS query-string parameters must be UTF-8."))
}

fn read_expires(text: &str) -> Result<u32, Error> {
    let seconds = text.parse::<u32>().ok().filter(|_| !text.starts_with('+'));
    match seconds {
        Some(seconds @ 1..=EXPIRES_SECONDS_MAX) => Ok(seconds),
        Some(_) | None => Err(Error::ExpiresOutOfRange),
    }
}

fn check_credential(credential: &str) -> Result<(), Error> {
    let parts: Vec<&str> = credential.split('/').collect();
    let [key, _, region, service, terminator] = parts[..] else {
        return Err(incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term, got '{credential}'."
        )));
    };
    if terminator != TERMINATOR {
        return Err(Error::ScopeTerminator(terminator.to_owned()));
    }
    if key.is_empty() || parts[1].is_empty() {
        return Err(incomplete(format!("Credential has an empty element, got '{credential}'.")));
    }
    if !is_scope_name(region) {
        return Err(Error::ScopeRegion(region.to_owned()));
    }
    if !is_scope_name(service) {
        return Err(incomplete(format!("Credential names no service, got '{credential}'.")));
    }
    Ok(())
}

/// Regions and services end up in ARNs and keys of records, so nothing but
/// what AWS's own names are made of comes further than here.
fn is_scope_name(name: &str) -> bool {
    (1..=SCOPE_NAME_BYTES_MAX).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// LIMIT: longer than any name of a region or service.
const SCOPE_NAME_BYTES_MAX: usize = 64;

fn incomplete(message: impl Into<String>) -> Error {
    Error::IncompleteSignature(message.into())
}

fn bad_date(text: &str) -> Error {
    incomplete(format!(
        "Date must be in ISO-8601 'basic format'. Got '{text}'. \
         See http://en.wikipedia.org/wiki/ISO_8601"
    ))
}

/// A header that did not parse may hold a signature: AWS shows its hash only.
fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}
