//! What the balancer is to serve, made of the snapshot; and what it says of it, in our words.

use model::{
    Action, Attributes, Entry, Listener, LoadBalancer, Plan, Rule, RuleCondition, Snapshot, Target,
    TargetGroup, TargetHealth, TargetHealthState, Timestamp,
};
use routing::config;
use routing::session::{FromBalancer, TargetName};

/// The whole configuration of the balancer: a pure function of the snapshot.
pub fn route_config(snapshot: &Snapshot) -> config::Config {
    config::Config {
        load_balancers: snapshot
            .load_balancers
            .all()
            .map(|load_balancer| load_balancer_config(snapshot, load_balancer))
            .collect(),
        target_groups: snapshot
            .target_groups
            .all()
            .map(|group| target_group_config(snapshot, group))
            .collect(),
    }
}

fn load_balancer_config(
    snapshot: &Snapshot,
    load_balancer: &Entry<LoadBalancer>,
) -> config::LoadBalancer {
    let arn = load_balancer.arn();
    let listeners = snapshot
        .listeners
        .list(&load_balancer.scope)
        .filter(|listener| listener.load_balancer_arn() == arn)
        .map(|listener| listener_config(snapshot, listener))
        .collect();
    config::LoadBalancer {
        arn,
        dns_name: load_balancer.dns_name.clone(),
        addresses: load_balancer.addresses.values().copied().collect(),
        attributes: load_balancer_attributes(&load_balancer.attributes),
        listeners,
    }
}

fn listener_config(snapshot: &Snapshot, listener: &Entry<Listener>) -> config::Listener {
    let arn = listener.arn();
    let mut rules: Vec<config::Rule> = snapshot
        .rules
        .list(&listener.scope)
        .filter(|rule| rule.listener_arn() == arn)
        .map(|rule| rule_config(rule))
        .collect();
    rules.sort_by_key(|rule| rule.priority);
    config::Listener {
        arn,
        port: listener.port,
        protocol: config::ListenerProtocol::Http,
        rules,
        default_action: action_config(listener.default_actions.first()),
    }
}

fn rule_config(rule: &Rule) -> config::Rule {
    config::Rule {
        arn: rule.arn(),
        priority: rule.priority,
        conditions: rule.conditions.iter().map(condition_config).collect(),
        action: action_config(rule.actions.first()),
    }
}

fn condition_config(condition: &RuleCondition) -> config::Condition {
    match condition.clone() {
        RuleCondition::HostHeader { values } => config::Condition::HostHeader { values },
        RuleCondition::PathPattern { values } => config::Condition::PathPattern { values },
        RuleCondition::HttpHeader { name, values } => {
            config::Condition::HttpHeader { name, values }
        }
        RuleCondition::HttpRequestMethod { values } => {
            config::Condition::HttpRequestMethod { values }
        }
        RuleCondition::QueryString { values } => config::Condition::QueryString {
            values: values
                .into_iter()
                .map(|pair| config::QueryStringPair { key: pair.key, value: pair.value })
                .collect(),
        },
        RuleCondition::SourceIp { values } => config::Condition::SourceIp { values },
    }
}

fn action_config(action: Option<&Action>) -> config::Action {
    match action.cloned() {
        Some(Action::Forward { target_groups, stickiness_secs, is_short_form: _ }) => {
            config::Action::Forward {
                target_groups: target_groups
                    .into_iter()
                    .map(|group| config::WeightedTargetGroup {
                        arn: group.target_group_arn,
                        weight: u16::try_from(group.weight).unwrap_or(u16::MAX),
                    })
                    .collect(),
                stickiness_seconds: stickiness_secs,
            }
        }
        Some(Action::Redirect { protocol, host, port, path, query, status_code }) => {
            config::Action::Redirect(config::Redirect {
                protocol,
                host,
                port,
                path,
                query,
                status_code,
            })
        }
        Some(Action::FixedResponse { status_code, content_type, message_body }) => {
            config::Action::FixedResponse(config::FixedResponse {
                status_code,
                content_type,
                message_body,
            })
        }
        // The API makes no listener or rule without an action.
        None => config::Action::FixedResponse(config::FixedResponse {
            status_code: 503,
            content_type: None,
            message_body: None,
        }),
    }
}

fn target_group_config(snapshot: &Snapshot, group: &Entry<TargetGroup>) -> config::TargetGroup {
    let arn = group.arn();
    let check = &group.health_check;
    config::TargetGroup {
        protocol: config::TargetProtocol::Http,
        protocol_version: config::ProtocolVersion::Http1,
        health_check: config::HealthCheck {
            enabled: true,
            path: check.path.clone(),
            port: check
                .port
                .map_or(config::HealthCheckPort::TrafficPort, config::HealthCheckPort::Port),
            interval_seconds: check.interval_secs,
            timeout_seconds: check.timeout_secs,
            healthy_threshold: check.healthy_threshold,
            unhealthy_threshold: check.unhealthy_threshold,
            matcher: check.matcher.clone(),
        },
        attributes: target_group_attributes(&group.attributes),
        targets: snapshot
            .targets_of_group(&group.scope, &arn)
            .into_iter()
            .map(|target| target_config(target))
            .collect(),
        arn,
    }
}

fn target_config(target: &Target) -> config::Target {
    config::Target {
        id: target.address.to_string(),
        address: target.address,
        port: target.port,
        state: match target.draining_since {
            Some(_) => config::TargetState::Draining,
            None => config::TargetState::Registered,
        },
    }
}

