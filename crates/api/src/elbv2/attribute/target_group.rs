//! The attributes of a target group of addresses.

use aws_api::elbv2::{TargetGroupAttribute, errors};
use model::Attributes;
use wire::ApiError;

use super::{Accepts, Attribute};

const ALGORITHM: &str = "load_balancing.algorithm.type";
const ROUND_ROBIN: &str = "round_robin";
const SLOW_START: &str = "slow_start.duration_seconds";
const STICKINESS: &str = "stickiness.enabled";
const STICKINESS_TYPE: &str = "stickiness.type";
const APP_COOKIE: &str = "app_cookie";
const COOKIE_NAME: &str = "stickiness.app_cookie.cookie_name";

pub(in crate::elbv2) static TABLE: &[Attribute] = &[
    Attribute::new(STICKINESS, "false", Accepts::Boolean),
    Attribute::new("deregistration_delay.timeout_seconds", "300", Accepts::Number(0..=3_600)),
    Attribute::new(STICKINESS_TYPE, "lb_cookie", Accepts::OneOf(&["lb_cookie", APP_COOKIE], &[])),
    Attribute::new("stickiness.lb_cookie.duration_seconds", "86400", Accepts::Number(1..=604_800)),
    Attribute::new(COOKIE_NAME, "", Accepts::CookieName),
    Attribute::new("stickiness.app_cookie.duration_seconds", "86400", Accepts::Number(1..=604_800)),
    Attribute::new(SLOW_START, "0", Accepts::NumberOrOff(30..=900)),
    Attribute::new(
        ALGORITHM,
        ROUND_ROBIN,
        Accepts::OneOf(&[ROUND_ROBIN, "least_outstanding_requests"], &["weighted_random"]),
    ),
    Attribute::new("load_balancing.algorithm.anomaly_mitigation", "off", Accepts::Default),
    Attribute::new(
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
        Accepts::Default,
    ),
    Attribute::new(
        "target_group_health.dns_failover.minimum_healthy_targets.count",
        "1",
        Accepts::Default,
    ),
    Attribute::new(
        "target_group_health.dns_failover.minimum_healthy_targets.percentage",
        "off",
        Accepts::Default,
    ),
    Attribute::new(
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
        "1",
        Accepts::Default,
    ),
    Attribute::new(
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
        "off",
        Accepts::Default,
    ),
];

/// Refuses attributes that cannot be together.
pub(in crate::elbv2) fn check(held: &Attributes) -> Result<(), ApiError> {
    let is = |key: &str, value: &str| held.get(key).is_some_and(|held| held == value);
    if is(STICKINESS, "true") && is(STICKINESS_TYPE, APP_COOKIE) && !held.contains_key(COOKIE_NAME)
    {
        return Err(errors::invalid_configuration_request_exception(format!(
            "'{COOKIE_NAME}' must be specified when '{STICKINESS_TYPE}' is '{APP_COOKIE}'"
        )));
    }
    if held.contains_key(SLOW_START) && held.contains_key(ALGORITHM) {
        return Err(errors::invalid_configuration_request_exception(format!(
            "'{SLOW_START}' can be enabled only when '{ALGORITHM}' is '{ROUND_ROBIN}'"
        )));
    }
    Ok(())
}

pub(in crate::elbv2) fn render(held: &Attributes) -> Vec<TargetGroupAttribute> {
    super::list(TABLE, held)
        .map(|(key, value)| TargetGroupAttribute { key: Some(key), value: Some(value) })
        .collect()
}
