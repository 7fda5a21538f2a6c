//! `EnableKeyRotation`: a key gets new material every so many days.
//!
//! `planner::kms_key` rotates it.

use std::time::Duration;

use aws_api::kms::{EnableKeyRotationRequest, EnableKeyRotationResponse};
use model::{KMS_ROTATION_PERIOD_DAYS, KmsKey, KmsRotationSchedule};
use wire::ApiError;

use super::{change, key};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: EnableKeyRotationRequest,
) -> Result<EnableKeyRotationResponse, ApiError> {
    let given = input.rotation_period_in_days.map(i32::unsigned_abs);
    let period_days = given.unwrap_or(KMS_ROTATION_PERIOD_DAYS);
    let period = Duration::from_hours(u64::from(period_days) * 24);
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        key::check_usable(found).map_err(super::refusal)?;
        // Asking again for what is so already puts off no rotation.
        let kept = found.rotation_schedule.filter(|known| known.period_days == period_days);
        let made = KmsRotationSchedule { period_days, next_at: turn.now() + period };
        let rotation_schedule = Some(kept.unwrap_or(made));
        turn.plan.update(found, KmsKey { rotation_schedule, ..(*found.record).clone() });
        Ok(EnableKeyRotationResponse {})
    })
    .await
}
