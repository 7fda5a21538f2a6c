//! The attributes of an application load balancer.

use aws_api::elbv2::LoadBalancerAttribute;
use model::Attributes;

use super::{Accepts, Attribute};

const DELETION_PROTECTION: &str = "deletion_protection.enabled";

pub(in crate::elbv2) static TABLE: &[Attribute] = &[
    Attribute::new("access_logs.s3.enabled", "false", Accepts::Default),
    Attribute::new("access_logs.s3.bucket", "", Accepts::Default),
    Attribute::new("access_logs.s3.prefix", "", Accepts::Default),
    Attribute::new("health_check_logs.s3.enabled", "false", Accepts::Default),
    Attribute::new("health_check_logs.s3.bucket", "", Accepts::Default),
    Attribute::new("health_check_logs.s3.prefix", "", Accepts::Default),
    Attribute::new("idle_timeout.timeout_seconds", "60", Accepts::Number(1..=4_000)),
    Attribute::new(DELETION_PROTECTION, "false", Accepts::Boolean),
    Attribute::new("routing.http2.enabled", "true", Accepts::Boolean),
    Attribute::new("routing.http.drop_invalid_header_fields.enabled", "false", Accepts::Boolean),
    Attribute::new("routing.http.xff_client_port.enabled", "false", Accepts::Boolean),
    Attribute::new("routing.http.preserve_host_header.enabled", "false", Accepts::Boolean),
    Attribute::new(
        "routing.http.xff_header_processing.mode",
        "append",
        Accepts::OneOf(&["append", "preserve", "remove"], &[]),
    ),
    Attribute::new("load_balancing.cross_zone.enabled", "true", Accepts::Default),
    Attribute::new(
        "routing.http.desync_mitigation_mode",
        "defensive",
        Accepts::OneOf(&["defensive", "strictest"], &["monitor"]),
    ),
    Attribute::new("client_keep_alive.seconds", "3600", Accepts::Number(60..=604_800)),
    Attribute::new("waf.fail_open.enabled", "false", Accepts::Default),
    Attribute::new(
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        "false",
        Accepts::Default,
    ),
    Attribute::new("zonal_shift.config.enabled", "false", Accepts::Default),
    Attribute::new("connection_logs.s3.enabled", "false", Accepts::Default),
    Attribute::new("connection_logs.s3.bucket", "", Accepts::Default),
    Attribute::new("connection_logs.s3.prefix", "", Accepts::Default),
];

pub(in crate::elbv2) fn is_deletion_protected(held: &Attributes) -> bool {
    held.get(DELETION_PROTECTION).is_some_and(|value| value == "true")
}

pub(in crate::elbv2) fn render(held: &Attributes) -> Vec<LoadBalancerAttribute> {
    super::list(TABLE, held)
        .map(|(key, value)| LoadBalancerAttribute { key: Some(key), value: Some(value) })
        .collect()
}
