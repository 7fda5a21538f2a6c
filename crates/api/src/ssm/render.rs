//! Parameters as they are shown.

use aws_api::ssm::{self, ParameterHistory, ParameterMetadata, ParameterType};
use model::{Parameter, ParameterValue, ParameterVersion};
use wire::ApiError;

use super::name::Found;
use super::value::{self, Decryption};
use super::{policies, tier};
use crate::kms::on_behalf::OnBehalf;

/// One version with its value.
pub(super) fn with_value(
    keys: OnBehalf<'_>,
    found: &Found<'_>,
    decryption: Decryption,
) -> Result<ssm::Parameter, ApiError> {
    let Found { parameter, number, version, selector } = found;
    Ok(ssm::Parameter {
        name: Some(parameter.name.clone()),
        r#type: Some(kind(&version.value)),
        value: Some(value::shown(keys, parameter, version, decryption)?),
        version: i64::try_from(*number).ok(),
        selector: selector.clone(),
        source_result: None,
        last_modified_date: Some(version.modified_at),
        arn: Some(parameter.arn()),
        data_type: Some(version.data_type.clone()),
    })
}

/// All about a parameter but its value.
pub(super) fn metadata(parameter: &Parameter) -> ParameterMetadata {
    let (number, version) = parameter.latest();
    ParameterMetadata {
        name: Some(parameter.name.clone()),
        arn: Some(parameter.arn()),
        r#type: Some(kind(&version.value)),
        key_id: version.value.key_id().map(str::to_owned),
        last_modified_date: Some(version.modified_at),
        last_modified_user: Some(version.modified_by.clone()),
        description: version.description.clone(),
        allowed_pattern: version.allowed_pattern.clone(),
        version: i64::try_from(number).ok(),
        tier: Some(tier::render(version.tier)),
        policies: Some(policies::render(parameter)),
        data_type: Some(version.data_type.clone()),
    }
}

pub(super) fn history(
    keys: OnBehalf<'_>,
    parameter: &Parameter,
    (number, version): (u64, &ParameterVersion),
    decryption: Decryption,
) -> Result<ParameterHistory, ApiError> {
    Ok(ParameterHistory {
        name: Some(parameter.name.clone()),
        r#type: Some(kind(&version.value)),
        key_id: version.value.key_id().map(str::to_owned),
        last_modified_date: Some(version.modified_at),
        last_modified_user: Some(version.modified_by.clone()),
        description: version.description.clone(),
        value: Some(value::shown(keys, parameter, version, decryption)?),
        allowed_pattern: version.allowed_pattern.clone(),
        version: i64::try_from(number).ok(),
        labels: Some(version.labels.iter().cloned().collect()),
        tier: Some(tier::render(version.tier)),
        policies: Some(policies::render(parameter)),
        data_type: Some(version.data_type.clone()),
    })
}

pub(super) fn kind(value: &ParameterValue) -> ParameterType {
    match value {
        ParameterValue::String(_) => ParameterType::String,
        ParameterValue::StringList(_) => ParameterType::StringList,
        ParameterValue::SecureString { .. } => ParameterType::SecureString,
    }
}
