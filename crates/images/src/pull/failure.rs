//! What a registry's refusal means to whoever asked.
//!
//! INVARIANT: no address of a request is repeated, since redirected ones carry signatures, and no
//! text of a registry beyond a line.

use std::error::Error;
use std::io;

use oci_client::errors::{DigestError, OciDistributionError, OciErrorCode};

use crate::digest::Digest;
use crate::error::{ImageError, PullError};
use crate::reference::ImageReference;

/// Longest text of a registry that an error repeats.
const REASON_CHARACTERS_MAX: usize = 200;

pub(super) struct Failure<'a> {
    pub(super) reference: &'a ImageReference,
}

impl Failure<'_> {
    pub(super) fn of(&self, error: OciDistributionError) -> PullError {
        use OciDistributionError as E;
        match error {
            E::ImageManifestNotFoundError(_) => self.not_found(),
            E::UnauthorizedError { .. } => self.unauthorized("authentication required"),
            E::AuthenticationFailure(reason) => self.unauthorized(&reason),
            E::RegistryError { envelope, .. } => match envelope.errors.first() {
                Some(first) => self.of_code(&first.code, &first.message),
                None => self.registry("it refused without a reason"),
            },
            E::ServerError { code, message, .. } => self.of_status(code, &message),
            E::DigestError(error) => self.of_digest(&error),
            E::RequestError(error) => {
                let is_reach = error.is_connect() || error.is_timeout() || error.is_request();
                let reason = chain(&error.without_url());
                if is_reach { self.unreachable(&reason) } else { self.registry(&reason) }
            }
            E::IoError(error) => self.of_io(&error),
            other => self.registry(&other.to_string()),
        }
    }

    /// An error in the middle of a blob.
    pub(super) fn of_io(&self, error: &io::Error) -> PullError {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<DigestError>()) {
            Some(error) => self.of_digest(error),
            None => self.unreachable(&format!("the transfer broke off: {}", chain_below(error))),
        }
    }

    fn of_digest(&self, error: &DigestError) -> PullError {
        let DigestError::VerificationError { expected, actual } = error else {
            return self.registry(&error.to_string());
        };
        match (Digest::parse(expected), Digest::parse(actual)) {
            (Some(expected), Some(actual)) => {
                let what = "what the registry sent".to_owned();
                ImageError::BadDigest { what, expected, actual }.into()
            }
            _ => self.registry(&error.to_string()),
        }
    }

    fn of_code(&self, code: &OciErrorCode, message: &str) -> PullError {
        use OciErrorCode as C;
        match code {
            C::ManifestUnknown
            | C::NameUnknown
            | C::NotFound
            | C::BlobUnknown
            | C::ManifestBlobUnknown => self.not_found(),
            C::Unauthorized => self.unauthorized(message),
            C::Denied => self.denied(message),
            C::Toomanyrequests => self.rate_limited(message),
            other => self.registry(&format!("{other:?}: {message}")),
        }
    }

    fn of_status(&self, status: u16, message: &str) -> PullError {
        match status {
            401 => self.unauthorized(message),
            403 => self.denied(message),
            404 => self.not_found(),
            429 => self.rate_limited(message),
            _ => self.registry(&format!("status {status}: {message}")),
        }
    }

    fn not_found(&self) -> PullError {
        PullError::NotFound { reference: self.reference.to_string() }
    }

    fn denied(&self, reason: &str) -> PullError {
        PullError::Denied { reference: self.reference.to_string(), reason: line(reason) }
    }

    fn unauthorized(&self, reason: &str) -> PullError {
        PullError::Unauthorized { registry: self.name(), reason: line(reason) }
    }

    fn unreachable(&self, reason: &str) -> PullError {
        PullError::Unreachable { registry: self.name(), reason: line(reason) }
    }

    fn rate_limited(&self, reason: &str) -> PullError {
        PullError::RateLimited { registry: self.name(), reason: line(reason) }
    }

    fn registry(&self, reason: &str) -> PullError {
        PullError::Registry { registry: self.name(), reason: line(reason) }
    }

    fn name(&self) -> String {
        self.reference.registry().to_owned()
    }
}

/// The error and its causes, the last of which is the one that helps.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// The chain of a transfer's error without its outermost text, which names the address.
fn chain_below(error: &io::Error) -> String {
    let cause = error.get_ref().and_then(|inner| inner.source());
    cause.map_or_else(|| "no reason is known".to_owned(), chain)
}

fn line(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(REASON_CHARACTERS_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use oci_client::errors::{OciEnvelope, OciError};

    use super::*;

    fn check(error: OciDistributionError, expected: &Expect) {
        let reference = ImageReference::parse("registry.test/web:1").expect("valid");
        expected.assert_eq(&Failure { reference: &reference }.of(error).to_string());
    }

    fn envelope(code: OciErrorCode) -> OciDistributionError {
        let message = "because\nof this".to_owned();
        let error = OciError { code, message, detail: serde_json::Value::Null };
        let url = "https://registry.test/secret?signature=1".to_owned();
        OciDistributionError::RegistryError { envelope: OciEnvelope { errors: vec![error] }, url }
    }

    fn status(code: u16) -> OciDistributionError {
        let url = "https://registry.test/secret?signature=1".to_owned();
        OciDistributionError::ServerError { code, url, message: "x".repeat(1000) }
    }

    #[test]
    fn refusals_are_told_apart() {
        check(envelope(OciErrorCode::ManifestUnknown), &expect!["`registry.test/web:1` not found"]);
        check(
            envelope(OciErrorCode::Denied),
            &expect!["pull access denied for `registry.test/web:1`: because of this"],
        );
        check(
            envelope(OciErrorCode::Unauthorized),
            &expect!["registry `registry.test` did not authorize the pull: because of this"],
        );
        check(
            envelope(OciErrorCode::Toomanyrequests),
            &expect!["registry `registry.test` limits the rate of requests: because of this"],
        );
        check(status(404), &expect!["`registry.test/web:1` not found"]);
        let long = Failure { reference: &ImageReference::parse("a").expect("valid") }
            .of(status(503))
            .to_string();
        assert!(long.len() < 300 && long.contains("status 503"), "{long}");
    }
}
