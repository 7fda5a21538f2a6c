//! What encrypting and decrypting operations have in common.

use aws_api::kms::{DataKeySpec, DryRunModifierType, EncryptionAlgorithmSpec, errors};
use model::{Entry, KmsKey, Scope, Snapshot};
use vault::Vault;
use wire::ApiError;
use zeroize::Zeroizing;

use super::ciphertext::{Ciphertext, EncryptionContext};
use super::key::{self, KeyError};

/// Finds the key that is to encrypt, and refuses one that may not.
pub(super) fn encrypting_key<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    named: &str,
) -> Result<&'a Entry<KmsKey>, ApiError> {
    let key = key::find(snapshot, scope, named).map_err(super::refusal)?;
    key::check_usable(key).map_err(super::refusal)?;
    Ok(key)
}

/// Every key is symmetric.
pub(super) fn check_algorithm(given: Option<EncryptionAlgorithmSpec>) -> Result<(), ApiError> {
    match given {
        None | Some(EncryptionAlgorithmSpec::SymmetricDefault) => Ok(()),
        Some(other) => Err(errors::invalid_key_usage_exception(format!(
            "The key's spec is SYMMETRIC_DEFAULT: it does not encrypt with {other}."
        ))),
    }
}

/// Ends a request that was to be tried only, once all else about it is found well.
pub(super) fn end_dry_run(dry_run: Option<bool>) -> Result<(), ApiError> {
    match dry_run {
        Some(true) => Err(errors::dry_run_operation_exception(
            "The request would have succeeded, but the DryRun option is set.",
        )),
        Some(false) | None => Ok(()),
    }
}

/// What is to be decrypted, as `Decrypt` and `ReEncrypt` are given it.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub ciphertext: Option<&'a [u8]>,
    pub key_id: Option<&'a str>,
    pub context: &'a EncryptionContext,
    pub algorithm: Option<EncryptionAlgorithmSpec>,
    pub dry_run: Option<bool>,
    pub modifiers: &'a [DryRunModifierType],
}

/// What it was, and what it was encrypted with.
pub(super) struct Opened<'a> {
    pub key: &'a Entry<KmsKey>,
    pub generation: u32,
    pub plaintext: Zeroizing<Vec<u8>>,
}

impl Source<'_> {
    /// Decrypts. `None` where the ciphertext is to be left out of a dry run.
    pub(super) fn open<'a>(
        &self,
        snapshot: &'a Snapshot,
        scope: &Scope,
        vault: &Vault,
    ) -> Result<Option<Opened<'a>>, ApiError> {
        check_algorithm(self.algorithm)?;
        let named = self.key_id.map(|named| key::find(snapshot, scope, named));
        let named = named.transpose().map_err(super::refusal)?;
        if self.is_without_ciphertext()? {
            let key = named.ok_or_else(|| super::missing("keyId"))?;
            key::check_usable(key).map_err(super::refusal)?;
            return Ok(None);
        }
        let bytes = self.ciphertext.ok_or_else(|| super::missing("ciphertextBlob"))?;
        let ciphertext =
            Ciphertext::parse(bytes).ok_or_else(|| super::refusal(KeyError::InvalidCiphertext))?;
        let id = key::uuid_text(ciphertext.header.key);
        if named.is_some_and(|named| named.id != id) {
            return Err(errors::incorrect_key_exception(
                "The key ID in the request does not identify a CMK that can perform this \
                 operation.",
            ));
        }
        let key = snapshot.kms_keys.get(scope, &id).ok_or_else(|| {
            super::access_denied(
                "The ciphertext refers to a customer master key that does not exist, does not \
                 exist in this region, or you are not allowed to access.",
            )
        })?;
        let plaintext = key::decrypt(vault, key, &ciphertext, self.context);
        let plaintext = plaintext.map_err(super::refusal)?;
        Ok(Some(Opened { key, generation: ciphertext.header.generation, plaintext }))
    }

    fn is_without_ciphertext(&self) -> Result<bool, ApiError> {
        if !self.modifiers.is_empty() && self.dry_run != Some(true) {
            return Err(super::invalid("DryRunModifiers can be given only when DryRun is true."));
        }
        Ok(self.modifiers.contains(&DryRunModifierType::IgnoreCiphertext))
    }
}

/// How many bytes a data key is to have.
pub(super) fn data_key_bytes(
    number_of_bytes: Option<i32>,
    spec: Option<DataKeySpec>,
) -> Result<usize, ApiError> {
    match (number_of_bytes, spec) {
        (None, Some(DataKeySpec::Aes128)) => Ok(16),
        (None, Some(DataKeySpec::Aes256)) => Ok(32),
        (Some(count), None) => Ok(usize::try_from(count).unwrap_or_default()),
        (None, None) | (Some(_), Some(_)) => {
            Err(super::invalid("Please specify either number of bytes or key spec."))
        }
    }
}
