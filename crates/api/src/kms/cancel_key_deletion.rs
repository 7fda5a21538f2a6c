//! `CancelKeyDeletion`: keeps a key that was to be destroyed. It is disabled then.

use aws_api::kms::{CancelKeyDeletionRequest, CancelKeyDeletionResponse, errors};
use model::{KmsKey, KmsKeyState};
use wire::ApiError;

use super::change;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CancelKeyDeletionRequest,
) -> Result<CancelKeyDeletionResponse, ApiError> {
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        match found.state {
            KmsKeyState::PendingDeletion { .. } => {}
            KmsKeyState::Enabled | KmsKeyState::Disabled => {
                return Err(errors::kms_invalid_state_exception(format!(
                    "{} is not pending deletion.",
                    found.arn()
                )));
            }
        }
        turn.plan.update(found, KmsKey { state: KmsKeyState::Disabled, ..(*found.record).clone() });
        Ok(CancelKeyDeletionResponse { key_id: Some(found.arn()) })
    })
    .await
}
