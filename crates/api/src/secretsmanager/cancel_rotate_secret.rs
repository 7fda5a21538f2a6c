//! `CancelRotateSecret`: turns rotation off, and stops the task of one that is under way.

use aws_api::secretsmanager::{CancelRotateSecretRequest, CancelRotateSecretResponse};
use model::{RotationRun, Secret, SecretRotation, StopCode};
use wire::ApiError;

use super::find;
use crate::{Api, Caller, Turn};

/// As `DescribeTasks` says it of the task.
const REASON: &str = "The rotation of its secret was cancelled";

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CancelRotateSecretRequest,
) -> Result<CancelRotateSecretResponse, ApiError> {
    api.transact(caller, |turn| {
        let secret = find::active(turn.snapshot, turn.scope(), &input.secret_id)?;
        let Some(rotation) = secret.rotation.clone() else {
            let message = "You can't cancel the rotation of a secret that has none configured.";
            return Err(super::refused(message));
        };
        let run = rotation.run.clone();
        stop(turn, run.as_ref());
        let off = SecretRotation { is_enabled: false, next: None, run: None, ..rotation };
        let before = (*secret.record).clone();
        let next = Secret { rotation: Some(off), changed_at: turn.now(), ..before };
        turn.plan.update(secret, next);
        Ok(CancelRotateSecretResponse {
            arn: Some(secret.arn()),
            name: Some(secret.name.clone()),
            version_id: run.map(|run| run.version_id),
        })
    })
    .await
}

fn stop(turn: &mut Turn<'_>, run: Option<&RotationRun>) {
    let key = run.and_then(|run| run.task.as_ref());
    let Some(task) = key.and_then(|key| turn.snapshot.task(key)) else { return };
    let stopped = planner::task::stopped(&task.record, StopCode::UserInitiated, REASON, turn.now());
    if stopped != *task.record {
        turn.plan.update(task, stopped);
    }
}
