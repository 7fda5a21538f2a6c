//! `EnableKey`: lets a key be used again.

use aws_api::kms::{EnableKeyRequest, EnableKeyResponse};
use model::{KmsKey, KmsKeyState};
use wire::ApiError;

use super::{change, key};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: EnableKeyRequest,
) -> Result<EnableKeyResponse, ApiError> {
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        key::check_kept(found).map_err(super::refusal)?;
        turn.plan.update(found, KmsKey { state: KmsKeyState::Enabled, ..(*found.record).clone() });
        Ok(EnableKeyResponse {})
    })
    .await
}
