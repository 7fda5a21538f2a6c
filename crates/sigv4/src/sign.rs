//! The client's half: signs a request by headers or by a presigned query.

use crate::amz_date::AmzDate;
use crate::canonical::{Form, PathRule, canonical_request, encoded, string_to_sign};
use crate::key::{KeyScope, SecretKey, SigningKey};
use crate::request::{Headers, Request, hex};
use crate::{ALGORITHM, TERMINATOR};

/// Who signs.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct Credentials<'a> {
    pub access_key_id: &'a str,
    pub secret: &'a SecretKey,
    pub session_token: Option<&'a str>,
}

/// Who signs, when, and for what.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct Signing<'a> {
    pub credentials: Credentials<'a>,
    pub region: &'a str,
    pub service: &'a str,
    pub now: AmzDate,
    pub path: PathRule,
}

/// The headers to add to `request`, which must have its `host` already.
pub fn sign(request: &Request<'_>, signing: &Signing<'_>) -> Vec<(&'static str, String)> {
    let mut added = vec![("x-amz-date", signing.now.to_string())];
    if let Some(token) = signing.credentials.session_token {
        added.push(("x-amz-security-token", token.to_owned()));
    }
    let mut headers = request.headers.0.to_vec();
    headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
    let complete = Request { headers: Headers(&headers), ..*request };
    let signed_headers = signed_headers(complete.headers);
    let signature = signature(&complete, &signed_headers, signing);
    let authorization = format!(
        "{ALGORITHM} Credential={}, SignedHeaders={signed_headers}, Signature={signature}",
        signing.credential()
    );
    added.push(("authorization", authorization));
    added
}

/// The whole query of a URL that is good for `expires_seconds`.
pub fn presign(request: &Request<'_>, signing: &Signing<'_>, expires_seconds: u32) -> String {
    let signed_headers = signed_headers(request.headers);
    let mut query = request.query.to_owned();
    let mut add = |name: &str, value: &str| {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        let value = encoded(value.as_bytes());
        query.push_str(std::str::from_utf8(&value).expect("percent-encoding gives ASCII"));
    };
    add("X-Amz-Algorithm", ALGORITHM);
    add("X-Amz-Credential", &signing.credential());
    add("X-Amz-Date", &signing.now.to_string());
    add("X-Amz-SignedHeaders", &signed_headers);
    add("X-Amz-Expires", &expires_seconds.to_string());
    if let Some(token) = signing.credentials.session_token {
        add("X-Amz-Security-Token", token);
    }
    let complete = Request { query: &query, ..*request };
    let signature = signature(&complete, &signed_headers, signing);
    format!("{query}&X-Amz-Signature={signature}")
}

impl Signing<'_> {
    fn scope(&self) -> String {
        format!("{}/{}/{}/{TERMINATOR}", self.now.day(), self.region, self.service)
    }

    fn credential(&self) -> String {
        format!("{}/{}", self.credentials.access_key_id, self.scope())
    }
}

fn signature(request: &Request<'_>, signed_headers: &str, signing: &Signing<'_>) -> String {
    let payload = match request.headers.first("x-amz-content-sha256") {
        Some(stated) => stated.to_owned(),
        None => request.body_hash.hex(),
    };
    let form = Form { signed_headers, payload: &payload, path: signing.path };
    let text = string_to_sign(&canonical_request(request, form), signing.now, &signing.scope());
    let day = signing.now.day();
    let scope = KeyScope { day: &day, region: signing.region, service: signing.service };
    hex(&SigningKey::derive(signing.credentials.secret, scope).sign(text.as_bytes()))
}

/// Headers that proxies and HTTP libraries change on the way.
const UNSIGNED_HEADERS: [&str; 8] = [
    "authorization",
    "connection",
    "expect",
    "te",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

fn signed_headers(headers: Headers<'_>) -> String {
    let mut names: Vec<String> = headers
        .names()
        .map(str::to_ascii_lowercase)
        .filter(|name| !UNSIGNED_HEADERS.contains(&name.as_str()))
        .collect();
    names.sort();
    names.dedup();
    names.join(";")
}
