//! `RestoreSecret`: cancels a deletion that is scheduled.

use aws_api::secretsmanager::{RestoreSecretRequest, RestoreSecretResponse};
use model::Secret;
use wire::ApiError;

use super::find;
use crate::{Api, Caller};

/// A secret that is not scheduled for deletion is left as it is.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RestoreSecretRequest,
) -> Result<RestoreSecretResponse, ApiError> {
    api.transact(caller, |turn| {
        let secret = find::any(turn.snapshot, turn.scope(), &input.secret_id)?;
        if secret.deletion.is_some() {
            let now = turn.now();
            let next = Secret { deletion: None, changed_at: now, ..(*secret.record).clone() };
            turn.plan.update(secret, next);
        }
        Ok(RestoreSecretResponse { arn: Some(secret.arn()), name: Some(secret.name.clone()) })
    })
    .await
}
