//! What a balancer is told: load balancers, listeners, rules, target groups and targets.
//!
//! It travels from control to the balancer as JSON and is kept on the balancer's disk, so every
//! type is plain data. Unknown fields and unknown enum values are errors: a balancer that is older
//! than its control refuses what it would otherwise silently not do.
//!
//! INVARIANT: every field here is honoured by the data plane.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::defaults;

/// Everything one balancer serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub load_balancers: Vec<LoadBalancer>,
    pub target_groups: Vec<TargetGroup>,
}

/// An application load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancer {
    pub arn: String,
    /// `NAME-ID.REGION.elb.localhost`: tells load balancers apart that share a loopback port.
    pub dns_name: String,
    /// Its own addresses on this host: it listens on all of them, and sends from the first.
    pub addresses: Vec<Ipv4Addr>,
    #[serde(default)]
    pub attributes: LoadBalancerAttributes,
    pub listeners: Vec<Listener>,
}

/// The attributes of a load balancer that change what the data plane does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoadBalancerAttributes {
    /// `idle_timeout.timeout_seconds`
    pub idle_timeout_seconds: u32,
    /// `client_keep_alive.seconds`: the greatest age of a client's connection.
    pub client_keep_alive_seconds: u32,
    /// `routing.http.drop_invalid_header_fields.enabled`
    pub drop_invalid_header_fields: bool,
    /// `routing.http.xff_header_processing.mode`
    pub forwarded_for_mode: ForwardedForMode,
    /// `routing.http.xff_client_port.enabled`
    pub forwarded_for_client_port: bool,
    /// `routing.http.preserve_host_header.enabled`
    pub preserve_host_header: bool,
    /// `routing.http.desync_mitigation_mode`
    pub desync_mitigation_mode: DesyncMitigationMode,
    /// `routing.http2.enabled`
    pub http2_enabled: bool,
}

impl Default for LoadBalancerAttributes {
    fn default() -> Self {
        Self {
            idle_timeout_seconds: defaults::IDLE_TIMEOUT_SECONDS,
            client_keep_alive_seconds: defaults::CLIENT_KEEP_ALIVE_SECONDS,
            drop_invalid_header_fields: false,
            forwarded_for_mode: ForwardedForMode::Append,
            forwarded_for_client_port: false,
            preserve_host_header: false,
            desync_mitigation_mode: DesyncMitigationMode::Defensive,
            http2_enabled: true,
        }
    }
}

/// What becomes of the client's `X-Forwarded-For`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ForwardedForMode {
    Append,
    Preserve,
    Remove,
}

/// How much deviation from the HTTP grammar is let through.
///
/// LIMIT: `monitor` would let smuggling attempts through and is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DesyncMitigationMode {
    Defensive,
    Strictest,
}

/// A port of a load balancer, with its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    pub arn: String,
    pub port: u16,
    #[serde(default)]
    pub protocol: ListenerProtocol,
    pub rules: Vec<Rule>,
    /// What is done when no rule matches.
    pub default_action: Action,
}

/// The protocols a listener can speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListenerProtocol {
    #[default]
    #[serde(rename = "HTTP")]
    Http,
}

/// Conditions that must all hold, and what is done then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub arn: String,
    /// Lower is tried first.
    pub priority: u32,
    pub conditions: Vec<Condition>,
    pub action: Action,
}

/// One condition; it holds when any of its values matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "field", deny_unknown_fields)]
pub enum Condition {
    HostHeader { values: Vec<String> },
    PathPattern { values: Vec<String> },
    HttpHeader { name: String, values: Vec<String> },
    HttpRequestMethod { values: Vec<String> },
    QueryString { values: Vec<QueryStringPair> },
    SourceIp { values: Vec<String> },
}

/// A key and a value to find in the query string; without a key, the value alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryStringPair {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub value: String,
}

