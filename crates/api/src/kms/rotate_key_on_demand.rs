//! `RotateKeyOnDemand`: a key gets new material at once.

use std::time::Duration;

use aws_api::kms::{RotateKeyOnDemandRequest, RotateKeyOnDemandResponse, errors};
use model::{KmsKey, KmsRotation, KmsRotationKind};
use wire::ApiError;

use super::{change, key};
use crate::{Api, Caller};

/// LIMIT: "a maximum of 25 times per KMS key" (`RotateKeyOnDemand`).
const ROTATIONS_MAX: usize = 25;

/// COMPAT: "scheduled to begin within the next 20 minutes" (`ConflictException`).
const SOON: Duration = Duration::from_mins(20);

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RotateKeyOnDemandRequest,
) -> Result<RotateKeyOnDemandResponse, ApiError> {
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        key::check_usable(found).map_err(super::refusal)?;
        let demanded = found.rotations.iter().filter(|it| it.kind == KmsRotationKind::OnDemand);
        if demanded.count() >= ROTATIONS_MAX {
            return Err(errors::limit_exceeded_exception(format!(
                "{} was rotated on demand {ROTATIONS_MAX} times, which is the most.",
                found.arn()
            )));
        }
        if found.rotation_schedule.is_some_and(|it| it.next_at <= turn.now() + SOON) {
            return Err(errors::conflict_exception(format!(
                "An automatic rotation of {} is to begin within the next 20 minutes.",
                found.arn()
            )));
        }
        let mut rotated: KmsKey = (*found.record).clone();
        let kind = KmsRotationKind::OnDemand;
        rotated.rotations.push(KmsRotation { kind, rotated_at: turn.now() });
        turn.plan.update(found, rotated);
        Ok(RotateKeyOnDemandResponse { key_id: Some(found.arn()) })
    })
    .await
}
