//! Target groups as the API shows them, how callers name them, and who uses them.

use std::collections::{BTreeMap, BTreeSet};

use aws_api::elbv2::{self, errors};
use model::{Arn, Entry, Scope, Snapshot, TargetGroup};
use wire::ApiError;

use super::{health_check, load_balancer};

/// The load balancers that forward to each target group, by ARN.
pub(super) type Usage = BTreeMap<String, BTreeSet<String>>;

/// The target group that an ARN names.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<&'a Entry<TargetGroup>, ApiError> {
    get(snapshot, scope, arn)?.ok_or_else(|| {
        errors::target_group_not_found_exception(format!("Target group '{arn}' not found"))
    })
}

/// As [`find`], or `None` where there is none.
pub(super) fn get<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<Option<&'a Entry<TargetGroup>>, ApiError> {
    let invalid = || super::invalid(format!("'{arn}' is not a valid target group ARN"));
    let parsed = Arn::parse(arn).ok_or_else(invalid)?;
    let rest = parsed.resource_id("targetgroup").ok_or_else(invalid)?;
    let (name, _) = rest.split_once('/').ok_or_else(invalid)?;
    Ok(snapshot.target_groups.get(scope, name).filter(|known| known.arn() == arn))
}

/// Which target groups of the scope are used, and by which load balancers.
pub(super) fn usage(snapshot: &Snapshot, scope: &Scope) -> Usage {
    let mut usage = Usage::new();
    let of_listeners = snapshot
        .listeners
        .list(scope)
        .map(|listener| (listener.load_balancer_arn(), &listener.record.default_actions));
    let of_rules = snapshot
        .rules
        .list(scope)
        .map(|rule| (load_balancer::arn_of_rule(rule), &rule.record.actions));
    for (balancer, actions) in of_listeners.chain(of_rules) {
        for group in actions.iter().flat_map(planner::targets::forwarded_to) {
            usage.entry(group.clone()).or_default().insert(balancer.clone());
        }
    }
    usage
}

pub(super) fn render(group: &TargetGroup, usage: &Usage) -> elbv2::TargetGroup {
    let arn = group.arn();
    let check = &group.health_check;
    let port = check.port.map_or(health_check::TRAFFIC_PORT.to_owned(), |port| port.to_string());
    elbv2::TargetGroup {
        target_group_name: Some(group.name.clone()),
        protocol: Some(elbv2::ProtocolEnum::Http),
        port: Some(group.port.into()),
        vpc_id: Some(group.vpc_id.clone()),
        health_check_protocol: Some(elbv2::ProtocolEnum::Http),
        health_check_port: Some(port),
        health_check_enabled: Some(true),
        health_check_interval_seconds: Some(check.interval_secs as i32),
        health_check_timeout_seconds: Some(check.timeout_secs as i32),
        healthy_threshold_count: Some(check.healthy_threshold as i32),
        unhealthy_threshold_count: Some(check.unhealthy_threshold as i32),
        health_check_path: Some(check.path.clone()),
        matcher: Some(elbv2::Matcher { http_code: Some(check.matcher.clone()), grpc_code: None }),
        load_balancer_arns: Some(usage.get(&arn).into_iter().flatten().cloned().collect()),
        target_type: Some(elbv2::TargetTypeEnum::Ip),
        protocol_version: Some("HTTP1".to_owned()),
        ip_address_type: Some(elbv2::TargetGroupIpAddressTypeEnum::Ipv4),
        target_control_port: None,
        target_group_arn: Some(arn),
    }
}
