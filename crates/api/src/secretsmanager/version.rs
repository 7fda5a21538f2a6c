//! Versions: what becomes of one that is put.

use aws_api::secretsmanager::errors;
use model::{Secret, SecretVersion, Timestamp};
use wire::ApiError;

use super::value::Clear;
use super::{rotation, sealing};
use crate::{Api, Turn};

/// LIMIT: stages of one version.
const STAGES_MAX: usize = 20;

/// What is known of a version that is to be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Nothing,
    /// It is there, with this very value.
    Same,
    Other,
}

/// A version to be put.
#[derive(Clone, Copy)]
pub(super) struct NewVersion<'a> {
    pub id: &'a str,
    pub value: &'a Clear,
    pub stages: &'a [String],
}

pub(super) fn known(
    api: &Api,
    turn: &Turn<'_>,
    (secret, new): (&Secret, NewVersion<'_>),
) -> Result<Known, ApiError> {
    match secret.versions.get(new.id).map(|version| version.content) {
        None | Some(None) => Ok(Known::Nothing),
        Some(Some(_)) => {
            let keys = sealing::on_behalf(api, (turn.caller, turn.snapshot));
            let value = sealing::open(keys, (secret, new.id));
            let value = value.map_err(sealing::decryption_failure)?;
            Ok(if value == *new.value { Known::Same } else { Known::Other })
        }
    }
}

/// COMPAT: AWS's sentence.
pub(super) fn token_in_use(secret: &Secret, token: &str) -> ApiError {
    let arn = secret.arn();
    errors::resource_exists_exception(format!(
        "You can't use ClientRequestToken {token} because that value is already in use for a \
         version of secret {arn}."
    ))
}

/// Adds a version to `secret`, which is yet to be written, and its value to the plan. Versions
/// that are outdated go.
pub(super) fn add(
    api: &Api,
    turn: &mut Turn<'_>,
    (secret, new): (&mut Secret, NewVersion<'_>),
) -> Result<(), ApiError> {
    let now = turn.now();
    for id in secret.outdated(now) {
        secret.versions.remove(&id);
        let value = turn.snapshot.secret_values.get(&secret.scope, &secret.value_id(&id));
        if let Some(value) = value {
            turn.plan.delete(value);
        }
    }
    let mut stages = new.stages.to_vec();
    // COMPAT: "If this operation creates the first version for the secret, then Secrets Manager
    // automatically attaches the staging label `AWSCURRENT` to it" (`PutSecretValue`).
    let is_first = secret.versions.values().all(|version| version.content.is_none());
    if is_first && !stages.iter().any(|stage| stage == SecretVersion::CURRENT) {
        stages.push(SecretVersion::CURRENT.to_owned());
    }
    if !secret.versions.contains_key(new.id) && secret.versions.len() >= SecretVersion::COUNT_MAX {
        return Err(errors::limit_exceeded_exception(format!(
            "A secret can have at most {} versions; those without a staging label are deleted a \
             day after they were made.",
            SecretVersion::COUNT_MAX
        )));
    }
    let sealed = sealing::seal(api, turn, new.value, (secret, new.id))?;
    put(secret, new, now);
    for stage in &stages {
        move_stage(secret, stage, new.id)?;
    }
    turn.plan.insert(sealed);
    if secret.version_at(SecretVersion::CURRENT).is_some_and(|(id, _)| id == new.id) {
        rotation::value_was_put(secret, now);
    }
    secret.changed_at = now;
    Ok(())
}

fn put(secret: &mut Secret, new: NewVersion<'_>, now: Timestamp) {
    let stages = secret.versions.remove(new.id).map(|begun| begun.stages).unwrap_or_default();
    let version = SecretVersion {
        stages,
        content: Some(new.value.content()),
        created_at: now,
        accessed_on: None,
    };
    secret.versions.insert(new.id.to_owned(), version);
}

/// Moves a stage to a version that is there, as long as it has room for it.
pub(super) fn move_stage(secret: &mut Secret, stage: &str, id: &str) -> Result<(), ApiError> {
    secret.move_stage(stage, id);
    if secret.versions.values().any(|version| version.stages.len() > STAGES_MAX) {
        return Err(errors::limit_exceeded_exception(format!(
            "A version can have at most {STAGES_MAX} staging labels."
        )));
    }
    Ok(())
}
