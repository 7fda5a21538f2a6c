//! `GetKeyRotationStatus`: whether a key is rotated by itself, and when next.

use aws_api::kms::{GetKeyRotationStatusRequest, GetKeyRotationStatusResponse};
use model::KmsKeyState;
use wire::ApiError;

use super::key;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetKeyRotationStatusRequest,
) -> Result<GetKeyRotationStatusResponse, ApiError> {
    let snapshot = api.snapshot();
    let key = key::find_by_id(&snapshot, &caller.scope, &input.key_id).map_err(super::refusal)?;
    // COMPAT: "While a KMS key is pending deletion, its key rotation status is false"; what it
    // was comes back with the key (`GetKeyRotationStatus`).
    let schedule = match key.state {
        KmsKeyState::Enabled | KmsKeyState::Disabled => key.rotation_schedule,
        KmsKeyState::PendingDeletion { .. } => None,
    };
    Ok(GetKeyRotationStatusResponse {
        key_rotation_enabled: Some(schedule.is_some()),
        key_id: Some(key.arn()),
        rotation_period_in_days: schedule.map(|it| it.period_days as i32),
        next_rotation_date: schedule.map(|it| it.next_at),
        // A rotation on demand is over when it is answered.
        on_demand_rotation_start_date: None,
    })
}
