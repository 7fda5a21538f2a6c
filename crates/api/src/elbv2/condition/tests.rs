//! Conditions as callers give them, and what is said of those that cannot be.

use elbv2::{
    HostHeaderConditionConfig, HttpHeaderConditionConfig, HttpRequestMethodConditionConfig,
    PathPatternConditionConfig, QueryStringConditionConfig, QueryStringKeyValuePair,
    SourceIpConditionConfig,
};
use expect_test::{Expect, expect};

use super::*;

#[expect(clippy::unnecessary_wraps, reason = "every member that takes it is optional")]
fn texts(values: &[&str]) -> Option<Vec<String>> {
    Some(values.iter().map(|&value| value.to_owned()).collect())
}

fn given(field: &str) -> elbv2::RuleCondition {
    elbv2::RuleCondition { field: Some(field.to_owned()), ..elbv2::RuleCondition::default() }
}

fn path(values: &[&str]) -> elbv2::RuleCondition {
    elbv2::RuleCondition { values: texts(values), ..given("path-pattern") }
}

fn host(values: &[&str]) -> elbv2::RuleCondition {
    elbv2::RuleCondition {
        host_header_config: Some(HostHeaderConditionConfig {
            values: texts(values),
            regex_values: None,
        }),
        ..given("host-header")
    }
}

fn header(name: &str, values: &[&str]) -> elbv2::RuleCondition {
    elbv2::RuleCondition {
        http_header_config: Some(HttpHeaderConditionConfig {
            http_header_name: Some(name.to_owned()),
            values: texts(values),
            regex_values: None,
        }),
        ..given("http-header")
    }
}

fn method(values: &[&str]) -> elbv2::RuleCondition {
    elbv2::RuleCondition {
        http_request_method_config: Some(HttpRequestMethodConditionConfig {
            values: texts(values),
        }),
        ..given("http-request-method")
    }
}

fn query(key: Option<&str>, value: Option<&str>) -> elbv2::RuleCondition {
    let pair =
        QueryStringKeyValuePair { key: key.map(str::to_owned), value: value.map(str::to_owned) };
    elbv2::RuleCondition {
        query_string_config: Some(QueryStringConditionConfig { values: Some(vec![pair]) }),
        ..given("query-string")
    }
}

fn source(values: &[&str]) -> elbv2::RuleCondition {
    elbv2::RuleCondition {
        source_ip_config: Some(SourceIpConditionConfig {
            values: texts(values),
            ip_address_type: None,
        }),
        ..given("source-ip")
    }
}

#[expect(clippy::needless_pass_by_value, reason = "an Expect is made for one check")]
fn refused(conditions: &[elbv2::RuleCondition], wanted: Expect) {
    wanted.assert_eq(&parse(conditions).expect_err("it cannot be").to_string());
}

#[test]
fn every_field_is_read_and_shown() {
    let conditions = [
        host(&["*.example.com"]),
        path(&["/img/*"]),
        header("X-Env", &["test"]),
        method(&["GET"]),
        query(Some("v"), Some("1")),
    ];
    let read = parse(&conditions).expect("as AWS takes them");
    assert_eq!(read.len(), 5);
    let shown: Vec<_> = read.iter().map(render).collect();
    assert_eq!(parse(&shown).expect("what is shown can be given"), read);
    let read = parse(&[source(&["10.0.0.0/8", "2001:db8::/32"])]).expect("two networks");
    let values = vec!["10.0.0.0/8".to_owned(), "2001:db8::/32".to_owned()];
    assert_eq!(read, [RuleCondition::SourceIp { values }]);
}

#[test]
fn both_forms_mean_the_same() {
    let config = PathPatternConditionConfig { values: texts(&["/a"]), regex_values: None };
    let new =
        elbv2::RuleCondition { path_pattern_config: Some(config.clone()), ..given("path-pattern") };
    let both = elbv2::RuleCondition { path_pattern_config: Some(config), ..path(&["/a"]) };
    let read = parse(&[path(&["/a"])]).expect("the old form");
    assert_eq!(parse(&[new]).expect("the new form"), read);
    assert_eq!(parse(&[both]).expect("both forms"), read);
}

#[test]
fn what_cannot_be_is_refused() {
    refused(&[], expect!["ValidationError: A condition must be specified"]);
    refused(
        &[given("path-pattern")],
        expect!["ValidationError: A condition value must be specified"],
    );
    refused(
        &[path(&["/a b"])],
        expect!["ValidationError: Condition value '/a b' contains a character that is not valid"],
    );
    refused(&[path(&[""])], expect!["ValidationError: A condition value cannot be empty"]);
    refused(
        &[source(&["10.0.0.0"])],
        expect![
            "ValidationError: Condition value '10.0.0.0' is not a block of addresses in CIDR \
             notation"
        ],
    );
    refused(
        &[method(&["get"])],
        expect!["ValidationError: Condition value 'get' contains a character that is not valid"],
    );
    refused(
        &[header("Host", &["a"])],
        expect![
            "ValidationError: HTTP header name 'Host' cannot be the host header; use a \
             'host-header' condition"
        ],
    );
    refused(
        &[query(Some("key"), None)],
        expect!["ValidationError: A query string condition must have a value for each key"],
    );
    refused(
        &[elbv2::RuleCondition { values: texts(&["GET"]), ..given("http-request-method") }],
        expect![
            "ValidationError: You can specify 'Values' only for a condition with field \
             'host-header' or 'path-pattern'"
        ],
    );
    refused(
        &[elbv2::RuleCondition { field: Some("path-pattern".to_owned()), ..host(&["a.b"]) }],
        expect![
            "ValidationError: You can specify 'HostHeaderConfig' only for a condition with \
             field 'host-header'"
        ],
    );
    refused(
        &[elbv2::RuleCondition { regex_values: texts(&["^/a"]), ..given("path-pattern") }],
        expect!["InvalidConfigurationRequest: `RegexValues` is not supported by Longshore yet"],
    );
}

#[test]
fn a_rule_is_held_to_its_counts() {
    refused(
        &[path(&["/a"]), path(&["/b"])],
        expect!["ValidationError: A rule can only have one 'path-pattern' condition"],
    );
    refused(
        &[path(&["/a", "/b", "/c", "/d", "/e", "/f"])],
        expect!["ValidationError: A rule can only have '5' condition values"],
    );
    refused(
        &[path(&["/*/*/*"]), host(&["?.?.?.*"])],
        expect!["ValidationError: A rule can only have '6' condition wildcards"],
    );
    let long = "a".repeat(129);
    assert!(parse(&[path(&[&long])]).is_err());
    assert!(parse(&[path(&[&long[..128]])]).is_ok());
}
