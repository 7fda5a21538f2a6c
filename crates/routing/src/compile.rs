//! From configuration to route table, or the reason why not.
//!
//! Control validates what users send; this checks again what the data plane relies on, because a
//! table that compiled is served for as long as no better one comes.
//!
//! INVARIANT: the same configuration gives the same table.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{Ipv4Addr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use thiserror::Error;

use crate::{
    condition::Condition,
    config::{
        Action, Algorithm, Config, FixedResponse, HealthCheckPort, Listener, LoadBalancer,
        Redirect, Rule, Target, TargetGroup, TargetState, WeightedTargetGroup,
    },
    defaults::{
        ADDRESSES_MAX, CONDITION_VALUES_MAX, FORWARD_GROUPS_MAX, LISTENERS_MAX, LOAD_BALANCERS_MAX,
        RULES_MAX, TARGET_GROUPS_MAX, TARGETS_MAX, WEIGHT_MAX,
    },
    matcher::{BadMatcher, CodeMatcher},
    pick::{Forward, Share, fingerprint},
    table::{
        GroupIndex, LOOPBACK, ListenerIndex, RouteTable, RoutedAction, RoutedGroup, RoutedListener,
        RoutedLoadBalancer, RoutedRule, RoutedTarget,
    },
};

/// Why a configuration is not served.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("{what} `{name}` is there twice")]
    Duplicate { what: &'static str, name: String },
    #[error("load balancer `{0}` has no address")]
    NoAddress(String),
    #[error("target group `{0}` is not in the configuration")]
    UnknownTargetGroup(String),
    #[error("target group `{0}` is used by more than one load balancer")]
    SharedTargetGroup(String),
    #[error("weight {weight} of target group `{arn}` is over {WEIGHT_MAX}")]
    WeightTooHigh { arn: String, weight: u16 },
    #[error("a condition has no values")]
    EmptyCondition,
    #[error("rule `{0}` has no conditions")]
    NoConditions(String),
    #[error("pattern `{0}` is longer than 128 characters")]
    PatternTooLong(String),
    #[error("`{0}` is not a block of addresses")]
    BadNetwork(String),
    #[error("status code {0} is not possible for this action")]
    BadStatusCode(u16),
    #[error("redirect protocol `{0}` is not `HTTP`, `HTTPS` or `#{{protocol}}`")]
    BadRedirectProtocol(String),
    #[error(transparent)]
    BadMatcher(#[from] BadMatcher),
    #[error("{what} of `{arn}` must be at least 1")]
    Zero { what: &'static str, arn: String },
    #[error("slow start of target group `{0}` needs the round robin algorithm")]
    SlowStartNeedsRoundRobin(String),
    #[error("{count} {what} are more than the {limit} that are served")]
    TooMany { what: &'static str, count: usize, limit: usize },
}

/// Compiles a configuration.
pub fn compile(config: &Config) -> Result<RouteTable, Refusal> {
    bounded("load balancers", config.load_balancers.len(), LOAD_BALANCERS_MAX)?;
    bounded("target groups", config.target_groups.len(), TARGET_GROUPS_MAX)?;
    let mut compiler = Compiler::default();
    for group in &config.target_groups {
        compiler.target_group(group)?;
    }
    for load_balancer in &config.load_balancers {
        compiler.load_balancer(load_balancer)?;
    }
    Ok(compiler.table)
}

#[derive(Default)]
struct Compiler<'c> {
    table: RouteTable,
    groups: BTreeMap<&'c str, GroupIndex>,
    load_balancers: BTreeSet<&'c str>,
    names: BTreeSet<&'c str>,
    addresses: BTreeSet<Ipv4Addr>,
}

impl<'c> Compiler<'c> {
    fn target_group(&mut self, group: &'c TargetGroup) -> Result<(), Refusal> {
        let index = GroupIndex(self.table.groups.len());
        if self.groups.insert(&group.arn, index).is_some() {
            return Err(Refusal::Duplicate { what: "target group", name: group.arn.clone() });
        }
        self.table.groups.push(target_group(group)?);
        Ok(())
    }

    fn load_balancer(&mut self, load_balancer: &'c LoadBalancer) -> Result<(), Refusal> {
        let twice = |what, name: &str| Refusal::Duplicate { what, name: name.to_owned() };
        if !self.load_balancers.insert(&load_balancer.arn) {
            return Err(twice("load balancer", &load_balancer.arn));
        }
        if !self.names.insert(&load_balancer.dns_name) {
            return Err(twice("DNS name", &load_balancer.dns_name));
        }
        if load_balancer.addresses.is_empty() {
            return Err(Refusal::NoAddress(load_balancer.arn.clone()));
        }
        bounded("addresses", load_balancer.addresses.len(), ADDRESSES_MAX)?;
        for address in &load_balancer.addresses {
            if *address != LOOPBACK && !self.addresses.insert(*address) {
                return Err(twice("address", &address.to_string()));
            }
        }
        let attributes = &load_balancer.attributes;
        positive("idle timeout", &load_balancer.arn, attributes.idle_timeout_seconds)?;
        positive("client keep-alive", &load_balancer.arn, attributes.client_keep_alive_seconds)?;
        bounded("listeners", load_balancer.listeners.len(), LISTENERS_MAX)?;
        let facts = Arc::new(RoutedLoadBalancer {
            index: self.table.load_balancers.len(),
            arn: load_balancer.arn.clone(),
            dns_name: load_balancer.dns_name.clone(),
            addresses: load_balancer.addresses.clone(),
            attributes: load_balancer.attributes.clone(),
        });
        self.table.load_balancers.push(Arc::clone(&facts));
        let mut ports = BTreeSet::new();
        for listener in &load_balancer.listeners {
            if !ports.insert(listener.port) {
                return Err(twice("port", &listener.port.to_string()));
            }
            self.listener(&facts, listener)?;
        }
        Ok(())
    }

    fn listener(
        &mut self,
        load_balancer: &Arc<RoutedLoadBalancer>,
        listener: &Listener,
    ) -> Result<(), Refusal> {
        bounded("rules", listener.rules.len(), RULES_MAX)?;
        let address = load_balancer.addresses[0];
        let default_action = self.action(&listener.default_action, address)?;
        let mut rules: Vec<&Rule> = listener.rules.iter().collect();
        rules.sort_by_key(|rule| rule.priority);
        if let Some(pair) = rules.windows(2).find(|pair| pair[0].priority == pair[1].priority) {
            let name = pair[0].priority.to_string();
            return Err(Refusal::Duplicate { what: "priority", name });
        }
        let rules =
            rules.into_iter().map(|rule| self.rule(rule, address)).collect::<Result<_, _>>()?;
        let index = ListenerIndex(self.table.listeners.len());
        let mut addresses: BTreeSet<Ipv4Addr> = load_balancer.addresses.iter().copied().collect();
        addresses.insert(LOOPBACK);
        for address in addresses {
            let socket = SocketAddrV4::new(address, listener.port);
            self.table.sockets.entry(socket).or_default().push(index);
        }
        self.table.listeners.push(RoutedListener {
            load_balancer: Arc::clone(load_balancer),
            arn: listener.arn.clone(),
            port: listener.port,
            rules,
            default_action,
        });
        Ok(())
    }

    fn rule(&mut self, rule: &Rule, address: Ipv4Addr) -> Result<RoutedRule, Refusal> {
        if rule.conditions.is_empty() {
            return Err(Refusal::NoConditions(rule.arn.clone()));
        }
        bounded("conditions", rule.conditions.len(), CONDITION_VALUES_MAX)?;
        Ok(RoutedRule {
            conditions: rule.conditions.iter().map(Condition::compile).collect::<Result<_, _>>()?,
            action: self.action(&rule.action, address)?,
        })
    }

    fn action(&mut self, action: &Action, address: Ipv4Addr) -> Result<RoutedAction, Refusal> {
        Ok(match action {
            Action::Forward { target_groups, stickiness_seconds } => {
                RoutedAction::Forward(self.forward(target_groups, *stickiness_seconds, address)?)
            }
            Action::Redirect(redirect) => RoutedAction::Redirect(checked_redirect(redirect)?),
            Action::FixedResponse(response) => {
                RoutedAction::FixedResponse(checked_response(response)?)
            }
        })
    }

    fn forward(
        &mut self,
        groups: &[WeightedTargetGroup],
        stickiness_seconds: Option<u32>,
        address: Ipv4Addr,
    ) -> Result<Forward, Refusal> {
        bounded("target groups in one action", groups.len(), FORWARD_GROUPS_MAX)?;
        let mut shares = Vec::with_capacity(groups.len());
        for WeightedTargetGroup { arn, weight } in groups {
            let Some(&index) = self.groups.get(arn.as_str()) else {
                return Err(Refusal::UnknownTargetGroup(arn.clone()));
            };
            if *weight > WEIGHT_MAX {
                return Err(Refusal::WeightTooHigh { arn: arn.clone(), weight: *weight });
            }
            let group = &mut self.table.groups[index.0];
            // COMPAT: AWS's quota of load balancers per target group is one, and it is what lets
            // a target's connections come from its load balancer's address.
            if group.source.is_some_and(|source| source != address) {
                return Err(Refusal::SharedTargetGroup(arn.clone()));
            }
            group.source = Some(address);
            shares.push(Share {
                group: index,
                weight: u64::from(*weight),
                fingerprint: group.fingerprint,
            });
        }
        let weight_total = shares.iter().map(|share| share.weight).sum();
        Ok(Forward { groups: shares, weight_total, stickiness_seconds })
    }
}

fn target_group(group: &TargetGroup) -> Result<RoutedGroup, Refusal> {
    bounded("targets", group.targets.len(), TARGETS_MAX)?;
    let check = &group.health_check;
    for (what, value) in [
        ("health check interval", check.interval_seconds),
        ("health check timeout", check.timeout_seconds),
        ("healthy threshold", check.healthy_threshold),
        ("unhealthy threshold", check.unhealthy_threshold),
    ] {
        positive(what, &group.arn, value)?;
    }
    let attributes = &group.attributes;
    if attributes.slow_start_seconds > 0 && attributes.algorithm != Algorithm::RoundRobin {
        return Err(Refusal::SlowStartNeedsRoundRobin(group.arn.clone()));
    }
    let targets: Vec<_> = group.targets.iter().map(|target| routed(group, target)).collect();
    let mut seen = BTreeSet::new();
    if let Some(twice) = targets.iter().find(|target| !seen.insert(target.fingerprint)) {
        return Err(Refusal::Duplicate { what: "target", name: twice.id.clone() });
    }
    Ok(RoutedGroup {
        arn: group.arn.clone(),
        fingerprint: fingerprint(&[&group.arn]),
        source: None,
        health_check: check.clone(),
        matcher: CodeMatcher::parse(&check.matcher)?,
        deregistration_delay: Duration::from_secs(attributes.deregistration_delay_seconds.into()),
        stickiness: attributes.stickiness.clone(),
        algorithm: attributes.algorithm,
        slow_start: Duration::from_secs(attributes.slow_start_seconds.into()),
        targets,
    })
}

fn routed(group: &TargetGroup, target: &Target) -> RoutedTarget {
    let health_check_port = match group.health_check.port {
        HealthCheckPort::TrafficPort => target.port,
        HealthCheckPort::Port(port) => port,
    };
    RoutedTarget {
        fingerprint: fingerprint(&[&group.arn, &target.id, &target.port.to_string()]),
        id: target.id.clone(),
        address: SocketAddrV4::new(target.address, target.port),
        health_check_address: SocketAddrV4::new(target.address, health_check_port),
        is_draining: target.state == TargetState::Draining,
    }
}

fn checked_redirect(redirect: &Redirect) -> Result<Redirect, Refusal> {
    if !matches!(redirect.status_code, 301 | 302) {
        return Err(Refusal::BadStatusCode(redirect.status_code));
    }
    if !matches!(redirect.protocol.as_str(), "HTTP" | "HTTPS" | "#{protocol}") {
        return Err(Refusal::BadRedirectProtocol(redirect.protocol.clone()));
    }
    Ok(redirect.clone())
}

fn checked_response(response: &FixedResponse) -> Result<FixedResponse, Refusal> {
    match response.status_code {
        200..=299 | 400..=599 => Ok(response.clone()),
        other => Err(Refusal::BadStatusCode(other)),
    }
}

fn positive(what: &'static str, arn: &str, value: u32) -> Result<(), Refusal> {
    if value == 0 { Err(Refusal::Zero { what, arn: arn.to_owned() }) } else { Ok(()) }
}

fn bounded(what: &'static str, count: usize, limit: usize) -> Result<(), Refusal> {
    if count > limit { Err(Refusal::TooMany { what, count, limit }) } else { Ok(()) }
}

#[cfg(test)]
#[path = "compile_tests.rs"]
mod tests;
