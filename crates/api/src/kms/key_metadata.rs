//! A key as `DescribeKey` and `CreateKey` show it.

use aws_api::kms::{
    CustomerMasterKeySpec, EncryptionAlgorithmSpec, KeyManagerType, KeyMetadata, KeySpec, KeyState,
    KeyUsageType, OriginType,
};
use model::{KmsKey, KmsKeyManager, KmsKeyState, Timestamp};

use super::key::material_id;

pub(super) fn render(key: &KmsKey) -> KeyMetadata {
    KeyMetadata {
        aws_account_id: Some(key.scope.account.clone()),
        key_id: Some(key.id.clone()),
        arn: Some(key.arn()),
        creation_date: Some(key.created_at),
        enabled: Some(key.state == KmsKeyState::Enabled),
        description: Some(key.description.clone()),
        key_usage: Some(KeyUsageType::EncryptDecrypt),
        key_state: Some(state(key)),
        deletion_date: deletion_date(key),
        origin: Some(OriginType::AwsKms),
        key_manager: Some(match key.manager {
            KmsKeyManager::Customer => KeyManagerType::Customer,
            KmsKeyManager::Aws => KeyManagerType::Aws,
        }),
        customer_master_key_spec: Some(CustomerMasterKeySpec::SymmetricDefault),
        key_spec: Some(KeySpec::SymmetricDefault),
        encryption_algorithms: Some(vec![EncryptionAlgorithmSpec::SymmetricDefault]),
        multi_region: Some(false),
        current_key_material_id: Some(material_id(key, key.generation())),
        ..KeyMetadata::default()
    }
}

pub(super) fn state(key: &KmsKey) -> KeyState {
    match key.state {
        KmsKeyState::Enabled => KeyState::Enabled,
        KmsKeyState::Disabled => KeyState::Disabled,
        KmsKeyState::PendingDeletion { .. } => KeyState::PendingDeletion,
    }
}

pub(super) fn deletion_date(key: &KmsKey) -> Option<Timestamp> {
    match key.state {
        KmsKeyState::PendingDeletion { deletion_at } => Some(deletion_at),
        KmsKeyState::Enabled | KmsKeyState::Disabled => None,
    }
}
