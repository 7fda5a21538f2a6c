//! `ReEncrypt`: from one key to another, or to a key's newest material, unseen by the caller.

use aws_api::kms::{EncryptionAlgorithmSpec, ReEncryptRequest, ReEncryptResponse};
use wire::ApiError;

use super::cryptography::{self, Source};
use super::key;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: ReEncryptRequest,
) -> Result<ReEncryptResponse, ApiError> {
    super::refuse_grant_tokens(input.grant_tokens.as_deref())?;
    cryptography::check_algorithm(input.destination_encryption_algorithm)?;
    let snapshot = api.snapshot();
    let source = Source {
        ciphertext: input.ciphertext_blob.as_deref(),
        key_id: input.source_key_id.as_deref(),
        context: &input.source_encryption_context.unwrap_or_default(),
        algorithm: input.source_encryption_algorithm,
        dry_run: input.dry_run,
        modifiers: input.dry_run_modifiers.as_deref().unwrap_or_default(),
    };
    let opened = source.open(&snapshot, &caller.scope, &api.vault)?;
    let named = &input.destination_key_id;
    let destination = cryptography::encrypting_key(&snapshot, &caller.scope, named)?;
    cryptography::end_dry_run(input.dry_run)?;
    // Without a dry run there is always something to open.
    let opened = opened.ok_or_else(wire::internal_failure)?;
    let context = input.destination_encryption_context.unwrap_or_default();
    let blob = key::encrypt(&api.vault, destination, &opened.plaintext, &context);
    Ok(ReEncryptResponse {
        ciphertext_blob: Some(blob.map_err(super::refusal)?.into()),
        source_key_id: Some(opened.key.arn()),
        key_id: Some(destination.arn()),
        source_encryption_algorithm: Some(EncryptionAlgorithmSpec::SymmetricDefault),
        destination_encryption_algorithm: Some(EncryptionAlgorithmSpec::SymmetricDefault),
        source_key_material_id: Some(key::material_id(opened.key, opened.generation)),
        destination_key_material_id: Some(key::material_id(destination, destination.generation())),
    })
}
