//! `Encrypt`: up to 4,096 bytes, with the key's newest material.

use aws_api::kms::{EncryptRequest, EncryptResponse, EncryptionAlgorithmSpec};
use wire::ApiError;

use super::{cryptography, key};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: EncryptRequest,
) -> Result<EncryptResponse, ApiError> {
    super::refuse_grant_tokens(input.grant_tokens.as_deref())?;
    cryptography::check_algorithm(input.encryption_algorithm)?;
    let snapshot = api.snapshot();
    let key = cryptography::encrypting_key(&snapshot, &caller.scope, &input.key_id)?;
    cryptography::end_dry_run(input.dry_run)?;
    let context = input.encryption_context.unwrap_or_default();
    let blob = key::encrypt(&api.vault, key, &input.plaintext, &context).map_err(super::refusal)?;
    Ok(EncryptResponse {
        ciphertext_blob: Some(blob.into()),
        key_id: Some(key.arn()),
        encryption_algorithm: Some(EncryptionAlgorithmSpec::SymmetricDefault),
    })
}
