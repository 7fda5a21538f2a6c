//! Attributes are shown with their defaults, and set to what is honoured only.

use expect_test::{Expect, expect};

use super::*;

fn apply(table: &[Attribute], key: &str, value: &str) -> Result<Attributes, ApiError> {
    let (key, value) = (key.to_owned(), value.to_owned());
    set(table, &Attributes::new(), [(Some(&key), Some(&value))])
}

#[expect(clippy::needless_pass_by_value, reason = "an Expect is made for one check")]
fn refused(table: &[Attribute], (key, value): (&str, &str), wanted: Expect) {
    wanted.assert_eq(&apply(table, key, value).expect_err("it cannot be").to_string());
}

#[test]
fn defaults_are_accepted_and_not_kept() {
    for table in [load_balancer::TABLE, target_group::TABLE, listener::TABLE] {
        for attribute in table {
            let held = apply(table, attribute.key, attribute.default).expect("the default");
            assert_eq!(held, Attributes::new(), "{}", attribute.key);
        }
    }
}

#[test]
fn what_is_set_is_shown() {
    let held = apply(load_balancer::TABLE, "idle_timeout.timeout_seconds", "30").expect("a time");
    let shown: Vec<_> = list(load_balancer::TABLE, &held).collect();
    assert_eq!(shown.len(), load_balancer::TABLE.len());
    assert!(shown.contains(&("idle_timeout.timeout_seconds".to_owned(), "30".to_owned())));
    assert!(shown.contains(&("client_keep_alive.seconds".to_owned(), "3600".to_owned())));
}

#[test]
fn what_is_not_honoured_is_refused_by_name() {
    let table = load_balancer::TABLE;
    refused(
        table,
        ("access_logs.s3.enabled", "true"),
        expect![
            "InvalidConfigurationRequest: attribute `access_logs.s3.enabled` other than `false` \
             is not supported by Longshore yet"
        ],
    );
    refused(
        table,
        ("routing.http.desync_mitigation_mode", "monitor"),
        expect![
            "InvalidConfigurationRequest: value `monitor` of attribute \
             `routing.http.desync_mitigation_mode` is not supported by Longshore yet"
        ],
    );
    refused(
        table,
        ("idle_timeout.timeout_seconds", "0"),
        expect![
            "ValidationError: Value '0' of attribute 'idle_timeout.timeout_seconds' must be \
             between '1' and '4000' inclusive"
        ],
    );
    refused(
        table,
        ("dns_record.client_routing_policy", "x"),
        expect![
            "ValidationError: Attribute key 'dns_record.client_routing_policy' is not recognized"
        ],
    );
    refused(
        target_group::TABLE,
        ("slow_start.duration_seconds", "29"),
        expect![
            "ValidationError: Value '29' of attribute 'slow_start.duration_seconds' must be '0' \
             or between '30' and '900' inclusive"
        ],
    );
    refused(
        target_group::TABLE,
        ("stickiness.app_cookie.cookie_name", "AWSALBTG"),
        expect![
            "ValidationError: Value 'AWSALBTG' of attribute 'stickiness.app_cookie.cookie_name' \
             must be the name of a cookie, and not begin with 'AWSALB'"
        ],
    );
}

#[test]
fn attributes_that_cannot_be_together_are_refused() {
    let held = |pairs: &[(&str, &str)]| -> Attributes {
        pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    let slow = ("slow_start.duration_seconds", "30");
    let least = ("load_balancing.algorithm.type", "least_outstanding_requests");
    let sticky = [("stickiness.enabled", "true"), ("stickiness.type", "app_cookie")];
    let named = ("stickiness.app_cookie.cookie_name", "SESSION");
    assert!(target_group::check(&held(&[slow])).is_ok());
    assert!(target_group::check(&held(&[slow, least])).is_err());
    assert!(target_group::check(&held(&sticky)).is_err());
    assert!(target_group::check(&held(&[sticky[0], sticky[1], named])).is_ok());
}
