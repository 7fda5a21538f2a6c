//! AWS KMS: the trait's methods, each in a file of its own.
//!
//! Keys are symmetric, of one region, and their material is made here. Grants, asymmetric keys and
//! message authentication codes are refused by name.

mod alias;
mod cancel_key_deletion;
mod change;
pub(crate) mod ciphertext;
mod create_alias;
mod create_key;
mod cryptography;
mod decrypt;
mod delete_alias;
mod describe_key;
mod disable_key;
mod disable_key_rotation;
mod enable_key;
mod enable_key_rotation;
mod encrypt;
pub(crate) mod envelope;
mod generate_data_key;
mod generate_data_key_without_plaintext;
mod generate_random;
mod get_key_policy;
mod get_key_rotation_status;
pub(crate) mod key;
mod key_metadata;
mod list_aliases;
mod list_key_policies;
mod list_key_rotations;
mod list_keys;
mod list_resource_tags;
mod listing;
pub(crate) mod managed;
mod new_key;
pub(crate) mod on_behalf;
mod policy;
mod put_key_policy;
mod re_encrypt;
mod rotate_key_on_demand;
mod schedule_key_deletion;
mod tag_resource;
mod tags;
mod untag_resource;
mod update_alias;
mod update_key_description;

use aws_api::kms::{self, Kms, errors};
use wire::{ApiError, Request, Value};

pub use self::key::KeyError;
use crate::operations::operations;
use crate::{Api, Caller};

impl Kms for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        cancel_key_deletion(kms::CancelKeyDeletionRequest) -> kms::CancelKeyDeletionResponse;
        create_alias(kms::CreateAliasRequest) -> kms::CreateAliasResponse;
        create_key(kms::CreateKeyRequest) -> kms::CreateKeyResponse;
        delete_alias(kms::DeleteAliasRequest) -> kms::DeleteAliasResponse;
        describe_key(kms::DescribeKeyRequest) -> kms::DescribeKeyResponse;
        disable_key(kms::DisableKeyRequest) -> kms::DisableKeyResponse;
        disable_key_rotation(kms::DisableKeyRotationRequest) -> kms::DisableKeyRotationResponse;
        enable_key(kms::EnableKeyRequest) -> kms::EnableKeyResponse;
        enable_key_rotation(kms::EnableKeyRotationRequest) -> kms::EnableKeyRotationResponse;
        get_key_policy(&kms::GetKeyPolicyRequest) -> kms::GetKeyPolicyResponse;
        get_key_rotation_status(&kms::GetKeyRotationStatusRequest)
            -> kms::GetKeyRotationStatusResponse;
        list_aliases(&kms::ListAliasesRequest) -> kms::ListAliasesResponse;
        list_key_policies(&kms::ListKeyPoliciesRequest) -> kms::ListKeyPoliciesResponse;
        list_key_rotations(&kms::ListKeyRotationsRequest) -> kms::ListKeyRotationsResponse;
        list_keys(&kms::ListKeysRequest) -> kms::ListKeysResponse;
        list_resource_tags(&kms::ListResourceTagsRequest) -> kms::ListResourceTagsResponse;
        put_key_policy(kms::PutKeyPolicyRequest) -> kms::PutKeyPolicyResponse;
        rotate_key_on_demand(kms::RotateKeyOnDemandRequest) -> kms::RotateKeyOnDemandResponse;
        schedule_key_deletion(kms::ScheduleKeyDeletionRequest) -> kms::ScheduleKeyDeletionResponse;
        tag_resource(kms::TagResourceRequest) -> kms::TagResourceResponse;
        untag_resource(kms::UntagResourceRequest) -> kms::UntagResourceResponse;
        update_alias(kms::UpdateAliasRequest) -> kms::UpdateAliasResponse;
        update_key_description(kms::UpdateKeyDescriptionRequest)
            -> kms::UpdateKeyDescriptionResponse;
    }

    async fn decrypt(
        &self,
        caller: &Caller,
        input: kms::DecryptRequest,
    ) -> Result<kms::DecryptResponse, ApiError> {
        decrypt::run(self, caller, input)
    }

    async fn encrypt(
        &self,
        caller: &Caller,
        input: kms::EncryptRequest,
    ) -> Result<kms::EncryptResponse, ApiError> {
        encrypt::run(self, caller, input)
    }

    async fn generate_data_key(
        &self,
        caller: &Caller,
        input: kms::GenerateDataKeyRequest,
    ) -> Result<kms::GenerateDataKeyResponse, ApiError> {
        generate_data_key::run(self, caller, input)
    }

    async fn generate_data_key_without_plaintext(
        &self,
        caller: &Caller,
        input: kms::GenerateDataKeyWithoutPlaintextRequest,
    ) -> Result<kms::GenerateDataKeyWithoutPlaintextResponse, ApiError> {
        generate_data_key_without_plaintext::run(self, caller, input)
    }

    async fn generate_random(
        &self,
        _caller: &Caller,
        input: kms::GenerateRandomRequest,
    ) -> Result<kms::GenerateRandomResponse, ApiError> {
        generate_random::run(&input)
    }

    async fn re_encrypt(
        &self,
        caller: &Caller,
        input: kms::ReEncryptRequest,
    ) -> Result<kms::ReEncryptResponse, ApiError> {
        re_encrypt::run(self, caller, input)
    }
}

/// What a caller is told of a key that cannot be used.
fn refusal(error: KeyError) -> ApiError {
    let message = error.to_string();
    match error {
        KeyError::NotFound(_) => errors::not_found_exception(message),
        KeyError::InvalidArn(_) => errors::invalid_arn_exception(message),
        KeyError::Disabled(_) => errors::disabled_exception(message),
        KeyError::PendingDeletion(_) => errors::kms_invalid_state_exception(message),
        KeyError::Denied(_) => access_denied(message),
        KeyError::InvalidCiphertext => errors::invalid_ciphertext_exception(
            "The ciphertext or its encryption context is not what was encrypted.",
        ),
        KeyError::Unreadable { key_arn, source } => {
            tracing::error!(key_arn, error = %source, "a key's material cannot be read");
            errors::kms_internal_exception("The key's material cannot be read.")
        }
    }
}

/// A value that AWS does not take either.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("ValidationException", message)
}

/// A member that this request has to have, though others of its kind need not.
fn missing(name: &str) -> ApiError {
    invalid(format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: \
         Member must not be null"
    ))
}

fn access_denied(message: impl Into<String>) -> ApiError {
    ApiError::client("AccessDeniedException", message)
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    errors::unsupported_operation_exception(message)
}

fn refuse_grant_tokens(given: Option<&[String]>) -> Result<(), ApiError> {
    let is_given = given.is_some_and(|tokens| !tokens.is_empty());
    crate::refuse::refuse_given(&[("GrantTokens", is_given)], unsupported)
}
