//! Changes of our table as data: told to the kernel as they are, or written in nft's language.
//!
//! INVARIANT: both ways make the same of a table; a test compares them.

use std::{fmt::Write, net::Ipv4Addr};

use model::{Cidr, Traffic};

use super::rules::Generation;

/// One change. Those of a transaction are in force together, or none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    AddChain(String),
    FlushChain(String),
    DeleteChain(String),
    /// At the end of a chain.
    AddRule(String, Rule),
    /// At the start of a chain.
    InsertRule(String, Rule),
    /// A set of IPv4 addresses; it may be there.
    AddSet(String),
    DeleteSet(String),
    /// It may be there.
    Add(Element),
    /// It may be gone.
    Remove(Element),
    /// Whatever is rare: lines of nft's language.
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// All have to match.
    pub matches: Vec<Match>,
    pub end: RuleEnd,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// The number of the protocol (RFC 5237).
    Protocol(u8),
    /// First and last of the ports that the connection was opened to.
    Port(u16, u16),
    IcmpType(u8),
    IcmpCode(u8),
    /// The address that opened the connection, or that answers, in a range.
    InRange(Side, Cidr),
    InSet(Side, String),
    NotInSet(Side, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Opener,
    Answerer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RuleEnd {
    Goto(String),
    /// To the rule behind the jump that led here.
    Return,
    /// Lets the packet pass, and marks its connection.
    AcceptMarked(Generation),
}

/// Which chain goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Goto(String),
    Jump(String),
}

/// An element of a set or map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub set: String,
    pub key: Key,
    /// What a map leads to.
    pub end: Option<End>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Address(Ipv4Addr),
    Addresses(Ipv4Addr, Ipv4Addr),
    /// An interface's name, and an address.
    Interface(String, Ipv4Addr),
    Mark(Generation),
}

impl Command {
    pub(crate) fn add(set: impl Into<String>, key: Key) -> Self {
        Self::Add(Element { set: set.into(), key, end: None })
    }

    pub(crate) fn remove(set: impl Into<String>, key: Key) -> Self {
        Self::Remove(Element { set: set.into(), key, end: None })
    }

    /// As a line, or lines, of nft's language.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::AddChain(name) => format!("add chain inet longshore {name}\n"),
            Self::FlushChain(name) => format!("flush chain inet longshore {name}\n"),
            Self::DeleteChain(name) => format!("delete chain inet longshore {name}\n"),
            Self::AddRule(chain, rule) => {
                format!("add rule inet longshore {chain} {}\n", rule.text())
            }
            Self::InsertRule(chain, rule) => {
                format!("insert rule inet longshore {chain} {}\n", rule.text())
            }
            Self::AddSet(name) => {
                format!("add set inet longshore {name} {{ type ipv4_addr; }}\n")
            }
            Self::DeleteSet(name) => format!("delete set inet longshore {name}\n"),
            Self::Add(element) => element.text("add"),
            // Deleting what is not there is refused, and adding what is there is not.
            Self::Remove(element) => element.text("add") + &element.text("delete"),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Rule {
    fn text(&self) -> String {
        let mut text = String::new();
        for each in &self.matches {
            let _ = write!(text, "{} ", each.text());
        }
        text + &self.end.text()
    }
}

impl Match {
    /// What matches traffic; `None` where nothing can.
    pub(crate) fn traffic(traffic: Traffic) -> Option<Vec<Self>> {
        let ports = |protocol, first, last| match (first, last) {
            (0, u16::MAX) => vec![Self::Protocol(protocol)],
            _ => vec![Self::Protocol(protocol), Self::Port(first, last)],
        };
        Some(match traffic {
            Traffic::All => Vec::new(),
            Traffic::Tcp(first, last) => ports(TCP, first, last),
            Traffic::Udp(first, last) => ports(UDP, first, last),
            Traffic::Icmp(kind, code) => {
                let kind = kind.map(Self::IcmpType);
                [Self::Protocol(ICMP)]
                    .into_iter()
                    .chain(kind)
                    .chain(code.map(Self::IcmpCode))
                    .collect()
            }
            Traffic::Icmpv6(..) => return None,
            Traffic::Protocol(number) => vec![Self::Protocol(number)],
        })
    }

    fn text(&self) -> String {
        match self {
            Self::Protocol(number) => format!("meta l4proto {number}"),
            Self::Port(first, last) if first == last => format!("ct reply proto-src {first}"),
            Self::Port(first, last) => format!("ct reply proto-src {first}-{last}"),
            Self::IcmpType(number) => format!("icmp type {number}"),
            Self::IcmpCode(number) => format!("icmp code {number}"),
            Self::InRange(side, range) => format!("{} {range}", side.text()),
            Self::InSet(side, set) => format!("{} @{set}", side.text()),
            Self::NotInSet(side, set) => format!("{} != @{set}", side.text()),
        }
    }
}

const ICMP: u8 = 1;
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;

impl Side {
    /// By the answers' addresses, behind a translation of those that it was opened with.
    fn text(self) -> &'static str {
        match self {
            Self::Opener => "ct original ip saddr",
            Self::Answerer => "ct reply ip saddr",
        }
    }
}

impl End {
    fn text(&self) -> String {
        match self {
            Self::Goto(chain) => format!("goto {chain}"),
            Self::Jump(chain) => format!("jump {chain}"),
        }
    }
}

impl RuleEnd {
    pub(crate) fn goto(chain: impl Into<String>) -> Self {
        Self::Goto(chain.into())
    }

    fn text(&self) -> String {
        match self {
            Self::Goto(chain) => format!("goto {chain}"),
            Self::Return => "return".to_owned(),
            Self::AcceptMarked(generation) => format!("ct mark set {generation} accept"),
        }
    }
}

impl Element {
    fn text(&self, verb: &str) -> String {
        let Self { set, key, end } = self;
        let end = end.as_ref().map(|end| format!(" : {}", end.text())).unwrap_or_default();
        format!("{verb} element inet longshore {set} {{ {}{end} }}\n", key.text())
    }
}

impl Key {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Address(address) => address.to_string(),
            Self::Addresses(first, second) => format!("{first} . {second}"),
            Self::Interface(name, address) => format!("\"{name}\" . {address}"),
            Self::Mark(generation) => generation.to_string(),
        }
    }
}
