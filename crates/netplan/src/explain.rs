//! Whether connections between named places may be opened, and what decides: the verdicts of the
//! rules that the packet filter is made of, in words.
//!
//! INVARIANT: an answer is the verdict on the packet as the filter sees it: with public addresses
//! already translated.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use model::packet_rules::{HOST_ADDRESS, PacketRules};
use model::{Scope, Snapshot, Traffic};
use serde::{Deserialize, Serialize};

use crate::compile;
use crate::places::{self, QuestionError};
use crate::reasons::Names;
use crate::verdict::{ECHO_REQUEST, ICMP, Opening, TCP, UDP, verdict};

/// LIMIT: pairs of interfaces that one question is about.
const PAIRS_MAX: usize = 4_096;

/// The ports that Linux opens connections from, unless told otherwise (`ip_local_port_range`).
const SOURCE_PORTS: (u16, u16) = (32_768, 60_999);

/// May `from` connect to a port of `to`?
///
/// A place is an IPv4 address, an id, an ARN, `host`, or the name of a task, service, load
/// balancer or group, if need be behind `task:`, `service:`, `load-balancer:` or `group:`. A port
/// is `443`, `443/tcp`, `53/udp` or `icmp`, which is an echo request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub from: String,
    pub to: String,
    pub port: String,
}

/// The answer, for all interfaces that the places have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// One for each set of reasons.
    pub outcomes: Vec<Outcome>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub is_allowed: bool,
    pub reasons: Vec<String>,
    /// Whom it is about, as source and destination.
    pub pairs: Vec<(String, String)>,
}

/// What is asked for at the destination.
#[derive(Clone, Copy)]
struct Service {
    protocol: u8,
    port: u16,
    icmp: (u8, u8),
}

/// What is decided, and why.
type Decision = (bool, Vec<String>);

/// Answers a question about the interfaces that a snapshot holds; names are those of one scope.
/// `api_port` is the TCP port at which the host serves its API to tasks.
pub fn explain(
    snapshot: &Snapshot,
    scope: &Scope,
    question: &Question,
    api_port: u16,
) -> Result<Explanation, QuestionError> {
    let service = Service::parse(&question.port)?;
    let sources = places::addresses(snapshot, scope, &question.from)?;
    let destinations = places::addresses(snapshot, scope, &question.to)?;
    let pairs = sources.len() * destinations.len();
    if pairs > PAIRS_MAX {
        return Err(QuestionError::TooMany { pairs, max: PAIRS_MAX });
    }
    // Where there are others, nobody asks whether an address reaches itself.
    let is_alone = pairs == 1;
    let rules = compile(snapshot);
    let inquiry = Inquiry { rules: &rules, names: Names::of(snapshot), service, api_port };
    let mut decisions: BTreeMap<Decision, Vec<(String, String)>> = BTreeMap::new();
    for source in &sources {
        for destination in destinations.iter().filter(|one| is_alone || *one != source) {
            let decision = inquiry.decide(*source, *destination)?;
            let label = |address: &Ipv4Addr| places::label(snapshot, *address);
            decisions.entry(decision).or_default().push((label(source), label(destination)));
        }
    }
    let outcome = |((is_allowed, reasons), pairs)| Outcome { is_allowed, reasons, pairs };
    Ok(Explanation { outcomes: decisions.into_iter().map(outcome).collect() })
}

impl Explanation {
    /// Whether every one of the connections may be opened.
    pub fn is_allowed(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.is_allowed)
    }
}

/// A question about one pair after the other.
struct Inquiry<'a> {
    rules: &'a PacketRules,
    names: Names<'a>,
    service: Service,
    api_port: u16,
}

impl Inquiry<'_> {
    fn decide(&self, from: Ipv4Addr, to: Ipv4Addr) -> Result<Decision, QuestionError> {
        if from == to {
            return Ok((true, vec!["an address reaches itself without being asked".to_owned()]));
        }
        if self.is_inside(from) && to == HOST_ADDRESS && self.is_of_api() {
            return Ok((true, vec!["the host serves its API to tasks there".to_owned()]));
        }
        if self.is_inside(from) {
            return Ok(self.judge(from, to));
        }
        if let Some(private) = self.rules.public_addresses.get(&to) {
            let (is_allowed, mut reasons) = self.judge(from, *private);
            reasons.insert(0, format!("the public address {to} leads to {private}"));
            return Ok((is_allowed, reasons));
        }
        if !self.is_inside(to) {
            return Err(QuestionError::Outside { from, to });
        }
        if from == HOST_ADDRESS {
            return Ok(self.judge(from, to));
        }
        let mut known = self.rules.public_addresses.iter();
        let Some((public, _)) = known.find(|(_, private)| **private == to) else {
            let reason = format!("{to} has no public address, and is reached inside only");
            return Ok((false, vec![reason]));
        };
        let (is_allowed, mut reasons) = self.judge(from, to);
        reasons.insert(0, format!("from outside it is reached by its public address {public}"));
        Ok((is_allowed, reasons))
    }

    fn is_of_api(&self) -> bool {
        self.service.protocol == TCP && self.service.port == self.api_port
    }

    fn is_inside(&self, address: Ipv4Addr) -> bool {
        self.rules.ranges.iter().any(|range| range.contains(address))
    }

    /// The verdict on every source port that a network ACL may tell from the others: where one is
    /// denied, that is the answer.
    fn judge(&self, source: Ipv4Addr, destination: Ipv4Addr) -> Decision {
        let Service { protocol, port, icmp } = self.service;
        let asked = |source_port| {
            let opening = Opening { source, destination, protocol, port, icmp, source_port };
            verdict(self.rules, &opening)
        };
        let first = asked(SOURCE_PORTS.0);
        if !first.is_allowed() {
            return (false, self.names.reasons(&first));
        }
        for source_port in source_ports(self.rules) {
            let other = asked(source_port);
            if !other.is_allowed() {
                let mut reasons = self.names.reasons(&other);
                reasons.push(format!("that is so for one from port {source_port}, not for all"));
                return (false, reasons);
            }
        }
        (true, self.names.reasons(&first))
    }
}

/// The first and last of [`SOURCE_PORTS`], and where entries of network ACLs begin and end.
pub(crate) fn source_ports(rules: &PacketRules) -> BTreeSet<u16> {
    let entries = rules.acls.values().flat_map(|acl| &acl.entries);
    let edges = entries.flat_map(|entry| match entry.traffic {
        Traffic::Tcp(first, last) | Traffic::Udp(first, last) => {
            vec![first.saturating_sub(1), first, last, last.saturating_add(1)]
        }
        Traffic::All | Traffic::Icmp(..) | Traffic::Icmpv6(..) | Traffic::Protocol(_) => Vec::new(),
    });
    let (first, last) = SOURCE_PORTS;
    edges.filter(|port| (first..=last).contains(port)).chain([first, last]).collect()
}

impl Service {
    fn parse(text: &str) -> Result<Service, QuestionError> {
        let refuse = || QuestionError::Port(text.to_owned());
        if text == "icmp" {
            return Ok(Service { protocol: ICMP, port: 0, icmp: (ECHO_REQUEST, 0) });
        }
        let (port, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let protocol = match protocol {
            "tcp" => TCP,
            "udp" => UDP,
            _ => return Err(refuse()),
        };
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(refuse)?;
        Ok(Service { protocol, port, icmp: (0, 0) })
    }
}
