//! `LabelParameterVersion`: names a version. A label that another version has moves to this one.

use aws_api::ssm::{LabelParameterVersionRequest, LabelParameterVersionResult, errors};
use model::Parameter;
use wire::ApiError;

use super::name::{self, Missing};
use crate::{Api, Caller};

/// LIMIT: labels of one version (`ParameterVersionLabelLimitExceeded`).
const LABELS_MAX: usize = 10;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: LabelParameterVersionRequest,
) -> Result<LabelParameterVersionResult, ApiError> {
    let (labels, unfit): (Vec<_>, Vec<_>) =
        input.labels.iter().cloned().partition(|label| is_label(label));
    api.transact(caller, |turn| {
        let found = name::find_whole(turn.snapshot, turn.scope(), &input.name)?;
        let number = match input.parameter_version {
            None => found.latest().0,
            Some(number) => super::known_version(found, number)?,
        };
        let mut labelled: Parameter = (*found.record).clone();
        for version in labelled.versions.values_mut() {
            version.labels.retain(|label| !labels.contains(label));
        }
        let name = &found.name;
        let not_found = || {
            super::missing(&Missing::Version { name: name.clone(), version: number.to_string() })
        };
        let version = labelled.versions.get_mut(&number).ok_or_else(not_found)?;
        version.labels.extend(labels.iter().cloned());
        if version.labels.len() > LABELS_MAX {
            return Err(errors::parameter_version_label_limit_exceeded(format!(
                "A parameter version can have a maximum of {LABELS_MAX} labels. Move one or more \
                 labels to another version and try again."
            )));
        }
        turn.plan.update(found, labelled);
        Ok(LabelParameterVersionResult {
            invalid_labels: Some(unfit.clone()),
            parameter_version: i64::try_from(number).ok(),
        })
    })
    .await
}

/// COMPAT: "Labels can't begin with a number, "aws" or "ssm"" (`LabelParameterVersion`).
fn is_label(label: &str) -> bool {
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let lower = label.to_ascii_lowercase();
    label.bytes().all(is_one)
        && !label.starts_with(|first: char| first.is_ascii_digit())
        && !["aws", "ssm"].iter().any(|reserved| lower.starts_with(reserved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_follows_the_rules() {
        for label in ["prod", "a1", "_a", "v1.0-rc_2", "myaws"] {
            assert!(is_label(label), "{label}");
        }
        for label in ["1a", "awsome", "SSM", "a b", "a/b", "ä", "a:b"] {
            assert!(!is_label(label), "{label}");
        }
    }
}
