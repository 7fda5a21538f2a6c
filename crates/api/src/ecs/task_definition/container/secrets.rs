//! Secrets of a container: variables that are read when it starts, and the login of its registry.

use std::collections::BTreeSet;

use aws_api::ecs::{self, errors};
use model::ContainerSecret;
use wire::ApiError;

use super::invalid;
use crate::injection::Source;

pub(super) fn convert(
    container: &str,
    given: &ecs::ContainerDefinition,
) -> Result<Vec<ContainerSecret>, ApiError> {
    let variables = given.environment.iter().flatten().filter_map(|pair| pair.name.clone());
    let mut names: BTreeSet<String> = variables.collect();
    let convert = |secret: &ecs::Secret| {
        let name = secret.name.clone().unwrap_or_default();
        let value_from = secret.value_from.clone().unwrap_or_default();
        if name.is_empty() || name.contains(['=', '\0']) {
            let reason = format_args!("'{name}' is not a valid name for a secret.");
            return Err(invalid(container, reason));
        }
        // COMPAT: what ECS says of a variable that is given twice.
        if !names.insert(name.clone()) {
            return Err(errors::client_exception(format!(
                "The secret name must be unique and not shared with any new or existing \
                 environment variables set on the container, such as '{name}'."
            )));
        }
        if Source::parse(&value_from).is_none() {
            return Err(errors::client_exception(format!(
                "Invalid 'valueFrom' of secret '{name}': specify the ARN of a secret, or the ARN \
                 or name of a parameter."
            )));
        }
        Ok(ContainerSecret { name, value_from })
    };
    given.secrets.iter().flatten().map(convert).collect()
}

/// The secret that the image is pulled with.
pub(super) fn repository(
    container: &str,
    given: &ecs::ContainerDefinition,
) -> Result<Option<String>, ApiError> {
    let Some(credentials) = &given.repository_credentials else { return Ok(None) };
    let id = credentials.credentials_parameter.clone().unwrap_or_default();
    match Source::of_registry(&id) {
        Some(_) => Ok(Some(id)),
        None => Err(invalid(
            container,
            "'repositoryCredentials.credentialsParameter' must be the ARN or the name of a secret.",
        )),
    }
}

pub(super) fn render(secret: &ContainerSecret) -> ecs::Secret {
    let (name, value_from) = (secret.name.clone(), secret.value_from.clone());
    ecs::Secret { name: Some(name), value_from: Some(value_from) }
}
