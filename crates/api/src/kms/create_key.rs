//! `CreateKey`: makes a symmetric key, which is enabled at once.

use aws_api::kms::{
    CreateKeyRequest, CreateKeyResponse, CustomerMasterKeySpec, KeySpec, KeyUsageType, OriginType,
};
use model::{KmsKeyManager, Tags};
use wire::ApiError;

use super::new_key::{self, NewKey};
use super::policy::{self, LockoutCheck};
use super::{key_metadata, tags};
use crate::refuse::refuse_given;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateKeyRequest,
) -> Result<CreateKeyResponse, ApiError> {
    check_kind(&input)?;
    let tags = tags::add(&Tags::new(), input.tags.as_deref().unwrap_or_default())?;
    let default = || new_key::default_policy(&caller.scope.account);
    let policy = input.policy.clone().unwrap_or_else(default);
    let lockout = LockoutCheck::of(input.bypass_policy_lockout_safety_check);
    api.transact(caller, |turn| {
        let new = NewKey {
            manager: KmsKeyManager::Customer,
            description: input.description.clone().unwrap_or_default(),
            policy: policy.clone(),
            tags: tags.clone(),
            rotation_schedule: None,
        };
        let key = new_key::make(turn, &api.vault, new);
        policy::check(turn, &key, &policy, lockout)?;
        turn.plan.insert(key.clone());
        Ok(CreateKeyResponse { key_metadata: Some(key_metadata::render(&key)) })
    })
    .await
}

fn check_kind(input: &CreateKeyRequest) -> Result<(), ApiError> {
    if input.key_spec.is_some() && input.customer_master_key_spec.is_some() {
        return Err(super::invalid(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. \
             CustomerMasterKeySpec is deprecated.",
        ));
    }
    let refuse = |name: &str, value: &str| {
        Err(super::unsupported(format!("`{name}` `{value}` is not supported by Longshore yet")))
    };
    match input.key_usage {
        None | Some(KeyUsageType::EncryptDecrypt) => {}
        Some(other) => return refuse("KeyUsage", other.as_str()),
    }
    match input.key_spec {
        None | Some(KeySpec::SymmetricDefault) => {}
        Some(other) => return refuse("KeySpec", other.as_str()),
    }
    match input.customer_master_key_spec {
        None | Some(CustomerMasterKeySpec::SymmetricDefault) => {}
        Some(other) => return refuse("CustomerMasterKeySpec", other.as_str()),
    }
    match input.origin {
        None | Some(OriginType::AwsKms) => {}
        Some(other) => return refuse("Origin", other.as_str()),
    }
    refuse_given(
        &[
            ("CustomKeyStoreId", input.custom_key_store_id.is_some()),
            ("MultiRegion", input.multi_region == Some(true)),
            ("XksKeyId", input.xks_key_id.is_some()),
        ],
        super::unsupported,
    )
}
