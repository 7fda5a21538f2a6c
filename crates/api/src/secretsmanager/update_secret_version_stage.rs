//! `UpdateSecretVersionStage`: moves a stage from one version to another, or takes it away.

use aws_api::secretsmanager::{UpdateSecretVersionStageRequest, UpdateSecretVersionStageResponse};
use model::{Secret, SecretVersion};
use wire::ApiError;

use super::find::{self, NoVersion, Wanted};
use super::version;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateSecretVersionStageRequest,
) -> Result<UpdateSecretVersionStageResponse, ApiError> {
    api.transact(caller, |turn| {
        let secret = find::active(turn.snapshot, turn.scope(), &input.secret_id)?;
        let mut next = (*secret.record).clone();
        check_removal(secret, &input)?;
        let stage = input.version_stage.as_str();
        match &input.move_to_version_id {
            Some(id) => {
                find::version(secret, Wanted { version_id: Some(id), stage: None })
                    .map_err(NoVersion::told)?;
                version::move_stage(&mut next, stage, id)?;
            }
            None => next.remove_stage(stage),
        }
        if next.versions != secret.versions {
            next.changed_at = turn.now();
            turn.plan.update(secret, next);
        }
        Ok(UpdateSecretVersionStageResponse {
            arn: Some(secret.arn()),
            name: Some(secret.name.clone()),
        })
    })
    .await
}

/// Whoever takes a stage from a version says from which.
///
/// COMPAT: "If the label is attached and you either do not specify this parameter, or the version
/// ID does not match, then the operation fails" (`RemoveFromVersionId`). The sentences are AWS's,
/// but for the second.
fn check_removal(secret: &Secret, input: &UpdateSecretVersionStageRequest) -> Result<(), ApiError> {
    let stage = input.version_stage.as_str();
    let holder = secret.version_at(stage).map(|(id, _)| id);
    let (from, to) = (input.remove_from_version_id.as_ref(), input.move_to_version_id.as_ref());
    match (from, holder) {
        (None, Some(holder)) if to != Some(holder) => {
            return Err(super::invalid(format!(
                "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is \
                 currently attached to version {holder}, so you must explicitly reference that \
                 version in RemoveFromVersionId."
            )));
        }
        (Some(from), holder) if holder != Some(from) => {
            return Err(super::invalid(format!(
                "Staging label {stage} isn't attached to version {from}, which \
                 RemoveFromVersionId names."
            )));
        }
        (None, None) if to.is_none() => {
            return Err(super::invalid(format!(
                "Staging label {stage} isn't attached to any version; say in MoveToVersionId \
                 which one to attach it to."
            )));
        }
        (None | Some(_), None | Some(_)) => {}
    }
    if to.is_none() && stage == SecretVersion::CURRENT {
        return Err(super::invalid(
            "You can only move staging label AWSCURRENT to a different secret version. It can’t \
             be completely removed.",
        ));
    }
    Ok(())
}
