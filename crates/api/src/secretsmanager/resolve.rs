//! The value of a secret for whoever needs it inside: containers that secrets are injected into.
//!
//! Permission is asked for the secret's key alone, and no access is noted.

use model::{Scope, Snapshot};
use zeroize::Zeroizing;

use super::find::{self, NoVersion, Wanted};
use super::sealing;
use super::value::Clear;
use crate::kms::KeyError;
use crate::{Api, Caller};

/// Which value is meant. Where neither a version nor a stage is said, the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretReference<'a> {
    /// A name, or an ARN with or without its suffix.
    pub secret_id: &'a str,
    pub version_id: Option<&'a str>,
    pub version_stage: Option<&'a str>,
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    #[error("there is no secret `{0}`")]
    NoSecret(String),
    #[error("the secret `{0}` is scheduled for deletion")]
    Deleted(String),
    #[error("the secret `{secret}` has no value in version `{version_id}`")]
    NoVersion { secret: String, version_id: String },
    #[error("the secret `{secret}` has no value in stage `{stage}`")]
    NoStage { secret: String, stage: String },
    #[error("the version of the secret `{0}` that is named is not in the stage that is named")]
    NotInStage(String),
    #[error("the secret `{0}` is binary, not text")]
    Binary(String),
    #[error("the key of the secret `{secret}` does not serve")]
    Key { secret: String, source: KeyError },
}

/// The text of a secret, as `GetSecretValue` would find it.
pub fn resolve(
    api: &Api,
    (caller, snapshot): (&Caller, &Snapshot),
    scope: &Scope,
    reference: &SecretReference<'_>,
) -> Result<Zeroizing<String>, ResolveError> {
    let id = || reference.secret_id.to_owned();
    let secret = find::secret(snapshot, scope, reference.secret_id)
        .ok_or_else(|| ResolveError::NoSecret(id()))?;
    if secret.deletion.is_some() {
        return Err(ResolveError::Deleted(id()));
    }
    let wanted = Wanted { version_id: reference.version_id, stage: reference.version_stage };
    let (version_id, _) = find::version(secret, wanted).map_err(|missing| match missing {
        NoVersion::OfId(version_id) => ResolveError::NoVersion { secret: id(), version_id },
        NoVersion::OfStage(stage) => ResolveError::NoStage { secret: id(), stage },
        NoVersion::Mismatch => ResolveError::NotInStage(id()),
    })?;
    match sealing::open(sealing::on_behalf(api, (caller, snapshot)), (secret, version_id)) {
        Ok(Clear::Text(text)) => Ok(text),
        Ok(Clear::Binary(_)) => Err(ResolveError::Binary(id())),
        Err(source) => Err(ResolveError::Key { secret: id(), source }),
    }
}
