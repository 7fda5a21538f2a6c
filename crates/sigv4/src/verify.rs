//! Decides whether a request was signed with the secret of the key it names.
//!
//! INVARIANT: every check that needs no secret comes before the signature, and
//! the signature is compared in constant time.

use subtle::ConstantTimeEq;

use crate::amz_date::AmzDate;
use crate::canonical::{Form, PathRule, canonical_request, string_to_sign};
use crate::claim::Claim;
use crate::error::Error;
use crate::key::{KeyCache, KeyScope, SecretKey, SigningKey};
use crate::request::{Request, hex, pieces};
use crate::{CLOCK_SKEW_SECONDS_MAX, UNSIGNED_PAYLOAD};

/// Verifies signatures, keeping the keys it derived.
#[expect(missing_debug_implementations, reason = "it holds keys")]
pub struct Verifier {
    keys: KeyCache,
}

/// What the request has to be signed for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub now: AmzDate,
    /// The signing name of the service that the request is routed to.
    pub service: &'a str,
    /// Set where only one region is served.
    pub region: Option<&'a str>,
    pub path: PathRule,
    pub payload: PayloadRule,
}

/// Which stand-ins for the body's hash the service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadRule {
    /// The body's own hash, nothing else.
    Signed,
    /// `UNSIGNED-PAYLOAD` too, which is also what a presigned query means.
    UnsignedAllowed,
}

impl<'a> Expected<'a> {
    /// The rules of `service`, whichever region is named.
    pub fn of(service: &'a str, now: AmzDate) -> Expected<'a> {
        let (path, payload) = match service {
            "s3" => (PathRule::Verbatim, PayloadRule::UnsignedAllowed),
            _ => (PathRule::Normalized, PayloadRule::Signed),
        };
        Expected { now, service, region: None, path, payload }
    }
}

impl Verifier {
    pub fn new() -> Verifier {
        Verifier { keys: KeyCache::new() }
    }

