//! `DisableKey`: keeps a key from being used, until it is enabled.

use aws_api::kms::{DisableKeyRequest, DisableKeyResponse};
use model::{KmsKey, KmsKeyState};
use wire::ApiError;

use super::{change, key};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DisableKeyRequest,
) -> Result<DisableKeyResponse, ApiError> {
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        key::check_kept(found).map_err(super::refusal)?;
        turn.plan.update(found, KmsKey { state: KmsKeyState::Disabled, ..(*found.record).clone() });
        Ok(DisableKeyResponse {})
    })
    .await
}
