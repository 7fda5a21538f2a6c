//! Load balancers, target groups, listeners, rules and targets.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::{Tags, TaskKey};
use crate::{Scope, Timestamp};

pub type Attributes = BTreeMap<String, String>;

/// An application load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadBalancer {
    pub scope: Scope,
    pub name: String,
    /// 16 hexadecimal digits, the end of its ARN.
    pub id: String,
    pub is_internal: bool,
    pub vpc_id: String,
    pub security_group_ids: Vec<String>,
    /// Its own address in each of its subnets, by the subnet's id; there are at least two. It
    /// listens on all of them.
    pub addresses: BTreeMap<String, Ipv4Addr>,
    pub dns_name: String,
    /// Only what was set; the rest has AWS's defaults.
    pub attributes: Attributes,
    pub tags: Tags,
    pub created_at: Timestamp,
}

impl LoadBalancer {
    pub fn arn(&self) -> String {
        let (name, id) = (&self.name, &self.id);
        self.scope.arn("elasticloadbalancing", format_args!("loadbalancer/app/{name}/{id}"))
    }

    /// The ids of the interfaces' records that have its addresses.
    pub fn interface_ids(&self) -> impl Iterator<Item = String> {
        self.addresses.values().map(|address| format!("{}/{address}", self.vpc_id))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetGroup {
    pub scope: Scope,
    pub name: String,
    pub id: String,
    pub port: u16,
    pub vpc_id: String,
    pub health_check: TargetHealthCheck,
    pub attributes: Attributes,
    pub tags: Tags,
    pub created_at: Timestamp,
}

impl TargetGroup {
    pub fn arn(&self) -> String {
        let (name, id) = (&self.name, &self.id);
        self.scope.arn("elasticloadbalancing", format_args!("targetgroup/{name}/{id}"))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetHealthCheck {
    pub path: String,
    /// `None` is `traffic-port`.
    pub port: Option<u16>,
    pub interval_secs: u32,
    pub timeout_secs: u32,
    pub healthy_threshold: u32,
    pub unhealthy_threshold: u32,
    /// For example `200` or `200-299,301`.
    pub matcher: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    pub scope: Scope,
    pub id: String,
    pub load_balancer_name: String,
    pub load_balancer_id: String,
    pub port: u16,
    pub default_actions: Vec<Action>,
    pub attributes: Attributes,
    pub tags: Tags,
    pub created_at: Timestamp,
}

impl Listener {
    pub fn arn(&self) -> String {
        let (name, balancer, id) = (&self.load_balancer_name, &self.load_balancer_id, &self.id);
        self.scope.arn("elasticloadbalancing", format_args!("listener/app/{name}/{balancer}/{id}"))
    }

    /// The ARN of its default rule, which is no record of its own. It is made of the
    /// listener's id, so that it stays the same.
    pub fn default_rule_arn(&self) -> String {
        let (name, balancer, own) = (&self.load_balancer_name, &self.load_balancer_id, &self.id);
        let id: String = own.chars().rev().collect();
        self.scope.arn(
            "elasticloadbalancing",
            format_args!("listener-rule/app/{name}/{balancer}/{own}/{id}"),
        )
    }

    pub fn load_balancer_arn(&self) -> String {
        let (name, id) = (&self.load_balancer_name, &self.load_balancer_id);
        self.scope.arn("elasticloadbalancing", format_args!("loadbalancer/app/{name}/{id}"))
    }
}

/// A rule other than a listener's default, which is its `default_actions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub scope: Scope,
    pub id: String,
    pub listener_id: String,
    pub load_balancer_name: String,
    pub load_balancer_id: String,
    pub priority: u32,
    pub conditions: Vec<RuleCondition>,
    pub actions: Vec<Action>,
    pub tags: Tags,
}

impl Rule {
    pub fn arn(&self) -> String {
        let (name, balancer) = (&self.load_balancer_name, &self.load_balancer_id);
        let (listener, id) = (&self.listener_id, &self.id);
        self.scope.arn(
            "elasticloadbalancing",
            format_args!("listener-rule/app/{name}/{balancer}/{listener}/{id}"),
        )
    }

    pub fn listener_arn(&self) -> String {
        let (name, balancer) = (&self.load_balancer_name, &self.load_balancer_id);
        let listener = &self.listener_id;
        self.scope
            .arn("elasticloadbalancing", format_args!("listener/app/{name}/{balancer}/{listener}"))
    }
}

/// Values of one condition are alternatives; conditions of one rule must all hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleCondition {
    HostHeader { values: Vec<String> },
    PathPattern { values: Vec<String> },
    HttpHeader { name: String, values: Vec<String> },
    HttpRequestMethod { values: Vec<String> },
    QueryString { values: Vec<QueryStringPair> },
    SourceIp { values: Vec<String> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryStringPair {
    pub key: Option<String>,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    Forward {
        target_groups: Vec<WeightedTargetGroup>,
        stickiness_secs: Option<u32>,
        /// Whether the caller used the `TargetGroupArn` short form.
        is_short_form: bool,
    },
    Redirect {
        protocol: String,
        host: String,
        port: String,
        path: String,
        query: String,
        /// 301 or 302.
        status_code: u16,
    },
    FixedResponse {
        status_code: u16,
        content_type: Option<String>,
        message_body: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightedTargetGroup {
    pub target_group_arn: String,
    /// 0 to 999.
    pub weight: u32,
}

/// One address and port in one target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub scope: Scope,
    pub target_group_arn: String,
    pub address: Ipv4Addr,
    pub port: u16,
    pub availability_zone: Option<String>,
    /// The task that ECS registered it for; `None` where the caller registered it.
    pub task: Option<TaskKey>,
    pub registered_at: Timestamp,
    /// When it was first found healthy.
    pub healthy_at: Option<Timestamp>,
    /// Set at deregistration. The record goes when the balancer has drained it.
    pub draining_since: Option<Timestamp>,
    /// What the balancer last saw.
    pub health: TargetHealth,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetHealth {
    pub state: TargetHealthState,
    /// For example `Target.Timeout`; `None` where healthy.
    pub reason: Option<String>,
    pub description: Option<String>,
}

impl TargetHealth {
    /// What a target is before the balancer has said anything.
    pub fn registering() -> TargetHealth {
        TargetHealth {
            state: TargetHealthState::Initial,
            reason: Some("Elb.RegistrationInProgress".to_owned()),
            description: Some("Target registration is in progress".to_owned()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetHealthState {
    Initial,
    Healthy,
    Unhealthy,
    Unused,
    Draining,
}

impl TargetHealthState {
    pub const fn as_str(self) -> &'static str {
        match self {
            TargetHealthState::Initial => "initial",
            TargetHealthState::Healthy => "healthy",
            TargetHealthState::Unhealthy => "unhealthy",
            TargetHealthState::Unused => "unused",
            TargetHealthState::Draining => "draining",
        }
    }
}
