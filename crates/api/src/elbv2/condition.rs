//! Conditions of rules: read in both of their forms, held to AWS's limits, and shown.
//
// COMPAT: `RuleCondition` and the `*ConditionConfig` shapes; "Quotas for your Application
// Load Balancers" for the counts.

mod check;

use aws_api::elbv2;
use model::{QueryStringPair, RuleCondition};
use wire::ApiError;

use check::Part;

/// LIMIT: COMPAT: values of one rule's conditions, and wildcards in them.
pub(super) const VALUES_MAX: usize = 5;
pub(super) const WILDCARDS_MAX: usize = 6;

/// The conditions of one rule.
pub(super) fn parse(given: &[elbv2::RuleCondition]) -> Result<Vec<RuleCondition>, ApiError> {
    if given.is_empty() {
        return Err(super::invalid("A condition must be specified"));
    }
    let conditions: Vec<_> = given.iter().map(parse_one).collect::<Result<_, _>>()?;
    check_counts(&conditions)?;
    Ok(conditions)
}

pub(super) fn render(condition: &RuleCondition) -> elbv2::RuleCondition {
    let mut shown = elbv2::RuleCondition {
        field: Some(field(condition).to_owned()),
        ..elbv2::RuleCondition::default()
    };
    match condition.clone() {
        RuleCondition::HostHeader { values } => {
            shown.values = Some(values.clone());
            shown.host_header_config =
                Some(elbv2::HostHeaderConditionConfig { values: Some(values), regex_values: None });
        }
        RuleCondition::PathPattern { values } => {
            shown.values = Some(values.clone());
            shown.path_pattern_config = Some(elbv2::PathPatternConditionConfig {
                values: Some(values),
                regex_values: None,
            });
        }
        RuleCondition::HttpHeader { name, values } => {
            shown.http_header_config = Some(elbv2::HttpHeaderConditionConfig {
                http_header_name: Some(name),
                values: Some(values),
                regex_values: None,
            });
        }
        RuleCondition::HttpRequestMethod { values } => {
            shown.http_request_method_config =
                Some(elbv2::HttpRequestMethodConditionConfig { values: Some(values) });
        }
        RuleCondition::QueryString { values } => {
            let values = values.into_iter().map(|pair| elbv2::QueryStringKeyValuePair {
                key: pair.key,
                value: Some(pair.value),
            });
            shown.query_string_config =
                Some(elbv2::QueryStringConditionConfig { values: Some(values.collect()) });
        }
        RuleCondition::SourceIp { values } => {
            shown.source_ip_config = Some(elbv2::SourceIpConditionConfig {
                values: Some(values),
                ip_address_type: None,
            });
        }
    }
    shown
}

fn parse_one(given: &elbv2::RuleCondition) -> Result<RuleCondition, ApiError> {
    let field = given.field.as_deref().unwrap_or_default();
    check_members(given, field)?;
    let values = |config: Option<&Option<Vec<String>>>| {
        config.and_then(Option::as_ref).cloned().unwrap_or_default()
    };
    let condition = match field {
        "host-header" => {
            let config = given.host_header_config.as_ref().map(|config| &config.values);
            let values = either(given, values(config))?;
            RuleCondition::HostHeader { values: check::all(Part::Host, values)? }
        }
        "path-pattern" => {
            let config = given.path_pattern_config.as_ref().map(|config| &config.values);
            let values = either(given, values(config))?;
            RuleCondition::PathPattern { values: check::all(Part::Path, values)? }
        }
        "http-header" => {
            let config = given.http_header_config.as_ref();
            let name = config.and_then(|config| config.http_header_name.clone());
            RuleCondition::HttpHeader {
                name: check::header_name(name.unwrap_or_default())?,
                values: check::all(Part::Header, values(config.map(|config| &config.values)))?,
            }
        }
        "http-request-method" => {
            let config = given.http_request_method_config.as_ref().map(|config| &config.values);
            RuleCondition::HttpRequestMethod { values: check::all(Part::Method, values(config))? }
        }
        "query-string" => {
            let config = given.query_string_config.as_ref();
            let pairs = config.and_then(|config| config.values.as_deref()).unwrap_or_default();
            RuleCondition::QueryString { values: query_pairs(pairs)? }
        }
        "source-ip" => {
            let config = given.source_ip_config.as_ref().map(|config| &config.values);
            RuleCondition::SourceIp { values: check::all(Part::Network, values(config))? }
        }
        other => {
            return Err(super::invalid(format!(
                "Condition field '{other}' must be one of '[http-header, http-request-method, \
                 host-header, path-pattern, query-string, source-ip]'"
            )));
        }
    };
    Ok(condition)
}

/// The values of a condition that has two forms; both may be given where they say the same.
fn either(given: &elbv2::RuleCondition, new: Vec<String>) -> Result<Vec<String>, ApiError> {
    let old = given.values.clone().unwrap_or_default();
    match (old.is_empty(), new.is_empty()) {
        (false, true) => Ok(old),
        (true, _) => Ok(new),
        (false, false) if old == new => Ok(new),
        (false, false) => Err(super::invalid(
            "You cannot specify both 'Values' and a configuration with other values for a \
             condition",
        )),
    }
}

