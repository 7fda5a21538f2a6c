//! Fixed-response actions: an answer given without asking a target.

use aws_api::elbv2;
use model::Action;
use wire::ApiError;

/// COMPAT: `FixedResponseActionConfig`, "Valid Values".
const CONTENT_TYPES: [&str; 5] =
    ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];

pub(super) fn parse(given: &elbv2::Action) -> Result<Action, ApiError> {
    let config = given
        .fixed_response_config
        .as_ref()
        .ok_or_else(|| super::super::invalid("A fixed response configuration must be specified"))?;
    let status = config.status_code.as_deref().unwrap_or_default();
    let Ok(status_code @ (200..=299 | 400..=599)) = status.parse::<u16>() else {
        return Err(super::super::invalid(format!(
            "Fixed response status code '{status}' must be 2XX, 4XX or 5XX"
        )));
    };
    let content_type = config.content_type.clone().filter(|given| !given.is_empty());
    if let Some(other) = content_type.as_ref().filter(|it| !CONTENT_TYPES.contains(&it.as_str())) {
        return Err(super::super::invalid(format!(
            "Fixed response content type '{other}' must be one of '{}'",
            CONTENT_TYPES.join("', '")
        )));
    }
    let message_body = config.message_body.clone();
    Ok(Action::FixedResponse { status_code, content_type, message_body })
}

pub(super) fn render(action: &Action) -> elbv2::Action {
    let Action::FixedResponse { status_code, content_type, message_body } = action else {
        return elbv2::Action::default();
    };
    elbv2::Action {
        r#type: Some(elbv2::ActionTypeEnum::FixedResponse),
        fixed_response_config: Some(elbv2::FixedResponseActionConfig {
            message_body: message_body.clone(),
            status_code: Some(status_code.to_string()),
            content_type: content_type.clone(),
        }),
        ..elbv2::Action::default()
    }
}
