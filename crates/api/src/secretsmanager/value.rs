//! Values: taken out of a request, sealed, and opened. Nothing else touches one in the clear.
//!
//! INVARIANT: a value is wiped from memory when it is dropped, and has no `Debug`.

use aws_api::secretsmanager::errors;
use model::{Sealed, Secret, SecretContent, SecretValue, Snapshot};
use vault::{OpenError, Vault};
use wire::ApiError;
use zeroize::Zeroizing;

/// LIMIT: bytes of a value (`CreateSecret`, `SecretString`).
const BYTES_MAX: usize = 65_536;

/// The key that Secrets Manager uses where none is named.
const DEFAULT_KEY: &str = "alias/aws/secretsmanager";

/// A value in the clear.
#[derive(PartialEq)]
pub(super) enum Clear {
    Text(Zeroizing<String>),
    Binary(Zeroizing<Vec<u8>>),
}

impl Clear {
    /// The value of a request that may have one, as text or as bytes.
    pub(super) fn given(
        text: Option<String>,
        binary: Option<&[u8]>,
    ) -> Result<Option<Clear>, ApiError> {
        let value = match (text.map(Zeroizing::new), binary) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(super::invalid(
                    "You can't specify both a binary secret value and a string secret value in \
                     the same secret.",
                ));
            }
            (Some(text), None) => Clear::Text(text),
            (None, Some(bytes)) => Clear::Binary(Zeroizing::new(bytes.to_vec())),
        };
        if value.bytes().len() > BYTES_MAX {
            let message = format!("A secret value can have at most {BYTES_MAX} bytes.");
            return Err(super::invalid(message));
        }
        Ok(Some(value))
    }

    pub(super) fn content(&self) -> SecretContent {
        match self {
            Clear::Text(_) => SecretContent::Text,
            Clear::Binary(_) => SecretContent::Binary,
        }
    }

    /// For an answer: the text, or the bytes.
    pub(super) fn shown(self) -> (Option<String>, Option<Vec<u8>>) {
        match self {
            Clear::Text(mut text) => (Some(std::mem::take(&mut *text)), None),
            Clear::Binary(mut bytes) => (None, Some(std::mem::take(&mut *bytes))),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Clear::Text(text) => text.as_bytes(),
            Clear::Binary(bytes) => bytes,
        }
    }
}

/// The KMS key of a request, by the name under which a secret keeps it: `None` is the service's
/// own, under which the vault seals. Any other is refused, as none is known here yet.
pub(super) fn key(given: Option<&str>) -> Result<Option<String>, ApiError> {
    match given {
        None | Some("" | DEFAULT_KEY) => Ok(None),
        Some(other) => Err(super::unsupported(format!(
            "`KmsKeyId` {other} is not supported by Longshore yet; leave it out, or say \
             {DEFAULT_KEY}"
        ))),
    }
}

/// Seals a value for a version of a secret, under the secret's key.
pub(super) fn seal(vault: &Vault, value: &Clear, (secret, version_id): (&Secret, &str)) -> Sealed {
    vault.seal(value.bytes(), &SecretValue::sealing_context(secret, version_id))
}

/// Opens the value of a version, which has one.
pub(super) fn open(
    vault: &Vault,
    snapshot: &Snapshot,
    (secret, version_id): (&Secret, &str),
) -> Result<Clear, OpenError> {
    let content = secret.versions.get(version_id).and_then(|version| version.content);
    let value = snapshot.secret_values.get(&secret.scope, &secret.value_id(version_id));
    let (Some(content), Some(value)) = (content, value) else { return Err(OpenError::Tampered) };
    let context = SecretValue::sealing_context(secret, version_id);
    Ok(match content {
        SecretContent::Text => Clear::Text(vault.open_text(&value.sealed, &context)?),
        SecretContent::Binary => Clear::Binary(vault.open(&value.sealed, &context)?),
    })
}

pub(super) fn decryption_failure(error: OpenError) -> ApiError {
    errors::decryption_failure(format!("Secrets Manager can't decrypt the secret value: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_text_or_bytes_of_a_length() {
        let given = |text: Option<&str>, binary| Clear::given(text.map(str::to_owned), binary);
        assert!(matches!(given(None, None), Ok(None)));
        assert!(matches!(given(Some("a"), None), Ok(Some(Clear::Text(_)))));
        assert!(matches!(given(None, Some(b"a")), Ok(Some(Clear::Binary(_)))));
        assert!(given(Some("a"), Some(b"a")).is_err());
        assert!(given(Some(&"ä".repeat(BYTES_MAX / 2)), None).is_ok());
        assert!(given(Some(&"ä".repeat(BYTES_MAX / 2 + 1)), None).is_err());
    }

    #[test]
    fn only_the_services_own_key_is_known() {
        for own in [None, Some(""), Some(DEFAULT_KEY)] {
            assert_eq!(key(own), Ok(None));
        }
        let told = key(Some("alias/mine")).expect_err("it is not known");
        assert!(told.message.contains("`KmsKeyId` alias/mine"), "{told}");
    }
}
