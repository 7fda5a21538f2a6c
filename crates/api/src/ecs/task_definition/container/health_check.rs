//! Container health checks: their command, their ranges and defaults.
//
// COMPAT: ranges and defaults are `HealthCheck`'s (ECS API Reference).

use std::ops::RangeInclusive;

use aws_api::ecs::{self, errors};
use model::HealthCheck;
use wire::ApiError;

pub(super) fn convert(given: &ecs::HealthCheck) -> Result<HealthCheck, ApiError> {
    let command = given.command.clone().unwrap_or_default();
    let is_runnable = match command.first().map(String::as_str) {
        Some("CMD" | "CMD-SHELL") => command.len() > 1,
        _ => false,
    };
    if !is_runnable {
        return Err(errors::client_exception(
            "The health check command must start with CMD or CMD-SHELL, followed by what to run.",
        ));
    }
    Ok(HealthCheck {
        command,
        interval_secs: number("interval", given.interval, (5..=300, 30))?,
        timeout_secs: number("timeout", given.timeout, (2..=60, 5))?,
        retries: number("retries", given.retries, (1..=10, 3))?,
        start_period_secs: number("startPeriod", given.start_period, (0..=300, 0))?,
    })
}

pub(super) fn render(check: &HealthCheck) -> ecs::HealthCheck {
    ecs::HealthCheck {
        command: Some(check.command.clone()),
        interval: Some(check.interval_secs as i32),
        timeout: Some(check.timeout_secs as i32),
        retries: Some(check.retries as i32),
        start_period: (check.start_period_secs > 0).then_some(check.start_period_secs as i32),
    }
}

fn number(
    name: &str,
    given: Option<i32>,
    (range, default): (RangeInclusive<i32>, u32),
) -> Result<u32, ApiError> {
    match given {
        None => Ok(default),
        Some(value) if range.contains(&value) => Ok(value as u32),
        Some(value) => Err(errors::client_exception(format!(
            "Invalid health check {name}: {value}. It must be between {} and {}.",
            range.start(),
            range.end()
        ))),
    }
}
