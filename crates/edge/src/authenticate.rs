//! Turns a signature into a principal, or refuses.
//!
//! INVARIANT: in [`AuthMode::Verify`] no principal comes out without a verified
//! signature.

use std::sync::Arc;

use model::{Principal, Scope, Timestamp};
use sigv4::{AmzDate, Claim, Error, Expected, Hint, Request, SecretKey, Verifier};

use crate::config::{AuthMode, Config};
use crate::context::Sender;

/// Finds out who owns an access key.
pub trait Credentials: Send + Sync + 'static {
    /// The key's owner. A temporary key is found with its own token only, a
    /// lasting one without a token only.
    fn lookup(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Identity, LookupError>;
}

/// Whom a key belongs to, and what it signs with.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct Identity {
    pub principal: Arc<Principal>,
    pub secret: SecretKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    #[error("the access key is not known")]
    Unknown,
    #[error("the session has expired")]
    Expired,
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub(crate) struct Authenticated {
    pub(crate) scope: Scope,
    pub(crate) principal: Arc<Principal>,
    pub(crate) access_key_id: Option<String>,
}

/// One call to authenticate.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request<'a>,
    /// What the request names without proof; of use in [`AuthMode::Any`] only.
    pub(crate) hint: Option<&'a Hint>,
    /// The signing name of the service that it was routed to.
    pub(crate) service: &'a str,
    pub(crate) now: Timestamp,
}

pub(crate) struct Authenticator {
    credentials: Arc<dyn Credentials>,
    verifier: Verifier,
}

impl Authenticator {
    pub(crate) fn new(credentials: Arc<dyn Credentials>) -> Authenticator {
        Authenticator { credentials, verifier: Verifier::new() }
    }

    pub(crate) fn authenticate(
        &self,
        call: &Call<'_>,
        config: &Config,
    ) -> Result<Authenticated, Error> {
        match config.auth {
            AuthMode::Verify => self.verify(call),
            AuthMode::Any => Ok(root_of(call.hint, &config.default_scope)),
        }
    }

    fn verify(&self, call: &Call<'_>) -> Result<Authenticated, Error> {
        let claim = Claim::read(call.request)?;
        let key = claim.access_key_id();
        let found = self.credentials.lookup(key, claim.session_token(), call.now);
        let identity = found.map_err(|error| match error {
            LookupError::Unknown => Error::UnrecognizedClient,
            LookupError::Expired => Error::ExpiredToken,
        })?;
        let now = AmzDate::from_secs(call.now.as_millis().div_euclid(1000));
        let expected = Expected::of(call.service, now);
        self.verifier.verify(call.request, &claim, &identity.secret, &expected)?;
        Ok(Authenticated {
            scope: Scope::new(identity.principal.account.as_str(), claim.region()),
            principal: identity.principal,
            access_key_id: Some(key.to_owned()),
        })
    }
}

/// Whom a request for S3 comes from where signatures are not asked for.
pub(crate) fn anyone(hint: Option<&Hint>, default: &Scope) -> Sender {
    let root = root_of(hint, default);
    // Nothing is ever signed with it.
    let secret = SecretKey::new("");
    let identity = Identity { principal: root.principal, secret };
    Sender::Anyone { identity, region: root.scope.region }
}

/// COMPAT: an access key of twelve digits is taken for an account, as `LocalStack`
/// and moto do, so that test suites that use several accounts run here too.
fn root_of(hint: Option<&Hint>, default: &Scope) -> Authenticated {
    let is_account = |key: &str| key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
    let access_key_id = hint.map(|hint| hint.access_key_id.clone());
    let account = access_key_id.as_deref().filter(|key| is_account(key));
    let account = account.unwrap_or(&default.account);
    let region = hint.map_or(default.region.as_str(), |hint| &hint.region);
    let principal = Arc::new(Principal::root(account));
    Authenticated { scope: Scope::new(account, region), principal, access_key_id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anyone_is_the_root_of_an_account() {
        let check = |hint: Option<(&str, &str)>| {
            let hint = hint.map(|(key, region)| Hint {
                access_key_id: key.to_owned(),
                region: region.to_owned(),
                service: "ecs".to_owned(),
            });
            let found = root_of(hint.as_ref(), &Scope::new("000000000000", "us-east-1"));
            format!("{} {}", found.scope, found.principal.arn())
        };
        let root = |account: &str| format!("arn:aws:iam::{account}:root");
        let zero = "000000000000";
        assert_eq!(check(None), format!("{zero}/us-east-1 {}", root(zero)));
        assert_eq!(check(Some(("test", "eu-west-1"))), format!("{zero}/eu-west-1 {}", root(zero)));
        let other = "123456789012";
        assert_eq!(check(Some((other, "us-east-1"))), format!("{other}/us-east-1 {}", root(other)));
        assert_eq!(check(Some(("1234", "a"))), format!("{zero}/a {}", root(zero)));
    }
}
