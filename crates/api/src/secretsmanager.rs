//! AWS Secrets Manager: the trait's methods, each in a file of its own.
//!
//! Values are sealed before they are written and opened when they are read: `sealing` is the one
//! place that does either.
//!
//! INVARIANT: a value is in no log, error or `Debug`, and not on the disk in the clear.

mod access;
mod batch_get_secret_value;
mod cancel_rotate_secret;
mod client_token;
mod create_secret;
mod delete_resource_policy;
mod delete_secret;
mod describe_secret;
mod filter;
mod find;
mod get_random_password;
mod get_resource_policy;
mod get_secret_value;
mod list_resource_policies;
mod list_secret_version_ids;
mod list_secrets;
mod listing;
mod name;
mod password;
mod policy;
mod put_resource_policy;
mod put_secret_value;
mod render;
mod resolve;
mod restore_secret;
mod rotate_secret;
mod rotation;
mod sealing;
mod tag_resource;
mod tags;
mod untag_resource;
mod update_secret;
mod update_secret_version_stage;
mod validate_resource_policy;
mod value;
mod version;

pub(crate) use find::secret as find_secret;
pub(crate) use name::is_valid as is_secret_name;

use aws_api::secretsmanager::errors;
use aws_api::secretsmanager::{
    BatchGetSecretValueRequest, BatchGetSecretValueResponse, CancelRotateSecretRequest,
    CancelRotateSecretResponse, CreateSecretRequest, CreateSecretResponse,
    DeleteResourcePolicyRequest, DeleteResourcePolicyResponse, DeleteSecretRequest,
    DeleteSecretResponse, DescribeSecretRequest, DescribeSecretResponse, GetRandomPasswordRequest,
    GetRandomPasswordResponse, GetResourcePolicyRequest, GetResourcePolicyResponse,
    GetSecretValueRequest, GetSecretValueResponse, ListResourcePoliciesRequest,
    ListResourcePoliciesResponse, ListSecretVersionIdsRequest, ListSecretVersionIdsResponse,
    ListSecretsRequest, ListSecretsResponse, PutResourcePolicyRequest, PutResourcePolicyResponse,
    PutSecretValueRequest, PutSecretValueResponse, RestoreSecretRequest, RestoreSecretResponse,
    RotateSecretRequest, RotateSecretResponse, SecretsManager, TagResourceRequest,
    TagResourceResponse, UntagResourceRequest, UntagResourceResponse, UpdateSecretRequest,
    UpdateSecretResponse, UpdateSecretVersionStageRequest, UpdateSecretVersionStageResponse,
    ValidateResourcePolicyRequest, ValidateResourcePolicyResponse,
};
use wire::{ApiError, Request, Value};

use crate::{Api, Caller};

pub(crate) use sealing::decryption_failure;

pub use resolve::{ResolveError, SecretReference, resolve};

