//! `GenerateDataKeyWithoutPlaintext`: a fresh key, encrypted, for later.

use aws_api::kms::{
    GenerateDataKeyWithoutPlaintextRequest, GenerateDataKeyWithoutPlaintextResponse,
};
use wire::ApiError;

use super::{cryptography, key};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: GenerateDataKeyWithoutPlaintextRequest,
) -> Result<GenerateDataKeyWithoutPlaintextResponse, ApiError> {
    super::refuse_grant_tokens(input.grant_tokens.as_deref())?;
    let count = cryptography::data_key_bytes(input.number_of_bytes, input.key_spec)?;
    let snapshot = api.snapshot();
    let key = cryptography::encrypting_key(&snapshot, &caller.scope, &input.key_id)?;
    cryptography::end_dry_run(input.dry_run)?;
    let plaintext = vault::random_bytes(count);
    let context = input.encryption_context.unwrap_or_default();
    let blob = key::encrypt(&api.vault, key, &plaintext, &context).map_err(super::refusal)?;
    Ok(GenerateDataKeyWithoutPlaintextResponse {
        ciphertext_blob: Some(blob.into()),
        key_id: Some(key.arn()),
        key_material_id: Some(key::material_id(key, key.generation())),
    })
}
