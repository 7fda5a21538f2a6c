//! How a target group's targets are checked: what callers set, held to AWS's ranges.

use aws_api::elbv2::{CreateTargetGroupInput, Matcher, ModifyTargetGroupInput, ProtocolEnum};
use model::TargetHealthCheck;
use wire::ApiError;

/// What stands for the port that each target is registered with.
pub(super) const TRAFFIC_PORT: &str = "traffic-port";

/// What a caller says about health checks; what is not said stays.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'a> {
    protocol: Option<ProtocolEnum>,
    port: Option<&'a str>,
    path: Option<&'a str>,
    is_enabled: Option<bool>,
    interval: Option<i32>,
    timeout: Option<i32>,
    healthy_threshold: Option<i32>,
    unhealthy_threshold: Option<i32>,
    matcher: Option<&'a Matcher>,
}

/// COMPAT: the defaults for targets that are addresses and speak HTTP (`CreateTargetGroup`;
/// the timeout is the five seconds that AWS answers, not the six of its description).
pub(super) fn defaults() -> TargetHealthCheck {
    TargetHealthCheck {
        path: "/".to_owned(),
        port: None,
        interval_secs: 30,
        timeout_secs: 5,
        healthy_threshold: 5,
        unhealthy_threshold: 2,
        matcher: "200".to_owned(),
    }
}

impl Wanted<'_> {
    /// The check with what is wanted changed in it.
    pub(super) fn apply(&self, base: &TargetHealthCheck) -> Result<TargetHealthCheck, ApiError> {
        self.check_supported()?;
        let number = |given: Option<i32>, base: u32| {
            given.and_then(|given| u32::try_from(given).ok()).unwrap_or(base)
        };
        let check = TargetHealthCheck {
            path: self.path.unwrap_or(&base.path).to_owned(),
            port: self.port.map_or(Ok(base.port), port)?,
            interval_secs: number(self.interval, base.interval_secs),
            timeout_secs: number(self.timeout, base.timeout_secs),
            healthy_threshold: number(self.healthy_threshold, base.healthy_threshold),
            unhealthy_threshold: number(self.unhealthy_threshold, base.unhealthy_threshold),
            matcher: self
                .matcher
                .and_then(|matcher| matcher.http_code.clone())
                .unwrap_or_else(|| base.matcher.clone()),
        };
        validate(&check)?;
        Ok(check)
    }

    fn check_supported(&self) -> Result<(), ApiError> {
        match self.protocol {
            None | Some(ProtocolEnum::Http) => {}
            Some(other) => {
                return Err(super::unsupported(format!(
                    "`HealthCheckProtocol` {} is not supported by Longshore yet; say HTTP",
                    other.as_str()
                )));
            }
        }
        if self.is_enabled == Some(false) {
            return Err(super::invalid(
                "Health check enabled must be true for target groups with target type 'ip'",
            ));
        }
        if self.matcher.is_some_and(|matcher| matcher.grpc_code.is_some()) {
            return Err(super::unsupported(
                "`Matcher.GrpcCode` is not supported by Longshore yet; say HttpCode".to_owned(),
            ));
        }
        Ok(())
    }
}

impl<'a> From<&'a CreateTargetGroupInput> for Wanted<'a> {
    fn from(input: &'a CreateTargetGroupInput) -> Wanted<'a> {
        Wanted {
            protocol: input.health_check_protocol,
            port: input.health_check_port.as_deref(),
            path: input.health_check_path.as_deref(),
            is_enabled: input.health_check_enabled,
            interval: input.health_check_interval_seconds,
            timeout: input.health_check_timeout_seconds,
            healthy_threshold: input.healthy_threshold_count,
            unhealthy_threshold: input.unhealthy_threshold_count,
            matcher: input.matcher.as_ref(),
        }
    }
}

impl<'a> From<&'a ModifyTargetGroupInput> for Wanted<'a> {
    fn from(input: &'a ModifyTargetGroupInput) -> Wanted<'a> {
        Wanted {
            protocol: input.health_check_protocol,
            port: input.health_check_port.as_deref(),
            path: input.health_check_path.as_deref(),
            is_enabled: input.health_check_enabled,
            interval: input.health_check_interval_seconds,
            timeout: input.health_check_timeout_seconds,
            healthy_threshold: input.healthy_threshold_count,
            unhealthy_threshold: input.unhealthy_threshold_count,
            matcher: input.matcher.as_ref(),
        }
    }
}

fn port(given: &str) -> Result<Option<u16>, ApiError> {
    if given == TRAFFIC_PORT {
        return Ok(None);
    }
    match given.parse::<u16>() {
        Ok(port) if port > 0 => Ok(Some(port)),
        Ok(_) | Err(_) => Err(super::invalid(format!(
            "Health check port '{given}' must be '{TRAFFIC_PORT}' or an integer between '1' and \
             '65535' inclusive"
        ))),
    }
}

fn validate(check: &TargetHealthCheck) -> Result<(), ApiError> {
    if !check.path.starts_with('/') || !check.path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(super::invalid(format!(
            "Health check path '{}' must start with a '/' character and have no character that \
             a URL cannot have",
            check.path
        )));
    }
    if check.timeout_secs >= check.interval_secs {
        return Err(super::invalid("Health check interval must be greater than the timeout."));
    }
    if routing::CodeMatcher::parse(&check.matcher).is_err() {
        return Err(super::invalid(format!(
            "Health check matcher HTTP code '{}' must be within '200-499' inclusive",
            check.matcher
        )));
    }
    Ok(())
}
