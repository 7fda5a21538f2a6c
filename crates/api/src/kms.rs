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

use aws_api::kms::errors;
use aws_api::kms::{
    CancelKeyDeletionRequest, CancelKeyDeletionResponse, CreateAliasRequest, CreateAliasResponse,
    CreateKeyRequest, CreateKeyResponse, DecryptRequest, DecryptResponse, DeleteAliasRequest,
    DeleteAliasResponse, DescribeKeyRequest, DescribeKeyResponse, DisableKeyRequest,
    DisableKeyResponse, DisableKeyRotationRequest, DisableKeyRotationResponse, EnableKeyRequest,
    EnableKeyResponse, EnableKeyRotationRequest, EnableKeyRotationResponse, EncryptRequest,
    EncryptResponse, GenerateDataKeyRequest, GenerateDataKeyResponse,
    GenerateDataKeyWithoutPlaintextRequest, GenerateDataKeyWithoutPlaintextResponse,
    GenerateRandomRequest, GenerateRandomResponse, GetKeyPolicyRequest, GetKeyPolicyResponse,
    GetKeyRotationStatusRequest, GetKeyRotationStatusResponse, Kms, ListAliasesRequest,
    ListAliasesResponse, ListKeyPoliciesRequest, ListKeyPoliciesResponse, ListKeyRotationsRequest,
    ListKeyRotationsResponse, ListKeysRequest, ListKeysResponse, ListResourceTagsRequest,
    ListResourceTagsResponse, PutKeyPolicyRequest, PutKeyPolicyResponse, ReEncryptRequest,
    ReEncryptResponse, RotateKeyOnDemandRequest, RotateKeyOnDemandResponse,
    ScheduleKeyDeletionRequest, ScheduleKeyDeletionResponse, TagResourceRequest,
    TagResourceResponse, UntagResourceRequest, UntagResourceResponse, UpdateAliasRequest,
    UpdateAliasResponse, UpdateKeyDescriptionRequest, UpdateKeyDescriptionResponse,
};
use wire::{ApiError, Request, Value};

pub use self::key::KeyError;
use crate::{Api, Caller};

