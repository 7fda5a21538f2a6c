//! Who signed a request: found before `s3s` verifies the signature, for it asks for a secret by the
//! key alone, and a session's is in its token.
//!
//! The claim is read and checked by `sigv4` as that of any other service: its scope, its time, and
//! that `host` and each `x-amz-*` header are signed. The signature itself, and that of each chunk
//! of the body, `s3s` verifies, with the secret that is laid out here.
//!
//! INVARIANT: a request that claims a signature in any way goes on as its signer's, or not at all.

use edge::{Identity, LookupError};
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts as Head;
use model::Timestamp;
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Error, S3Result, s3_error};
use sigv4::{AmzDate, BodyHash, Claim, Error, Expected, Family, Headers, Request, check_claim};

use crate::access::parameters;
use crate::arrival::Claimed;
use crate::fault;
use crate::gate::Gate;

tokio::task_local! {
    /// Whose request this task is at.
    static SIGNER: Option<Signer>;
}

#[derive(Clone)]
struct Signer {
    access_key_id: String,
    secret: sigv4::SecretKey,
}

/// A claim, and what to verify it with.
pub(crate) struct Found {
    pub(crate) claimed: Claimed,
    signer: Option<Signer>,
}

impl Found {
    pub(crate) fn nobody() -> Found {
        Found { claimed: Claimed::Nobody, signer: None }
    }

    pub(crate) fn anyone(identity: Identity, region: String) -> Found {
        Found { claimed: Claimed::Anyone { identity, region }, signer: None }
    }

    /// Runs what verifies signatures.
    pub(crate) async fn during<T>(self, work: impl Future<Output = T>) -> T {
        SIGNER.scope(self.signer, work).await
    }
}

/// Reads whose signature a request claims to bear.
pub(crate) fn find(gate: &dyn Gate, head: &Head, now: Timestamp) -> S3Result<Found> {
    let parameters = parameters(&head.uri);
    let has = |name: &str| parameters.iter().any(|(one, _)| one == name);
    let header = head.headers.get(AUTHORIZATION);
    if header.is_some_and(|value| value.as_bytes().starts_with(b"AWS ")) {
        return Err(fault::invalid_request(
            "The authorization mechanism you have provided is not supported. Please use \
             AWS4-HMAC-SHA256.",
        ));
    }
    let is_old = has("AWSAccessKeyId") || has("Signature");
    let is_presigned = parameters.iter().any(|(name, _)| name.starts_with("X-Amz-"));
    match (header.is_some(), is_presigned && has("X-Amz-Signature"), is_old) {
        (true, false, false) => read(gate, head, now).map_err(|error| refusal(&error)),
        (false, _, false) if is_presigned => read(gate, head, now).map_err(|error| refusal(&error)),
        (false, false, false) => Ok(Found::nobody()),
        (false, false, true) => read_old(gate, &parameters, now),
        _ => Err(fault::invalid_argument(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature \
             query string parameter or the Authorization header should be specified",
        )),
    }
}

/// A presigned query of Signature Version 2.
///
/// COMPAT: "Amazon S3 update: `SigV2` deprecation period extended": it is what boto3 presigns with
/// in us-east-1 unless it is told otherwise, and what S3 takes there. In `Authorization` nobody
/// sends it any more.
fn read_old(gate: &dyn Gate, parameters: &[(String, String)], now: Timestamp) -> S3Result<Found> {
    let single = |name: &str| {
        let mut found = parameters.iter().filter(|(one, _)| one == name).map(|(_, value)| value);
        found.next().filter(|_| found.next().is_none()).map(String::as_str)
    };
    let (Some(key), Some(_), Some(_)) =
        (single("AWSAccessKeyId"), single("Signature"), single("Expires"))
    else {
        return Err(fault::access_denied(
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId \
             parameters"
                .to_owned(),
        ));
    };
    let identity = gate.identity(key, single("x-amz-security-token"), now);
    let identity = identity.map_err(|error| refusal(&unknown(error)))?;
    let signer = Signer { access_key_id: key.to_owned(), secret: identity.secret.clone() };
    // It names no region.
    let claimed = Claimed::Signer { identity, region: "us-east-1".to_owned() };
    Ok(Found { claimed, signer: Some(signer) })
}

fn unknown(error: LookupError) -> Error {
    match error {
        LookupError::Unknown => Error::UnrecognizedClient,
        LookupError::Expired => Error::ExpiredToken,
    }
}

fn read(gate: &dyn Gate, head: &Head, now: Timestamp) -> Result<Found, Error> {
    let headers = headers(head);
    let request = Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: Headers(&headers),
        body_hash: BodyHash::of(&[]),
    };
    let claim = Claim::read(&request)?;
    let key = claim.access_key_id();
    let identity = gate.identity(key, claim.session_token(), now).map_err(unknown)?;
    let today = AmzDate::from_secs(now.as_millis().div_euclid(1000));
    check_claim(&request, &claim, &Expected::of("s3", today))?;
    let signer = Signer { access_key_id: key.to_owned(), secret: identity.secret.clone() };
    let claimed = Claimed::Signer { identity, region: claim.region().to_owned() };
    Ok(Found { claimed, signer: Some(signer) })
}

/// Every header, and `host` where HTTP/2 has an authority instead.
fn headers(head: &Head) -> Vec<(&str, &[u8])> {
    let all = head.headers.iter();
    let mut headers: Vec<(&str, &[u8])> =
        all.map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    if let (None, Some(authority)) = (head.headers.get(HOST), head.uri.authority()) {
        headers.push(("host", authority.as_str().as_bytes()));
    }
    headers
}

fn refusal(error: &Error) -> S3Error {
    let fault = error.fault(Family::S3);
    fault::custom(fault.code, fault.status, fault.message)
}

/// Answers `s3s` from what was found before.
#[derive(Debug)]
pub(crate) struct Secrets;

#[async_trait::async_trait]
impl S3Auth for Secrets {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let signer = SIGNER.try_with(Clone::clone).ok().flatten();
        match signer.filter(|signer| signer.access_key_id == access_key) {
            Some(signer) => Ok(SecretKey::from(signer.secret.expose())),
            None => Err(s3_error!(
                InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records."
            )),
        }
    }
}