fn query_pairs(given: &[elbv2::QueryStringKeyValuePair]) -> Result<Vec<QueryStringPair>, ApiError> {
    let texts = given.iter().flat_map(|pair| pair.key.iter().chain(&pair.value)).cloned();
    check::all(Part::Query, texts.collect())?;
    given
        .iter()
        .map(|pair| {
            let value = pair.value.clone().ok_or_else(|| {
                super::invalid("A query string condition must have a value for each key")
            })?;
            Ok(QueryStringPair { key: pair.key.clone(), value })
        })
        .collect()
}

/// Refuses the configuration of another field, and what is not honoured.
fn check_members(given: &elbv2::RuleCondition, field: &str) -> Result<(), ApiError> {
    let has_regex = given.regex_values.is_some()
        || given.host_header_config.as_ref().is_some_and(|it| it.regex_values.is_some())
        || given.path_pattern_config.as_ref().is_some_and(|it| it.regex_values.is_some())
        || given.http_header_config.as_ref().is_some_and(|it| it.regex_values.is_some());
    let source = given.source_ip_config.as_ref();
    crate::refuse::refuse_given(
        &[
            ("RegexValues", has_regex),
            ("IpAddressType", source.is_some_and(|source| source.ip_address_type.is_some())),
        ],
        super::unsupported,
    )?;
    let configs = [
        ("HostHeaderConfig", "host-header", given.host_header_config.is_some()),
        ("PathPatternConfig", "path-pattern", given.path_pattern_config.is_some()),
        ("HttpHeaderConfig", "http-header", given.http_header_config.is_some()),
        (
            "HttpRequestMethodConfig",
            "http-request-method",
            given.http_request_method_config.is_some(),
        ),
        ("QueryStringConfig", "query-string", given.query_string_config.is_some()),
        ("SourceIpConfig", "source-ip", source.is_some()),
    ];
    for (member, own, is_given) in configs {
        if is_given && own != field {
            return Err(super::invalid(format!(
                "You can specify '{member}' only for a condition with field '{own}'"
            )));
        }
    }
    let has_old = given.values.as_ref().is_some_and(|values| !values.is_empty());
    if has_old && !matches!(field, "host-header" | "path-pattern") {
        return Err(super::invalid(
            "You can specify 'Values' only for a condition with field 'host-header' or \
             'path-pattern'",
        ));
    }
    Ok(())
}

fn check_counts(conditions: &[RuleCondition]) -> Result<(), ApiError> {
    for only in ["http-request-method", "host-header", "path-pattern", "source-ip"] {
        if conditions.iter().filter(|condition| field(condition) == only).count() > 1 {
            return Err(super::invalid(format!("A rule can only have one '{only}' condition")));
        }
    }
    let texts: Vec<Vec<&str>> = conditions.iter().map(patterns).collect();
    if conditions.iter().map(value_count).sum::<usize>() > VALUES_MAX {
        return Err(super::invalid(format!(
            "A rule can only have '{VALUES_MAX}' condition values"
        )));
    }
    let wildcards = texts
        .iter()
        .flatten()
        .flat_map(|text| text.chars())
        .filter(|each| matches!(each, '*' | '?'))
        .count();
    if wildcards > WILDCARDS_MAX {
        return Err(super::invalid(format!(
            "A rule can only have '{WILDCARDS_MAX}' condition wildcards"
        )));
    }
    Ok(())
}

fn value_count(condition: &RuleCondition) -> usize {
    match condition {
        RuleCondition::HostHeader { values }
        | RuleCondition::PathPattern { values }
        | RuleCondition::HttpHeader { name: _, values }
        | RuleCondition::HttpRequestMethod { values }
        | RuleCondition::SourceIp { values } => values.len(),
        RuleCondition::QueryString { values } => values.len(),
    }
}

/// The texts of a condition in which `*` and `?` are wildcards.
fn patterns(condition: &RuleCondition) -> Vec<&str> {
    match condition {
        RuleCondition::HostHeader { values }
        | RuleCondition::PathPattern { values }
        | RuleCondition::HttpHeader { name: _, values } => {
            values.iter().map(String::as_str).collect()
        }
        RuleCondition::QueryString { values } => values
            .iter()
            .flat_map(|pair| pair.key.iter().chain([&pair.value]))
            .map(String::as_str)
            .collect(),
        RuleCondition::HttpRequestMethod { .. } | RuleCondition::SourceIp { .. } => Vec::new(),
    }
}

fn field(condition: &RuleCondition) -> &'static str {
    match condition {
        RuleCondition::HostHeader { .. } => "host-header",
        RuleCondition::PathPattern { .. } => "path-pattern",
        RuleCondition::HttpHeader { .. } => "http-header",
        RuleCondition::HttpRequestMethod { .. } => "http-request-method",
        RuleCondition::QueryString { .. } => "query-string",
        RuleCondition::SourceIp { .. } => "source-ip",
    }
}

#[cfg(test)]
mod tests;