impl SecretsManager for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn batch_get_secret_value(
        &self,
        caller: &Caller,
        input: BatchGetSecretValueRequest,
    ) -> Result<BatchGetSecretValueResponse, ApiError> {
        batch_get_secret_value::run(self, caller, input).await
    }

    async fn cancel_rotate_secret(
        &self,
        caller: &Caller,
        input: CancelRotateSecretRequest,
    ) -> Result<CancelRotateSecretResponse, ApiError> {
        cancel_rotate_secret::run(self, caller, input).await
    }

    async fn create_secret(
        &self,
        caller: &Caller,
        input: CreateSecretRequest,
    ) -> Result<CreateSecretResponse, ApiError> {
        create_secret::run(self, caller, input).await
    }

    async fn delete_resource_policy(
        &self,
        caller: &Caller,
        input: DeleteResourcePolicyRequest,
    ) -> Result<DeleteResourcePolicyResponse, ApiError> {
        delete_resource_policy::run(self, caller, input).await
    }

    async fn delete_secret(
        &self,
        caller: &Caller,
        input: DeleteSecretRequest,
    ) -> Result<DeleteSecretResponse, ApiError> {
        delete_secret::run(self, caller, input).await
    }

    async fn describe_secret(
        &self,
        caller: &Caller,
        input: DescribeSecretRequest,
    ) -> Result<DescribeSecretResponse, ApiError> {
        describe_secret::run(self, caller, &input)
    }

    async fn get_random_password(
        &self,
        _caller: &Caller,
        input: GetRandomPasswordRequest,
    ) -> Result<GetRandomPasswordResponse, ApiError> {
        get_random_password::run(&input)
    }

    async fn get_resource_policy(
        &self,
        caller: &Caller,
        input: GetResourcePolicyRequest,
    ) -> Result<GetResourcePolicyResponse, ApiError> {
        get_resource_policy::run(self, caller, &input)
    }

    async fn get_secret_value(
        &self,
        caller: &Caller,
        input: GetSecretValueRequest,
    ) -> Result<GetSecretValueResponse, ApiError> {
        get_secret_value::run(self, caller, input).await
    }

    async fn list_resource_policies(
        &self,
        caller: &Caller,
        input: ListResourcePoliciesRequest,
    ) -> Result<ListResourcePoliciesResponse, ApiError> {
        list_resource_policies::run(self, caller, &input)
    }

    async fn list_secret_version_ids(
        &self,
        caller: &Caller,
        input: ListSecretVersionIdsRequest,
    ) -> Result<ListSecretVersionIdsResponse, ApiError> {
        list_secret_version_ids::run(self, caller, &input)
    }

    async fn list_secrets(
        &self,
        caller: &Caller,
        input: ListSecretsRequest,
    ) -> Result<ListSecretsResponse, ApiError> {
        list_secrets::run(self, caller, &input)
    }

    async fn put_resource_policy(
        &self,
        caller: &Caller,
        input: PutResourcePolicyRequest,
    ) -> Result<PutResourcePolicyResponse, ApiError> {
        put_resource_policy::run(self, caller, input).await
    }

    async fn put_secret_value(
        &self,
        caller: &Caller,
        input: PutSecretValueRequest,
    ) -> Result<PutSecretValueResponse, ApiError> {
        put_secret_value::run(self, caller, input).await
    }

    async fn restore_secret(
        &self,
        caller: &Caller,
        input: RestoreSecretRequest,
    ) -> Result<RestoreSecretResponse, ApiError> {
        restore_secret::run(self, caller, input).await
    }

    async fn rotate_secret(
        &self,
        caller: &Caller,
        input: RotateSecretRequest,
    ) -> Result<RotateSecretResponse, ApiError> {
        rotate_secret::run(self, caller, input).await
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

    async fn update_secret(
        &self,
        caller: &Caller,
        input: UpdateSecretRequest,
    ) -> Result<UpdateSecretResponse, ApiError> {
        update_secret::run(self, caller, input).await
    }

    async fn update_secret_version_stage(
        &self,
        caller: &Caller,
        input: UpdateSecretVersionStageRequest,
    ) -> Result<UpdateSecretVersionStageResponse, ApiError> {
        update_secret_version_stage::run(self, caller, input).await
    }

    async fn validate_resource_policy(
        &self,
        caller: &Caller,
        input: ValidateResourcePolicyRequest,
    ) -> Result<ValidateResourcePolicyResponse, ApiError> {
        validate_resource_policy::run(self, caller, &input)
    }
}

/// A parameter that is wrong whatever the state.
fn invalid(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_exception(message)
}

/// A request that the state does not allow.
fn refused(message: impl Into<String>) -> ApiError {
    errors::invalid_request_exception(message)
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    invalid(message)
}

/// COMPAT: AWS's sentence.
fn not_found() -> ApiError {
    errors::resource_not_found_exception("Secrets Manager can't find the specified secret.")
}
