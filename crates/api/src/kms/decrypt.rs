//! `Decrypt`: finds the key and its material in the ciphertext.

use aws_api::kms::{DecryptRequest, DecryptResponse, EncryptionAlgorithmSpec};
use bytes::Bytes;
use wire::ApiError;

use super::cryptography::{self, Source};
use super::key;
use crate::refuse::refuse_given;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: DecryptRequest,
) -> Result<DecryptResponse, ApiError> {
    super::refuse_grant_tokens(input.grant_tokens.as_deref())?;
    refuse_given(&[("Recipient", input.recipient.is_some())], super::unsupported)?;
    let snapshot = api.snapshot();
    let source = Source {
        ciphertext: input.ciphertext_blob.as_deref(),
        key_id: input.key_id.as_deref(),
        context: &input.encryption_context.unwrap_or_default(),
        algorithm: input.encryption_algorithm,
        dry_run: input.dry_run,
        modifiers: input.dry_run_modifiers.as_deref().unwrap_or_default(),
    };
    let opened = source.open(&snapshot, &caller.scope, &api.vault)?;
    cryptography::end_dry_run(input.dry_run)?;
    // Without a dry run there is always something to open.
    let opened = opened.ok_or_else(wire::internal_failure)?;
    Ok(DecryptResponse {
        key_id: Some(opened.key.arn()),
        plaintext: Some(Bytes::copy_from_slice(&opened.plaintext)),
        encryption_algorithm: Some(EncryptionAlgorithmSpec::SymmetricDefault),
        ciphertext_for_recipient: None,
        key_material_id: Some(key::material_id(opened.key, opened.generation)),
    })
}