/// What a listener does with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", deny_unknown_fields)]
pub enum Action {
    Forward {
        target_groups: Vec<WeightedTargetGroup>,
        /// Keeps a client on the group it first got, for this long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stickiness_seconds: Option<u32>,
    },
    Redirect(Redirect),
    FixedResponse(FixedResponse),
}

/// A target group's share of a forward action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightedTargetGroup {
    pub arn: String,
    pub weight: u16,
}

/// Where a client is sent; each part may use `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and
/// `#{query}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Redirect {
    pub protocol: String,
    pub host: String,
    pub port: String,
    pub path: String,
    pub query: String,
    pub status_code: u16,
}

impl Default for Redirect {
    fn default() -> Self {
        Self {
            protocol: "#{protocol}".to_owned(),
            host: "#{host}".to_owned(),
            port: "#{port}".to_owned(),
            path: "/#{path}".to_owned(),
            query: "#{query}".to_owned(),
            status_code: 301,
        }
    }
}

/// An answer given without asking a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedResponse {
    pub status_code: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_body: Option<String>,
}

/// A set of targets with the way they are checked and chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetGroup {
    pub arn: String,
    #[serde(default)]
    pub protocol: TargetProtocol,
    #[serde(default)]
    pub protocol_version: ProtocolVersion,
    #[serde(default)]
    pub health_check: HealthCheck,
    #[serde(default)]
    pub attributes: TargetGroupAttributes,
    pub targets: Vec<Target>,
}

/// The protocols spoken to targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetProtocol {
    #[default]
    #[serde(rename = "HTTP")]
    Http,
}

/// The versions of HTTP spoken to targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProtocolVersion {
    #[default]
    #[serde(rename = "HTTP1")]
    Http1,
}

/// How the targets of a group are probed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthCheck {
    pub enabled: bool,
    pub path: String,
    pub port: HealthCheckPort,
    pub interval_seconds: u32,
    pub timeout_seconds: u32,
    pub healthy_threshold: u32,
    pub unhealthy_threshold: u32,
    /// `200-299,301`
    pub matcher: String,
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            enabled: true,
            path: "/".to_owned(),
            port: HealthCheckPort::TrafficPort,
            interval_seconds: defaults::HEALTH_CHECK_INTERVAL_SECONDS,
            timeout_seconds: defaults::HEALTH_CHECK_TIMEOUT_SECONDS,
            healthy_threshold: defaults::HEALTHY_THRESHOLD,
            unhealthy_threshold: defaults::UNHEALTHY_THRESHOLD,
            matcher: "200".to_owned(),
        }
    }
}

/// The port that is probed: `traffic-port`, or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthCheckPort {
    TrafficPort,
    #[serde(untagged)]
    Port(u16),
}

/// The attributes of a target group that change what the data plane does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TargetGroupAttributes {
    /// `deregistration_delay.timeout_seconds`
    pub deregistration_delay_seconds: u32,
    /// `slow_start.duration_seconds`; 0 is off
    pub slow_start_seconds: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stickiness: Option<Stickiness>,
    pub algorithm: Algorithm,
}

impl Default for TargetGroupAttributes {
    fn default() -> Self {
        Self {
            deregistration_delay_seconds: defaults::DEREGISTRATION_DELAY_SECONDS,
            slow_start_seconds: 0,
            stickiness: None,
            algorithm: Algorithm::RoundRobin,
        }
    }
}

/// How a client is kept on one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum Stickiness {
    LbCookie { duration_seconds: u32 },
    AppCookie { cookie_name: String, duration_seconds: u32 },
}

/// How a target is chosen. `weighted_random` is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    RoundRobin,
    LeastOutstandingRequests,
}

/// One registered address and port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// As it was registered: an instance id or an address.
    pub id: String,
    pub address: Ipv4Addr,
    pub port: u16,
    pub state: TargetState,
}

/// Whether a target may be given new requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetState {
    Registered,
    Draining,
}
