//! Redirect actions: where a client is sent instead.

use aws_api::elbv2::{self, RedirectActionStatusCodeEnum, errors};
use model::Action;
use wire::ApiError;

/// The parts of a URL that a redirect leaves as they are.
const PROTOCOL: &str = "#{protocol}";
const HOST: &str = "#{host}";
const PORT: &str = "#{port}";
const PATH: &str = "/#{path}";
const QUERY: &str = "#{query}";

pub(super) fn parse(given: &elbv2::Action) -> Result<Action, ApiError> {
    let config = given
        .redirect_config
        .as_ref()
        .ok_or_else(|| super::super::invalid("A redirect configuration must be specified"))?;
    let part = |given: &Option<String>, kept: &str| given.clone().unwrap_or(kept.to_owned());
    let (protocol, host) = (part(&config.protocol, PROTOCOL), part(&config.host, HOST));
    let (port, path) = (part(&config.port, PORT), part(&config.path, PATH));
    let query = part(&config.query, QUERY);
    let is_kept = protocol == PROTOCOL && host == HOST && port == PORT && path == PATH;
    if is_kept {
        return Err(errors::invalid_load_balancer_action_exception(
            "The redirect configuration is not valid because it creates a redirect loop: \
             change at least one of the protocol, host, port and path",
        ));
    }
    if !matches!(protocol.as_str(), "HTTP" | "HTTPS" | PROTOCOL) {
        return Err(super::super::invalid(format!(
            "Redirect protocol '{protocol}' must be 'HTTP', 'HTTPS' or '{PROTOCOL}'"
        )));
    }
    if port != PORT && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(super::super::invalid(format!(
            "Redirect port '{port}' must be between '1' and '65535' inclusive, or '{PORT}'"
        )));
    }
    if !path.starts_with('/') {
        return Err(super::super::invalid(format!(
            "Redirect path '{path}' must begin with a '/' character"
        )));
    }
    check_characters(&[("host", &host), ("path", &path), ("query", &query)])?;
    let status_code = match config.status_code {
        Some(RedirectActionStatusCodeEnum::Http301) => 301,
        Some(RedirectActionStatusCodeEnum::Http302) => 302,
        None => return Err(super::super::invalid("A redirect status code must be specified")),
    };
    Ok(Action::Redirect { protocol, host, port, path, query, status_code })
}

pub(super) fn render(action: &Action) -> elbv2::Action {
    let Action::Redirect { protocol, host, port, path, query, status_code } = action else {
        return elbv2::Action::default();
    };
    elbv2::Action {
        r#type: Some(elbv2::ActionTypeEnum::Redirect),
        redirect_config: Some(elbv2::RedirectActionConfig {
            protocol: Some(protocol.clone()),
            port: Some(port.clone()),
            host: Some(host.clone()),
            path: Some(path.clone()),
            query: Some(query.clone()),
            status_code: Some(match status_code {
                302 => RedirectActionStatusCodeEnum::Http302,
                _ => RedirectActionStatusCodeEnum::Http301,
            }),
        }),
        ..elbv2::Action::default()
    }
}

/// What is not in these characters could not be sent in a `Location` header.
fn check_characters(parts: &[(&str, &String)]) -> Result<(), ApiError> {
    for (name, text) in parts {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(super::super::invalid(format!(
                "Redirect {name} '{text}' contains characters that a URL cannot have"
            )));
        }
    }
    Ok(())
}
