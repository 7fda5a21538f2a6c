//! What seals values: the KMS key of their secret, used as the caller may use it.
//
// COMPAT: "Secret encryption and decryption in AWS Secrets Manager": which operation of KMS is
// called for what, and that a secret's new key opens the staged versions beside the one before it.

use aws_api::secretsmanager::errors;
use model::{Entry, KmsKey, Secret, SecretValue, SecretVersion, Snapshot};
use vault::Key;
use wire::ApiError;

use super::value::Clear;
use crate::kms::KeyError;
use crate::kms::ciphertext::EncryptionContext;
use crate::kms::envelope;
use crate::kms::managed::ManagedKey;
use crate::kms::on_behalf::{KeyUse, OnBehalf, is_own};
use crate::{Api, Caller, Turn};

/// The service whose keys these are.
const SERVICE: ManagedKey = ManagedKey::SecretsManager;

/// COMPAT: what stands for a version where it is only seen whether a key can be used.
const VALIDATION: &str = "RequestToValidateKeyAccess";

/// Secrets Manager as it works for a caller.
pub(super) fn on_behalf<'a>(
    api: &'a Api,
    (caller, snapshot): (&'a Caller, &'a Snapshot),
) -> OnBehalf<'a> {
    OnBehalf { api, caller, snapshot, service: SERVICE }
}

fn of_turn<'a>(api: &'a Api, turn: &Turn<'a>) -> OnBehalf<'a> {
    on_behalf(api, (turn.caller, turn.snapshot))
}

/// What a value is sealed for: this version of this secret and no other.
fn context(secret: &Secret, version_id: &str) -> EncryptionContext {
    EncryptionContext::from([
        ("SecretARN".to_owned(), secret.arn()),
        ("SecretVersionId".to_owned(), version_id.to_owned()),
    ])
}

/// The key of a request, as the secret is to keep it, once it is seen that the caller can use it:
/// `None` is the service's own.
pub(super) fn establish(
    api: &Api,
    turn: &mut Turn<'_>,
    (secret, named): (&Secret, Option<&str>),
) -> Result<Option<String>, ApiError> {
    let named = named.filter(|named| !named.is_empty());
    let Some(named) = named.filter(|it| ManagedKey::named(turn.scope(), it) != Some(SERVICE))
    else {
        return Ok(None);
    };
    let key = envelope::choose(turn, &api.vault, SERVICE, Some(named)).map_err(invalid_key)?;
    let (keys, context) = (of_turn(api, turn), context(secret, VALIDATION));
    for wanted in [KeyUse::GenerateDataKey, KeyUse::Decrypt] {
        keys.check(wanted, &key, &context).map_err(encryption_failure)?;
    }
    Ok(Some(named.to_owned()).filter(|_| !is_own(SERVICE, turn.snapshot, &key)))
}

/// Seals a value for a version of a secret, under the secret's key.
pub(super) fn seal(
    api: &Api,
    turn: &mut Turn<'_>,
    value: &Clear,
    (secret, version_id): (&Secret, &str),
) -> Result<SecretValue, ApiError> {
    let key = key_of(api, turn, secret).map_err(encryption_failure)?;
    let context = context(secret, version_id);
    let may = of_turn(api, turn).check(KeyUse::GenerateDataKey, &key, &context);
    may.map_err(encryption_failure)?;
    let data_key = Key::random();
    let wrapped = envelope::wrap(&api.vault, &key, &data_key, &context);
    Ok(SecretValue {
        scope: secret.scope.clone(),
        secret: secret.name.clone(),
        suffix: secret.suffix.clone(),
        version_id: version_id.to_owned(),
        ciphertext: envelope::seal_with(&data_key, value.bytes(), &context),
        data_keys: vec![wrapped.map_err(encryption_failure)?],
    })
}

/// Opens the value of a version, which has one, with any of its keys.
pub(super) fn open(
    keys: OnBehalf<'_>,
    (secret, version_id): (&Secret, &str),
) -> Result<Clear, KeyError> {
    let content = secret.versions.get(version_id).and_then(|version| version.content);
    let value = keys.snapshot.secret_values.get(&secret.scope, &secret.value_id(version_id));
    let (Some(content), Some(value)) = (content, value) else {
        return Err(KeyError::InvalidCiphertext);
    };
    let context = context(secret, version_id);
    let data_key = keys.unwrap(&value.data_keys, &context)?;
    let opened = envelope::open_with(&data_key, &value.ciphertext, &context)?;
    Clear::opened(content, opened).ok_or(KeyError::InvalidCiphertext)
}

