//! `ListKeyRotations`: when a key got new material, page by page.

use aws_api::kms::{
    IncludeKeyMaterial, KeyMaterialState, ListKeyRotationsRequest, ListKeyRotationsResponse,
    RotationType, RotationsListEntry,
};
use model::{KmsKey, KmsRotation, KmsRotationKind};
use wire::ApiError;

use super::key;
use super::listing::{self, Asked, PAGE_SIZE};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListKeyRotationsRequest,
) -> Result<ListKeyRotationsResponse, ApiError> {
    let snapshot = api.snapshot();
    let key = key::find_by_id(&snapshot, &caller.scope, &input.key_id).map_err(super::refusal)?;
    // The first material came by no rotation.
    let first = match input.include_key_material {
        Some(IncludeKeyMaterial::AllKeyMaterial) => Some((0, None)),
        Some(IncludeKeyMaterial::RotationsOnly) | None => None,
    };
    let rotations = (1_u32..).zip(key.rotations.iter().map(Some));
    let asked = Asked { limit: input.limit, marker: input.marker.as_deref() };
    let materials = first.into_iter().chain(rotations);
    // As wide as any number, so that texts are in the order of numbers.
    let listed = listing::page(asked, PAGE_SIZE, materials, |(at, _)| format!("{at:010}"))?;
    let entries = listed.items.iter().map(|(generation, by)| entry(key, *generation, *by));
    Ok(ListKeyRotationsResponse {
        rotations: Some(entries.collect()),
        truncated: Some(listed.is_truncated()),
        next_marker: listed.next_marker,
    })
}

fn entry(key: &KmsKey, generation: u32, by: Option<&KmsRotation>) -> RotationsListEntry {
    let is_current = generation == key.generation();
    let state = if is_current { KeyMaterialState::Current } else { KeyMaterialState::NonCurrent };
    RotationsListEntry {
        key_id: Some(key.id.clone()),
        key_material_id: Some(key::material_id(key, generation)),
        key_material_state: Some(state),
        rotation_date: by.map(|it| it.rotated_at),
        rotation_type: by.map(|it| match it.kind {
            KmsRotationKind::Automatic => RotationType::Automatic,
            KmsRotationKind::OnDemand => RotationType::OnDemand,
        }),
        ..RotationsListEntry::default()
    }
}
