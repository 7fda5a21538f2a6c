//! Secrets as callers name them: by name, by ARN, or by an ARN without its random suffix.

use aws_api::secretsmanager::errors;
use model::{Arn, Entry, Scope, Secret, SecretVersion, Snapshot};
use wire::ApiError;

/// The length of a suffix, with its hyphen.
const SUFFIX_LENGTH: usize = 7;

/// The secret of this name or ARN, also where it is scheduled for deletion.
pub(super) fn any<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    id: &str,
) -> Result<&'a Entry<Secret>, ApiError> {
    secret(snapshot, scope, id).ok_or_else(super::not_found)
}

/// The secret of this name or ARN, where it is not scheduled for deletion.
pub(super) fn active<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    id: &str,
) -> Result<&'a Entry<Secret>, ApiError> {
    let found = any(snapshot, scope, id)?;
    match found.deletion {
        None => Ok(found),
        // COMPAT: AWS's sentence.
        Some(_) => Err(super::refused(
            "You can't perform this operation on the secret because it was marked for deletion.",
        )),
    }
}

pub(crate) fn secret<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    id: &str,
) -> Option<&'a Entry<Secret>> {
    if !id.starts_with("arn:") {
        return snapshot.secrets.get(scope, id);
    }
    let arn =
        Arn::parse(id).filter(|arn| arn.service == "secretsmanager" && arn.scope == *scope)?;
    let id = arn.resource.strip_prefix("secret:")?;
    let whole = split_suffix(id).and_then(|(name, suffix)| {
        snapshot.secrets.get(scope, name).filter(|secret| secret.suffix == suffix)
    });
    whole.or_else(|| snapshot.secrets.get(scope, id))
}

/// `name-AbCdEf` in its two parts, where it may be that.
fn split_suffix(id: &str) -> Option<(&str, &str)> {
    let (name, suffix) = id.split_at_checked(id.len().checked_sub(SUFFIX_LENGTH)?)?;
    Some((name, suffix.strip_prefix('-')?))
}

/// Which version is asked for; where nothing is said, the current one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted<'a> {
    pub version_id: Option<&'a str>,
    pub stage: Option<&'a str>,
}

/// Why there is no such version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoVersion {
    OfId(String),
    OfStage(String),
    /// The version is not in the stage.
    Mismatch,
}

/// The version that is asked for, which has a value.
pub(super) fn version<'a>(
    secret: &'a Secret,
    wanted: Wanted<'_>,
) -> Result<(&'a String, &'a SecretVersion), NoVersion> {
    let found = match (wanted.version_id, wanted.stage) {
        (Some(id), stage) => {
            let found = secret.versions.get_key_value(id);
            let is_there =
                |version: &SecretVersion| stage.is_none_or(|stage| version.stages.contains(stage));
            if found.is_some_and(|(_, version)| !is_there(version)) {
                return Err(NoVersion::Mismatch);
            }
            found.ok_or_else(|| NoVersion::OfId(id.to_owned()))?
        }
        (None, stage) => {
            let stage = stage.unwrap_or(SecretVersion::CURRENT);
            let missing = || NoVersion::OfStage(stage.to_owned());
            secret.version_at(stage).filter(|(_, it)| it.content.is_some()).ok_or_else(missing)?
        }
    };
    match found.1.content {
        Some(_) => Ok(found),
        None => Err(NoVersion::OfId(found.0.clone())),
    }
}

// COMPAT: AWS's sentences.
impl NoVersion {
    pub(super) fn told(self) -> ApiError {
        let lost = "Secrets Manager can't find the specified secret value for";
        match self {
            NoVersion::OfId(id) => {
                errors::resource_not_found_exception(format!("{lost} VersionId: {id}"))
            }
            NoVersion::OfStage(stage) => {
                errors::resource_not_found_exception(format!("{lost} staging label: {stage}"))
            }
            NoVersion::Mismatch => super::refused(
                "You provided a VersionStage that is not associated to the provided VersionId.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_is_a_hyphen_and_six() {
        assert_eq!(split_suffix("db-AbCdEf"), Some(("db", "AbCdEf")));
        assert_eq!(split_suffix("a/b-c-AbCdEf"), Some(("a/b-c", "AbCdEf")));
        for id in ["", "db", "-AbCde", "dbAbCdEfg", "äbCdEf"] {
            assert_eq!(split_suffix(id), None, "{id}");
        }
    }
}