/// Lets the secret's key, which is new, open its staged versions as well.
///
/// COMPAT: "Secrets Manager keeps all existing versions encrypted with the previous key. That
/// means you can decrypt `AWSCURRENT`, `AWSPENDING`, and `AWSPREVIOUS` versions with the previous
/// key or the new key. If you don't have `kms:Decrypt` permission to the previous key […] the
/// existing versions are not re-encrypted", nor without `kms:Encrypt` for the new one. Here they
/// are not either where the previous key cannot be used at all: there, only a new value helps.
pub(super) fn rewrap(api: &Api, turn: &mut Turn<'_>, secret: &Secret) -> Result<(), ApiError> {
    let key = key_of(api, turn, secret).map_err(encryption_failure)?;
    let staged = [SecretVersion::CURRENT, SecretVersion::PENDING, SecretVersion::PREVIOUS];
    let is_staged = |version: &SecretVersion| staged.iter().any(|it| version.stages.contains(*it));
    for (version_id, _) in secret.versions.iter().filter(|(_, version)| is_staged(version)) {
        let value = turn.snapshot.secret_values.get(&secret.scope, &secret.value_id(version_id));
        let value = value.filter(|value| !value.is_under(&key.arn()));
        let Some(value) = value else { continue };
        match rewrapped((api, turn), &key, value, &context(secret, version_id)) {
            Ok(next) => turn.plan.update(value, next),
            Err(
                KeyError::Denied(_)
                | KeyError::NotFound(_)
                | KeyError::Disabled(_)
                | KeyError::PendingDeletion(_),
            ) => {}
            Err(error) => return Err(decryption_failure(error)),
        }
    }
    Ok(())
}

fn rewrapped(
    (api, turn): (&Api, &Turn<'_>),
    key: &KmsKey,
    value: &Entry<SecretValue>,
    context: &EncryptionContext,
) -> Result<SecretValue, KeyError> {
    let keys = of_turn(api, turn);
    keys.check(KeyUse::Encrypt, key, context)?;
    let data_key = keys.unwrap(&value.data_keys, context)?;
    let mut next = (*value.record).clone();
    next.data_keys.push(envelope::wrap(&api.vault, key, &data_key, context)?);
    Ok(next)
}

/// Whether a key is the one of secrets that name none.
pub(super) fn is_default(snapshot: &Snapshot, key_arn: &str) -> bool {
    envelope::find(snapshot, key_arn).is_ok_and(|key| is_own(SERVICE, snapshot, key))
}

fn key_of(api: &Api, turn: &mut Turn<'_>, secret: &Secret) -> Result<KmsKey, KeyError> {
    envelope::choose(turn, &api.vault, SERVICE, secret.kms_key_id.as_deref())
}

/// COMPAT: AWS's sentence, as observed.
fn invalid_key(error: KeyError) -> ApiError {
    told(error, |error| {
        super::invalid(format!("The operation failed because of an invalid KMS key: {error}"))
    })
}

/// COMPAT: the beginning is AWS's, as observed.
fn encryption_failure(error: KeyError) -> ApiError {
    told(error, |error| {
        let message = format!("Secrets Manager can't encrypt the secret value: {error}");
        errors::encryption_failure(message)
    })
}

pub(crate) fn decryption_failure(error: KeyError) -> ApiError {
    told(error, |error| {
        let message = format!("Secrets Manager can't decrypt the secret value: {error}");
        errors::decryption_failure(message)
    })
}

/// What a caller is told of a key that does not serve.
fn told(error: KeyError, otherwise: impl FnOnce(KeyError) -> ApiError) -> ApiError {
    match error {
        // COMPAT: AWS's sentence.
        KeyError::Denied(_) => {
            ApiError::client("AccessDeniedException", "Access to KMS is not allowed")
        }
        KeyError::Unreadable { key_arn, source } => {
            tracing::error!(key_arn, error = %source, "a key's material cannot be read");
            errors::internal_service_error("The key's material cannot be read.")
        }
        KeyError::NotFound(_)
        | KeyError::InvalidArn(_)
        | KeyError::Disabled(_)
        | KeyError::PendingDeletion(_)
        | KeyError::InvalidCiphertext => otherwise(error),
    }
}
