//! `UnlabelParameterVersion`: takes labels from a version. Those that it does not have are told.

use aws_api::ssm::{UnlabelParameterVersionRequest, UnlabelParameterVersionResult};
use model::Parameter;
use wire::ApiError;

use super::name;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UnlabelParameterVersionRequest,
) -> Result<UnlabelParameterVersionResult, ApiError> {
    api.transact(caller, |turn| {
        let found = name::find_whole(turn.snapshot, turn.scope(), &input.name)?;
        let number = super::known_version(found, input.parameter_version)?;
        let mut unlabelled: Parameter = (*found.record).clone();
        let (mut removed, mut unknown) = (Vec::new(), Vec::new());
        for label in &input.labels {
            let version = unlabelled.versions.get_mut(&number);
            let is_removed = version.is_some_and(|version| version.labels.remove(label));
            if is_removed { removed.push(label.clone()) } else { unknown.push(label.clone()) }
        }
        turn.plan.update(found, unlabelled);
        Ok(UnlabelParameterVersionResult {
            removed_labels: Some(removed),
            invalid_labels: Some(unknown),
        })
    })
    .await
}
