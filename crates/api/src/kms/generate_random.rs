//! `GenerateRandom`: bytes that nobody can guess.

use aws_api::kms::{GenerateRandomRequest, GenerateRandomResponse};
use bytes::Bytes;
use wire::ApiError;

use crate::refuse::refuse_given;

pub(super) fn run(input: &GenerateRandomRequest) -> Result<GenerateRandomResponse, ApiError> {
    refuse_given(
        &[
            ("CustomKeyStoreId", input.custom_key_store_id.is_some()),
            ("Recipient", input.recipient.is_some()),
        ],
        super::unsupported,
    )?;
    let count = input.number_of_bytes.ok_or_else(|| super::missing("numberOfBytes"))?;
    let drawn = vault::random_bytes(usize::try_from(count).unwrap_or_default());
    Ok(GenerateRandomResponse {
        plaintext: Some(Bytes::copy_from_slice(&drawn)),
        ciphertext_for_recipient: None,
    })
}
