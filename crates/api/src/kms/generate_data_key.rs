//! `GenerateDataKey`: a fresh key, plain and encrypted.

use aws_api::kms::{GenerateDataKeyRequest, GenerateDataKeyResponse};
use bytes::Bytes;
use wire::ApiError;

use super::{cryptography, key};
use crate::refuse::refuse_given;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: GenerateDataKeyRequest,
) -> Result<GenerateDataKeyResponse, ApiError> {
    super::refuse_grant_tokens(input.grant_tokens.as_deref())?;
    refuse_given(&[("Recipient", input.recipient.is_some())], super::unsupported)?;
    let count = cryptography::data_key_bytes(input.number_of_bytes, input.key_spec)?;
    let snapshot = api.snapshot();
    let key = cryptography::encrypting_key(&snapshot, &caller.scope, &input.key_id)?;
    cryptography::end_dry_run(input.dry_run)?;
    let plaintext = vault::random_bytes(count);
    let context = input.encryption_context.unwrap_or_default();
    let blob = key::encrypt(&api.vault, key, &plaintext, &context).map_err(super::refusal)?;
    Ok(GenerateDataKeyResponse {
        ciphertext_blob: Some(blob.into()),
        plaintext: Some(Bytes::copy_from_slice(&plaintext)),
        key_id: Some(key.arn()),
        ciphertext_for_recipient: None,
        key_material_id: Some(key::material_id(key, key.generation())),
    })
}
