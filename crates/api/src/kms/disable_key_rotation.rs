//! `DisableKeyRotation`: a key keeps the material that it has.

use aws_api::kms::{DisableKeyRotationRequest, DisableKeyRotationResponse};
use model::KmsKey;
use wire::ApiError;

use super::{change, key};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DisableKeyRotationRequest,
) -> Result<DisableKeyRotationResponse, ApiError> {
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        key::check_usable(found).map_err(super::refusal)?;
        turn.plan.update(found, KmsKey { rotation_schedule: None, ..(*found.record).clone() });
        Ok(DisableKeyRotationResponse {})
    })
    .await
}
