//! The compiled route table: from the address a request arrived at, to what is done with it.
//!
//! A table is immutable and swapped whole. A request first finds its listener (the address and
//! port it arrived at; where load balancers share a loopback port, its Host), then the first rule
//! by priority whose conditions all hold, else the default action.
//!
//! INVARIANT: a lookup allocates only to build a redirect's location.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use crate::{
    condition::{Condition, Headers},
    config::{Algorithm, FixedResponse, HealthCheck, LoadBalancerAttributes, Redirect, Stickiness},
    matcher::CodeMatcher,
    pick::Forward,
    redirect::{self, RedirectParts},
};

/// Everything the data plane needs to know of a configuration.
#[derive(Clone, Debug, Default)]
pub struct RouteTable {
    pub(crate) load_balancers: Vec<Arc<RoutedLoadBalancer>>,
    pub(crate) listeners: Vec<RoutedListener>,
    pub(crate) groups: Vec<RoutedGroup>,
    /// Which listeners answer at an address: more than one only where they share a loopback port.
    pub(crate) sockets: BTreeMap<SocketAddrV4, Vec<ListenerIndex>>,
}

/// The address on which every load balancer is also reached from its own host.
pub const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListenerIndex(pub usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupIndex(pub usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TargetIndex(pub usize);

/// A listener with its load balancer's facts and its rules in order of priority.
#[derive(Clone, Debug)]
pub struct RoutedListener {
    pub load_balancer: Arc<RoutedLoadBalancer>,
    pub arn: String,
    pub port: u16,
    pub(crate) rules: Vec<RoutedRule>,
    pub(crate) default_action: RoutedAction,
}

/// What all listeners of a load balancer have in common.
#[derive(Clone, Debug)]
pub struct RoutedLoadBalancer {
    /// Its place in `RouteTable::load_balancers`.
    pub index: usize,
    pub arn: String,
    pub dns_name: String,
    /// At least one; targets see requests come from the first.
    pub(crate) addresses: Vec<Ipv4Addr>,
    pub attributes: LoadBalancerAttributes,
}

#[derive(Clone, Debug)]
pub(crate) struct RoutedRule {
    pub(crate) conditions: Vec<Condition>,
    pub(crate) action: RoutedAction,
}

#[derive(Clone, Debug)]
pub(crate) enum RoutedAction {
    Forward(Forward),
    Redirect(Redirect),
    FixedResponse(FixedResponse),
}

/// A target group that some listener forwards to.
#[derive(Clone, Debug)]
pub struct RoutedGroup {
    pub arn: String,
    pub fingerprint: u64,
    /// The address its targets see requests come from; none while no listener uses the group.
    pub source: Option<Ipv4Addr>,
    pub health_check: HealthCheck,
    pub matcher: CodeMatcher,
    pub deregistration_delay: Duration,
    pub stickiness: Option<Stickiness>,
    pub(crate) algorithm: Algorithm,
    pub(crate) slow_start: Duration,
    pub(crate) targets: Vec<RoutedTarget>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutedTarget {
    pub fingerprint: u64,
    pub id: String,
    pub address: SocketAddrV4,
    pub health_check_address: SocketAddrV4,
    pub is_draining: bool,
}

/// What rules look at in a request.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "headers may carry secrets")]
pub struct RequestFacts<'r> {
    pub method: &'r str,
    /// Without a port.
    pub host: &'r str,
    pub path: &'r str,
    pub query: Option<&'r str>,
    pub source: IpAddr,
    pub headers: &'r dyn Headers,
}

/// What is done with a request.
#[derive(Debug)]
pub enum Decision<'t> {
    Forward(&'t Forward),
    Redirect { status_code: u16, location: String },
    FixedResponse(&'t FixedResponse),
}

/// Why no listener takes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoListener<'t> {
    /// Nothing listens there any more.
    Gone,
    /// Several load balancers share the port, and the Host names none of them.
    UnknownHost { known: Vec<&'t str> },
}

impl RouteTable {
    /// Every address and port the balancer must listen on.
    pub fn sockets(&self) -> impl Iterator<Item = SocketAddrV4> + '_ {
        self.sockets.keys().copied()
    }

    /// The listeners behind one address and port.
    pub fn listeners_at(&self, arrived_at: SocketAddrV4) -> impl Iterator<Item = &RoutedListener> {
        let indexes = self.sockets.get(&arrived_at).map_or(&[][..], Vec::as_slice);
        indexes.iter().map(|index| &self.listeners[index.0])
    }

    /// The listener for a request that arrived at `arrived_at` and named `host` (without a port).
    pub fn listener(
        &self,
        arrived_at: SocketAddrV4,
        host: &str,
    ) -> Result<&RoutedListener, NoListener<'_>> {
        match self.sockets.get(&arrived_at).map(Vec::as_slice) {
            None | Some([]) => Err(NoListener::Gone),
            Some([only]) => Ok(&self.listeners[only.0]),
            Some(_) => self
                .listeners_at(arrived_at)
                .find(|listener| listener.load_balancer.dns_name.eq_ignore_ascii_case(host))
                .ok_or_else(|| NoListener::UnknownHost {
                    known: self
                        .listeners_at(arrived_at)
                        .map(|listener| listener.load_balancer.dns_name.as_str())
                        .collect(),
                }),
        }
    }

    pub fn load_balancers(&self) -> &[Arc<RoutedLoadBalancer>] {
        &self.load_balancers
    }

    pub fn groups(&self) -> &[RoutedGroup] {
        &self.groups
    }

    pub fn group(&self, index: GroupIndex) -> &RoutedGroup {
        &self.groups[index.0]
    }
}

impl RoutedListener {
    /// What this listener does with a request: its first rule that holds, else its default.
    pub fn route(&self, facts: &RequestFacts<'_>) -> Decision<'_> {
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.conditions.iter().all(|condition| condition.holds(facts)));
        match rule.map_or(&self.default_action, |rule| &rule.action) {
            RoutedAction::Forward(forward) => Decision::Forward(forward),
            RoutedAction::FixedResponse(response) => Decision::FixedResponse(response),
            RoutedAction::Redirect(redirect) => {
                let parts = RedirectParts {
                    protocol: "http",
                    host: facts.host,
                    port: self.port,
                    path: facts.path,
                    query: facts.query.unwrap_or(""),
                };
                Decision::Redirect {
                    status_code: redirect.status_code,
                    location: redirect::location(redirect, &parts),
                }
            }
        }
    }
}

impl RoutedGroup {
    pub fn targets(&self) -> &[RoutedTarget] {
        &self.targets
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn slow_start_milliseconds(&self) -> u64 {
        u64::try_from(self.slow_start.as_millis()).unwrap_or(u64::MAX)
    }
}