fn load_balancer_attributes(set: &Attributes) -> config::LoadBalancerAttributes {
    let mut attributes = config::LoadBalancerAttributes::default();
    for (name, value) in set {
        match name.as_str() {
            "idle_timeout.timeout_seconds" => {
                read(value, &mut attributes.idle_timeout_seconds);
            }
            "client_keep_alive.seconds" => read(value, &mut attributes.client_keep_alive_seconds),
            "routing.http.drop_invalid_header_fields.enabled" => {
                read(value, &mut attributes.drop_invalid_header_fields);
            }
            "routing.http.xff_client_port.enabled" => {
                read(value, &mut attributes.forwarded_for_client_port);
            }
            "routing.http.preserve_host_header.enabled" => {
                read(value, &mut attributes.preserve_host_header);
            }
            "routing.http2.enabled" => read(value, &mut attributes.http2_enabled),
            "routing.http.xff_header_processing.mode" => {
                attributes.forwarded_for_mode = match value.as_str() {
                    "preserve" => config::ForwardedForMode::Preserve,
                    "remove" => config::ForwardedForMode::Remove,
                    _ => config::ForwardedForMode::Append,
                };
            }
            "routing.http.desync_mitigation_mode" => {
                attributes.desync_mitigation_mode = match value.as_str() {
                    "strictest" => config::DesyncMitigationMode::Strictest,
                    _ => config::DesyncMitigationMode::Defensive,
                };
            }
            // The API sets no other.
            _ => {}
        }
    }
    attributes
}

fn target_group_attributes(set: &Attributes) -> config::TargetGroupAttributes {
    let mut attributes = config::TargetGroupAttributes::default();
    let get = |name: &str| set.get(name).map(String::as_str);
    if let Some(value) = get("deregistration_delay.timeout_seconds") {
        read(value, &mut attributes.deregistration_delay_seconds);
    }
    if let Some(value) = get("slow_start.duration_seconds") {
        read(value, &mut attributes.slow_start_seconds);
    }
    if get("load_balancing.algorithm.type") == Some("least_outstanding_requests") {
        attributes.algorithm = config::Algorithm::LeastOutstandingRequests;
    }
    attributes.stickiness = stickiness(&get);
    attributes
}

/// COMPAT: both kinds of cookie last a day unless set ("Sticky sessions for your
/// Application Load Balancer").
const STICKINESS_SECS_DEFAULT: u32 = 86_400;

fn stickiness<'a>(get: &impl Fn(&str) -> Option<&'a str>) -> Option<config::Stickiness> {
    if get("stickiness.enabled") != Some("true") {
        return None;
    }
    let mut duration_seconds = STICKINESS_SECS_DEFAULT;
    Some(if get("stickiness.type") == Some("app_cookie") {
        if let Some(value) = get("stickiness.app_cookie.duration_seconds") {
            read(value, &mut duration_seconds);
        }
        let cookie_name = get("stickiness.app_cookie.cookie_name").unwrap_or_default().to_owned();
        config::Stickiness::AppCookie { cookie_name, duration_seconds }
    } else {
        if let Some(value) = get("stickiness.lb_cookie.duration_seconds") {
            read(value, &mut duration_seconds);
        }
        config::Stickiness::LbCookie { duration_seconds }
    })
}

/// The API checked the value when it was set; one that cannot be read leaves the default.
fn read<T: std::str::FromStr>(value: &str, into: &mut T) {
    if let Ok(value) = value.parse() {
        *into = value;
    }
}

/// A target's health as a record has it.
pub fn observed_health(health: &routing::TargetHealth) -> TargetHealth {
    TargetHealth {
        state: match health.state {
            routing::TargetHealthState::Initial => TargetHealthState::Initial,
            routing::TargetHealthState::Healthy => TargetHealthState::Healthy,
            routing::TargetHealthState::Unhealthy | routing::TargetHealthState::Unavailable => {
                TargetHealthState::Unhealthy
            }
            routing::TargetHealthState::Unused => TargetHealthState::Unused,
            routing::TargetHealthState::Draining => TargetHealthState::Draining,
        },
        reason: health.reason.map(reason_code),
        description: health.description.clone(),
    }
}

/// What a balancer's word makes of the target's record; nothing where it is no news, or about
/// a target that is no more.
pub fn heard(snapshot: &Snapshot, message: &FromBalancer, now: Timestamp) -> Plan {
    let mut plan = Plan::new();
    match message {
        FromBalancer::Health(name, health) => {
            let health = observed_health(health);
            if let Some(target) = named(snapshot, name)
                && target.draining_since.is_none()
                && target.health != health
            {
                let is_healthy = health.state == TargetHealthState::Healthy;
                let healthy_at = target.healthy_at.or(is_healthy.then_some(now));
                plan.update(target, Target { health, healthy_at, ..(*target.record).clone() });
            }
        }
        FromBalancer::Drained(name) => {
            if let Some(target) = named(snapshot, name)
                && target.draining_since.is_some()
            {
                plan.delete(target);
            }
        }
        FromBalancer::Applied { .. }
        | FromBalancer::BindFailed { .. }
        | FromBalancer::Bound { .. } => {}
    }
    plan
}

fn named<'a>(snapshot: &'a Snapshot, name: &TargetName) -> Option<&'a Entry<Target>> {
    let id = format!("{}/{}:{}", name.target_group_arn, name.address, name.port);
    let scope = model::Arn::parse(&name.target_group_arn)?.scope;
    snapshot.targets.get(&scope, &id)
}

/// The code as the API shows it, which is how it is serialized.
fn reason_code(reason: routing::Reason) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(code)) => code,
        Ok(_) | Err(_) => "Elb.InternalError".to_owned(),
    }
}
