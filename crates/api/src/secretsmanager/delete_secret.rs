//! `DeleteSecret`: schedules a deletion, until which the secret can be restored, or deletes it.

use std::ops::RangeInclusive;
use std::time::Duration;

use aws_api::secretsmanager::{DeleteSecretRequest, DeleteSecretResponse};
use model::{Secret, SecretDeletion};
use wire::ApiError;

use super::find;
use crate::{Api, Caller, Turn};

const WINDOW_DAYS: RangeInclusive<u32> = 7..=30;
const WINDOW_DAYS_DEFAULT: u32 = 30;
const DAY: Duration = Duration::from_hours(24);

/// What becomes of the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Now,
    After(Duration),
}

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteSecretRequest,
) -> Result<DeleteSecretResponse, ApiError> {
    let end = end(&input)?;
    api.transact(caller, |turn| match end {
        End::Now => Ok(delete(turn, &input.secret_id)),
        End::After(window) => schedule(turn, &input.secret_id, window),
    })
    .await
}

// COMPAT: AWS's sentences.
fn end(input: &DeleteSecretRequest) -> Result<End, ApiError> {
    let is_forced = input.force_delete_without_recovery == Some(true);
    let Some(given) = input.recovery_window_in_days else {
        return Ok(if is_forced { End::Now } else { End::After(DAY * WINDOW_DAYS_DEFAULT) });
    };
    if is_forced {
        return Err(super::invalid(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    match u32::try_from(given) {
        Ok(days) if WINDOW_DAYS.contains(&days) => Ok(End::After(DAY * days)),
        Ok(_) | Err(_) => Err(super::invalid(
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        )),
    }
}

fn schedule(
    turn: &mut Turn<'_>,
    secret_id: &str,
    window: Duration,
) -> Result<DeleteSecretResponse, ApiError> {
    let secret = find::any(turn.snapshot, turn.scope(), secret_id)?;
    if secret.deletion.is_some() {
        // COMPAT: AWS's sentence.
        return Err(super::refused(
            "You can't perform this operation on the secret because it was already scheduled for \
             deletion.",
        ));
    }
    let now = turn.now();
    let deletion = SecretDeletion { deleted_at: now, ends_at: now + window };
    let next = Secret { deletion: Some(deletion), changed_at: now, ..(*secret.record).clone() };
    turn.plan.update(secret, next);
    Ok(DeleteSecretResponse {
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
        deletion_date: Some(deletion.ends_at),
    })
}

/// COMPAT: "If you forcibly delete an already deleted or nonexistent secret, the operation does
/// not return `ResourceNotFoundException`."
fn delete(turn: &mut Turn<'_>, secret_id: &str) -> DeleteSecretResponse {
    let known = find::secret(turn.snapshot, turn.scope(), secret_id);
    let (arn, name) = match known {
        Some(secret) => {
            planner::secrets::delete(turn.snapshot, secret, &mut turn.plan);
            (secret.arn(), secret.name.clone())
        }
        None if secret_id.starts_with("arn:") => {
            let name = secret_id.rsplit_once(":secret:").map_or(secret_id, |(_, name)| name);
            (secret_id.to_owned(), name.to_owned())
        }
        None => {
            let arn = turn.scope().arn("secretsmanager", format_args!("secret:{secret_id}"));
            (arn, secret_id.to_owned())
        }
    };
    let deletion_date = Some(turn.now());
    DeleteSecretResponse { arn: Some(arn), name: Some(name), deletion_date }
}
