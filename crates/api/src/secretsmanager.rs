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

use aws_api::secretsmanager::{self, SecretsManager, errors};
use wire::{ApiError, Request, Value};

use crate::operations::operations;
use crate::{Api, Caller};

pub(crate) use sealing::decryption_failure;

pub use resolve::{ResolveError, SecretReference, resolve};

impl SecretsManager for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        batch_get_secret_value(secretsmanager::BatchGetSecretValueRequest)
            -> secretsmanager::BatchGetSecretValueResponse;
        cancel_rotate_secret(secretsmanager::CancelRotateSecretRequest)
            -> secretsmanager::CancelRotateSecretResponse;
        create_secret(secretsmanager::CreateSecretRequest) -> secretsmanager::CreateSecretResponse;
        delete_resource_policy(secretsmanager::DeleteResourcePolicyRequest)
            -> secretsmanager::DeleteResourcePolicyResponse;
        delete_secret(secretsmanager::DeleteSecretRequest) -> secretsmanager::DeleteSecretResponse;
        describe_secret(&secretsmanager::DescribeSecretRequest)
            -> secretsmanager::DescribeSecretResponse;
        get_resource_policy(&secretsmanager::GetResourcePolicyRequest)
            -> secretsmanager::GetResourcePolicyResponse;
        get_secret_value(secretsmanager::GetSecretValueRequest)
            -> secretsmanager::GetSecretValueResponse;
        list_resource_policies(&secretsmanager::ListResourcePoliciesRequest)
            -> secretsmanager::ListResourcePoliciesResponse;
        list_secret_version_ids(&secretsmanager::ListSecretVersionIdsRequest)
            -> secretsmanager::ListSecretVersionIdsResponse;
        list_secrets(&secretsmanager::ListSecretsRequest) -> secretsmanager::ListSecretsResponse;
        put_resource_policy(secretsmanager::PutResourcePolicyRequest)
            -> secretsmanager::PutResourcePolicyResponse;
        put_secret_value(secretsmanager::PutSecretValueRequest)
            -> secretsmanager::PutSecretValueResponse;
        restore_secret(secretsmanager::RestoreSecretRequest)
            -> secretsmanager::RestoreSecretResponse;
        rotate_secret(secretsmanager::RotateSecretRequest) -> secretsmanager::RotateSecretResponse;
        tag_resource(secretsmanager::TagResourceRequest) -> secretsmanager::TagResourceResponse;
        untag_resource(secretsmanager::UntagResourceRequest)
            -> secretsmanager::UntagResourceResponse;
        update_secret(secretsmanager::UpdateSecretRequest) -> secretsmanager::UpdateSecretResponse;
        update_secret_version_stage(secretsmanager::UpdateSecretVersionStageRequest)
            -> secretsmanager::UpdateSecretVersionStageResponse;
        validate_resource_policy(&secretsmanager::ValidateResourcePolicyRequest)
            -> secretsmanager::ValidateResourcePolicyResponse;
    }

    async fn get_random_password(
        &self,
        _caller: &Caller,
        input: secretsmanager::GetRandomPasswordRequest,
    ) -> Result<secretsmanager::GetRandomPasswordResponse, ApiError> {
        get_random_password::run(&input)
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
