//! `ScheduleKeyDeletion`: a key is of no use from now on, and destroyed when the time has come.
//!
//! `planner::kms_key` destroys it.

use std::time::Duration;

use aws_api::kms::{ScheduleKeyDeletionRequest, ScheduleKeyDeletionResponse};
use model::{KmsKey, KmsKeyState};
use wire::ApiError;

use super::{change, key, key_metadata};
use crate::{Api, Caller};

/// COMPAT: "If you include a value, it must be between 7 and 30, inclusive. If you do not include
/// a value, it defaults to 30" (`ScheduleKeyDeletion`).
const DAYS_MIN: i32 = 7;
const DAYS_MAX: i32 = 30;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ScheduleKeyDeletionRequest,
) -> Result<ScheduleKeyDeletionResponse, ApiError> {
    let days = input.pending_window_in_days.unwrap_or(DAYS_MAX);
    if !(DAYS_MIN..=DAYS_MAX).contains(&days) {
        return Err(super::invalid(format!(
            "PendingWindowInDays must be between {DAYS_MIN} and {DAYS_MAX}, inclusive."
        )));
    }
    let window = Duration::from_hours(u64::from(days.unsigned_abs()) * 24);
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        key::check_kept(found).map_err(super::refusal)?;
        let state = KmsKeyState::PendingDeletion { deletion_at: turn.now() + window };
        let pending = KmsKey { state, ..(*found.record).clone() };
        turn.plan.update(found, pending.clone());
        Ok(ScheduleKeyDeletionResponse {
            key_id: Some(pending.arn()),
            deletion_date: key_metadata::deletion_date(&pending),
            key_state: Some(key_metadata::state(&pending)),
            pending_window_in_days: Some(days),
        })
    })
    .await
}