    /// Believes `claim`, or says why not.
    pub fn verify(
        &self,
        request: &Request<'_>,
        claim: &Claim<'_>,
        secret: &SecretKey,
        expected: &Expected<'_>,
    ) -> Result<(), Error> {
        check_claim(request, claim, expected)?;
        let payload = payload_text(request, claim, expected.payload)?;
        let form =
            Form { signed_headers: &claim.signed_headers, payload: &payload, path: expected.path };
        let text =
            string_to_sign(&canonical_request(request, form), claim.signed_at, claim.scope());
        let cached = self.keys.get(&claim.credential, secret);
        let key = cached.clone().unwrap_or_else(|| SigningKey::derive(secret, key_scope(claim)));
        let computed = hex(&key.sign(text.as_bytes()));
        if !bool::from(computed.as_bytes().ct_eq(claim.signature.as_bytes())) {
            return Err(Error::SignatureMismatch);
        }
        if cached.is_none() {
            self.keys.put(&claim.credential, secret, key);
        }
        Ok(())
    }
}

impl Default for Verifier {
    fn default() -> Verifier {
        Verifier::new()
    }
}

/// What needs neither the secret nor the body: scope, time, and which headers are signed.
///
/// For whoever has the signature itself verified elsewhere.
pub fn check_claim(
    request: &Request<'_>,
    claim: &Claim<'_>,
    expected: &Expected<'_>,
) -> Result<(), Error> {
    check_scope(claim, expected)?;
    check_time(claim, expected.now)?;
    check_signed_headers(request, claim)
}

fn key_scope<'a>(claim: &'a Claim<'_>) -> KeyScope<'a> {
    KeyScope { day: claim.day(), region: claim.region(), service: claim.service() }
}

fn check_scope(claim: &Claim<'_>, expected: &Expected<'_>) -> Result<(), Error> {
    if claim.day() != claim.signed_at.day() {
        let (day, signed_at) = (claim.day().to_owned(), claim.signed_at);
        return Err(Error::ScopeDay { day, signed_at });
    }
    if claim.service() != expected.service {
        return Err(Error::ScopeService(expected.service.to_owned()));
    }
    match expected.region {
        Some(region) if region != claim.region() => {
            Err(Error::ScopeRegion(claim.region().to_owned()))
        }
        Some(_) | None => Ok(()),
    }
}

fn check_time(claim: &Claim<'_>, now: AmzDate) -> Result<(), Error> {
    let signed_at = claim.signed_at;
    let minutes = CLOCK_SKEW_SECONDS_MAX / 60;
    let latest = now.plus_secs(CLOCK_SKEW_SECONDS_MAX);
    if signed_at > latest {
        return Err(Error::SignatureNotYetCurrent { signed_at, latest, now, minutes });
    }
    if let Some(seconds) = claim.expires_seconds {
        let earliest = now.plus_secs(-i64::from(seconds));
        return if signed_at < earliest {
            Err(Error::PresignedExpired { signed_at, earliest, now, seconds })
        } else {
            Ok(())
        };
    }
    let earliest = now.plus_secs(-CLOCK_SKEW_SECONDS_MAX);
    if signed_at < earliest {
        return Err(Error::SignatureExpired { signed_at, earliest, now, minutes });
    }
    Ok(())
}

/// `host` and every `x-amz-*` header must be signed, or anyone on the way could
/// send the request elsewhere or to another operation.
///
/// COMPAT: AWS documents this for all services, but some of them overlook an
/// unsigned `x-amz-*` header. No SDK leaves one out.
fn check_signed_headers(request: &Request<'_>, claim: &Claim<'_>) -> Result<(), Error> {
    let signed: Vec<&str> = pieces(&claim.signed_headers, b';').collect();
    if !signed.contains(&"host") {
        return Err(Error::HeaderNotSigned("Host' or ':authority".to_owned()));
    }
    for name in request.headers.names().filter(|name| is_amz(name)) {
        if !signed.iter().any(|signed| signed.eq_ignore_ascii_case(name)) {
            return Err(Error::HeaderNotSigned(name.to_owned()));
        }
    }
    let is_canonical = signed.is_sorted_by(|left, right| left < right)
        && !claim.signed_headers.bytes().any(|byte| byte.is_ascii_uppercase())
        && signed.iter().all(|name| request.headers.all(name).next().is_some());
    if is_canonical { Ok(()) } else { Err(Error::SignatureMismatch) }
}

fn is_amz(name: &str) -> bool {
    const PREFIX: &[u8] = b"x-amz-";
    name.as_bytes().get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// The payload line of the canonical request, once it agrees with the body.
fn payload_text(
    request: &Request<'_>,
    claim: &Claim<'_>,
    rule: PayloadRule,
) -> Result<String, Error> {
    let computed = request.body_hash.hex();
    let mut stated = request.headers.all("x-amz-content-sha256");
    match (stated.next(), rule) {
        (None, PayloadRule::UnsignedAllowed) if claim.is_presigned() => {
            Ok(UNSIGNED_PAYLOAD.to_owned())
        }
        (None, _) => Ok(computed),
        (Some(stated), _) if stated == computed.as_bytes() => Ok(computed),
        (Some(stated), PayloadRule::UnsignedAllowed) => {
            if stated == UNSIGNED_PAYLOAD.as_bytes() {
                Ok(UNSIGNED_PAYLOAD.to_owned())
            } else if stated.starts_with(b"STREAMING-") {
                let form = String::from_utf8_lossy(stated).into_owned();
                Err(Error::PayloadNotImplemented(form))
            } else {
                Err(Error::PayloadMismatch)
            }
        }
        // COMPAT: other services hash the body themselves and never read this
        // header, so that to them it is one more signature that does not match.
        (Some(_), PayloadRule::Signed) => Err(Error::SignatureMismatch),
    }
}
