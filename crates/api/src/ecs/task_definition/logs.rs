//! Log configuration: the `awslogs` driver and its options.
//
// COMPAT: "Using the awslogs log driver" (Amazon ECS Developer Guide).

use std::collections::BTreeMap;

use aws_api::ecs::{self, errors};
use model::AwsLogs;
use wire::ApiError;

use crate::ecs::unsupported;

/// The options that are honoured; any other is refused by name.
const OPTIONS: [&str; 5] =
    ["awslogs-group", "awslogs-region", "awslogs-stream-prefix", "awslogs-create-group", "mode"];

pub(super) fn convert(given: &ecs::LogConfiguration) -> Result<AwsLogs, ApiError> {
    let driver = given.log_driver.map_or("", ecs::LogDriver::as_str);
    if given.log_driver != Some(ecs::LogDriver::Awslogs) {
        return Err(unsupported(format!(
            "log driver `{driver}` is not supported by Longshore yet; use `awslogs`"
        )));
    }
    if given.secret_options.as_ref().is_some_and(|secrets| !secrets.is_empty()) {
        return Err(unsupported(
            "`logConfiguration.secretOptions` is not supported by Longshore yet".to_owned(),
        ));
    }
    let options = given.options.clone().unwrap_or_default();
    if let Some(name) = options.keys().find(|name| !OPTIONS.contains(&name.as_str())) {
        return Err(unsupported(format!("log option `{name}` is not supported by Longshore yet")));
    }
    check_mode(&options)?;
    let required = |name: &str| options.get(name).filter(|value| !value.is_empty()).cloned();
    let (Some(group), Some(region)) = (required(OPTIONS[0]), required(OPTIONS[1])) else {
        return Err(errors::client_exception(
            "Log driver awslogs requires options: awslogs-region, awslogs-group",
        ));
    };
    Ok(AwsLogs {
        group,
        region,
        stream_prefix: required(OPTIONS[2]),
        is_group_created: is_true(&options, OPTIONS[3])?,
        options,
    })
}

pub(super) fn render(logs: &AwsLogs) -> ecs::LogConfiguration {
    ecs::LogConfiguration {
        log_driver: Some(ecs::LogDriver::Awslogs),
        options: Some(logs.options.clone()),
        secret_options: None,
    }
}

fn check_mode(options: &BTreeMap<String, String>) -> Result<(), ApiError> {
    match options.get("mode").map(String::as_str) {
        None | Some("blocking" | "non-blocking") => Ok(()),
        Some(other) => Err(errors::client_exception(format!(
            "Log option 'mode' must be 'blocking' or 'non-blocking', not '{other}'."
        ))),
    }
}

fn is_true(options: &BTreeMap<String, String>, name: &str) -> Result<bool, ApiError> {
    match options.get(name).map(String::as_str) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(errors::client_exception(format!(
            "Log option '{name}' must be 'true' or 'false', not '{other}'."
        ))),
    }
}