impl Kms for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn cancel_key_deletion(
        &self,
        caller: &Caller,
        input: CancelKeyDeletionRequest,
    ) -> Result<CancelKeyDeletionResponse, ApiError> {
        cancel_key_deletion::run(self, caller, input).await
    }

    async fn create_alias(
        &self,
        caller: &Caller,
        input: CreateAliasRequest,
    ) -> Result<CreateAliasResponse, ApiError> {
        create_alias::run(self, caller, input).await
    }

    async fn create_key(
        &self,
        caller: &Caller,
        input: CreateKeyRequest,
    ) -> Result<CreateKeyResponse, ApiError> {
        create_key::run(self, caller, input).await
    }

    async fn decrypt(
        &self,
        caller: &Caller,
        input: DecryptRequest,
    ) -> Result<DecryptResponse, ApiError> {
        decrypt::run(self, caller, input)
    }

    async fn delete_alias(
        &self,
        caller: &Caller,
        input: DeleteAliasRequest,
    ) -> Result<DeleteAliasResponse, ApiError> {
        delete_alias::run(self, caller, input).await
    }

    async fn describe_key(
        &self,
        caller: &Caller,
        input: DescribeKeyRequest,
    ) -> Result<DescribeKeyResponse, ApiError> {
        describe_key::run(self, caller, input).await
    }

    async fn disable_key(
        &self,
        caller: &Caller,
        input: DisableKeyRequest,
    ) -> Result<DisableKeyResponse, ApiError> {
        disable_key::run(self, caller, input).await
    }

    async fn disable_key_rotation(
        &self,
        caller: &Caller,
        input: DisableKeyRotationRequest,
    ) -> Result<DisableKeyRotationResponse, ApiError> {
        disable_key_rotation::run(self, caller, input).await
    }

    async fn enable_key(
        &self,
        caller: &Caller,
        input: EnableKeyRequest,
    ) -> Result<EnableKeyResponse, ApiError> {
        enable_key::run(self, caller, input).await
    }

    async fn enable_key_rotation(
        &self,
        caller: &Caller,
        input: EnableKeyRotationRequest,
    ) -> Result<EnableKeyRotationResponse, ApiError> {
        enable_key_rotation::run(self, caller, input).await
    }

    async fn encrypt(
        &self,
        caller: &Caller,
        input: EncryptRequest,
    ) -> Result<EncryptResponse, ApiError> {
        encrypt::run(self, caller, input)
    }

    async fn generate_data_key(
        &self,
        caller: &Caller,
        input: GenerateDataKeyRequest,
    ) -> Result<GenerateDataKeyResponse, ApiError> {
        generate_data_key::run(self, caller, input)
    }

    async fn generate_data_key_without_plaintext(
        &self,
        caller: &Caller,
        input: GenerateDataKeyWithoutPlaintextRequest,
    ) -> Result<GenerateDataKeyWithoutPlaintextResponse, ApiError> {
        generate_data_key_without_plaintext::run(self, caller, input)
    }

    async fn generate_random(
        &self,
        _caller: &Caller,
        input: GenerateRandomRequest,
    ) -> Result<GenerateRandomResponse, ApiError> {
        generate_random::run(&input)
    }

    async fn get_key_policy(
        &self,
        caller: &Caller,
        input: GetKeyPolicyRequest,
    ) -> Result<GetKeyPolicyResponse, ApiError> {
        get_key_policy::run(self, caller, &input)
    }

    async fn get_key_rotation_status(
        &self,
        caller: &Caller,
        input: GetKeyRotationStatusRequest,
    ) -> Result<GetKeyRotationStatusResponse, ApiError> {
        get_key_rotation_status::run(self, caller, &input)
    }

    async fn list_aliases(
        &self,
        caller: &Caller,
        input: ListAliasesRequest,
    ) -> Result<ListAliasesResponse, ApiError> {
        list_aliases::run(self, caller, &input)
    }

    async fn list_key_policies(
        &self,
        caller: &Caller,
        input: ListKeyPoliciesRequest,
    ) -> Result<ListKeyPoliciesResponse, ApiError> {
        list_key_policies::run(self, caller, &input)
    }

    async fn list_key_rotations(
        &self,
        caller: &Caller,
        input: ListKeyRotationsRequest,
    ) -> Result<ListKeyRotationsResponse, ApiError> {
        list_key_rotations::run(self, caller, &input)
    }

    async fn list_keys(
        &self,
        caller: &Caller,
        input: ListKeysRequest,
    ) -> Result<ListKeysResponse, ApiError> {
        list_keys::run(self, caller, &input)
    }

    async fn list_resource_tags(
        &self,
        caller: &Caller,
        input: ListResourceTagsRequest,
    ) -> Result<ListResourceTagsResponse, ApiError> {
        list_resource_tags::run(self, caller, &input)
    }

    async fn put_key_policy(
        &self,
        caller: &Caller,
        input: PutKeyPolicyRequest,
    ) -> Result<PutKeyPolicyResponse, ApiError> {
        put_key_policy::run(self, caller, input).await
    }

    async fn re_encrypt(
        &self,
        caller: &Caller,
        input: ReEncryptRequest,
    ) -> Result<ReEncryptResponse, ApiError> {
        re_encrypt::run(self, caller, input)
    }

    async fn rotate_key_on_demand(
        &self,
        caller: &Caller,
        input: RotateKeyOnDemandRequest,
    ) -> Result<RotateKeyOnDemandResponse, ApiError> {
        rotate_key_on_demand::run(self, caller, input).await
    }

    async fn schedule_key_deletion(
        &self,
        caller: &Caller,
        input: ScheduleKeyDeletionRequest,
    ) -> Result<ScheduleKeyDeletionResponse, ApiError> {
        schedule_key_deletion::run(self, caller, input).await
    }

    async fn tag_resource(
        &self,
        caller: &Caller,
        input: TagResourceRequest,
    ) -> Result<TagResourceResponse, ApiError> {
        tag_resource::run(self, caller, input).await
    }

    async fn untag_resource(
        &self,
        caller: &Caller,
        input: UntagResourceRequest,
    ) -> Result<UntagResourceResponse, ApiError> {
        untag_resource::run(self, caller, input).await
    }

    async fn update_alias(
        &self,
        caller: &Caller,
        input: UpdateAliasRequest,
    ) -> Result<UpdateAliasResponse, ApiError> {
        update_alias::run(self, caller, input).await
    }

    async fn update_key_description(
        &self,
        caller: &Caller,
        input: UpdateKeyDescriptionRequest,
    ) -> Result<UpdateKeyDescriptionResponse, ApiError> {
        update_key_description::run(self, caller, input).await
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
