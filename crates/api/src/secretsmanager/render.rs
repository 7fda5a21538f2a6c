//! Secrets as the API shows them.
//
// COMPAT: `PrimaryRegion` is shown of replicated secrets alone, as observed.

use std::collections::BTreeMap;

use aws_api::secretsmanager::{DescribeSecretResponse, SecretListEntry};
use model::Secret;

use super::{rotation, tags};

/// COMPAT: "Secrets Manager only returns fields that have a value in the response."
pub(super) fn description(secret: &Secret) -> DescribeSecretResponse {
    let rotation = rotation::shown(secret);
    DescribeSecretResponse {
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
        description: secret.description.clone(),
        kms_key_id: secret.kms_key_id.clone(),
        rotation_enabled: rotation.is_enabled,
        rotation_lambda_arn: rotation.arn,
        rotation_rules: rotation.rules,
        last_rotated_date: rotation.last,
        next_rotation_date: rotation.next,
        last_changed_date: Some(secret.changed_at),
        last_accessed_date: secret.accessed_on,
        // COMPAT: "Some time after the deleted date, Secrets Manager deletes the secret"; in a
        // list it is "the date and time the deletion of the secret occurred".
        deleted_date: secret.deletion.map(|deletion| deletion.ends_at),
        tags: Some(tags::render(&secret.tags)).filter(|tags| !tags.is_empty()),
        version_ids_to_stages: stages(secret),
        created_date: Some(secret.created_at),
        ..DescribeSecretResponse::default()
    }
}

pub(super) fn list_entry(secret: &Secret) -> SecretListEntry {
    let rotation = rotation::shown(secret);
    SecretListEntry {
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
        description: secret.description.clone(),
        kms_key_id: secret.kms_key_id.clone(),
        rotation_enabled: rotation.is_enabled,
        rotation_lambda_arn: rotation.arn,
        rotation_rules: rotation.rules,
        last_rotated_date: rotation.last,
        next_rotation_date: rotation.next,
        last_changed_date: Some(secret.changed_at),
        last_accessed_date: secret.accessed_on,
        deleted_date: secret.deletion.map(|deletion| deletion.deleted_at),
        tags: Some(tags::render(&secret.tags)),
        secret_versions_to_stages: stages(secret),
        created_date: Some(secret.created_at),
        ..SecretListEntry::default()
    }
}

/// The versions that are in a stage.
fn stages(secret: &Secret) -> Option<BTreeMap<String, Vec<String>>> {
    let staged = secret.versions.iter().filter(|(_, version)| !version.stages.is_empty());
    let stages: BTreeMap<_, _> = staged
        .map(|(id, version)| (id.clone(), version.stages.iter().cloned().collect()))
        .collect();
    Some(stages).filter(|stages| !stages.is_empty())
}
