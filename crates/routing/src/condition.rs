//! Rule conditions, compiled: what a request must look like for a rule to apply.
//!
//! COMPAT: which comparisons fold case, and what each is compared with, is from the `ELBv2` service
//! model (`RuleCondition` and the `*ConditionConfig` shapes): hosts, header values and query
//! strings fold case; paths and methods do not.

use std::net::IpAddr;

use crate::{
    compile::Refusal,
    config,
    defaults::{CONDITION_VALUES_MAX, PATTERN_LENGTH_MAX},
    pattern::{Case, Escapes, Pattern},
    table::RequestFacts,
};

/// The headers of a request, whatever holds them.
pub trait Headers {
    /// Whether any value of the header `name` (folding case) passes `test`, tried in order.
    fn any(&self, name: &str, test: &mut dyn FnMut(&[u8]) -> bool) -> bool;
}

/// One compiled condition.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Host(Vec<Pattern>),
    Path(Vec<Pattern>),
    Header { name: String, values: Vec<Pattern> },
    Method(Vec<String>),
    Query(Vec<QueryPattern>),
    Source(Vec<Network>),
}

#[derive(Clone, Debug)]
pub(crate) struct QueryPattern {
    key: Option<Pattern>,
    value: Pattern,
}

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Condition {
    pub(crate) fn compile(condition: &config::Condition) -> Result<Self, Refusal> {
        use Case::{Insensitive, Sensitive};
        Ok(match condition {
            config::Condition::HostHeader { values } => Self::Host(patterns(values, Insensitive)?),
            config::Condition::PathPattern { values } => Self::Path(patterns(values, Sensitive)?),
            config::Condition::HttpHeader { name, values } => {
                Self::Header { name: name.clone(), values: patterns(values, Insensitive)? }
            }
            config::Condition::HttpRequestMethod { values } => {
                Self::Method(checked(values)?.to_vec())
            }
            config::Condition::QueryString { values } => {
                checked(values)?;
                Self::Query(values.iter().map(query_pattern).collect::<Result<_, _>>()?)
            }
            config::Condition::SourceIp { values } => Self::Source(
                checked(values)?
                    .iter()
                    .map(|value| {
                        Network::parse(value).ok_or_else(|| Refusal::BadNetwork(value.clone()))
                    })
                    .collect::<Result<_, _>>()?,
            ),
        })
    }

    pub(crate) fn holds(&self, facts: &RequestFacts<'_>) -> bool {
        match self {
            Self::Host(hosts) => any(hosts, facts.host.as_bytes()),
            Self::Path(paths) => any(paths, facts.path.as_bytes()),
            Self::Header { name, values } => {
                facts.headers.any(name, &mut |value| any(values, value))
            }
            Self::Method(methods) => methods.iter().any(|method| method == facts.method),
            Self::Query(pairs) => facts.query.is_some_and(|query| query_holds(pairs, query)),
            Self::Source(networks) => networks.iter().any(|network| network.holds(facts.source)),
        }
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let prefix: u32 = prefix.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= longest).then_some(Self { address, prefix })
    }

    fn holds(self, source: IpAddr) -> bool {
        match (self.address, source) {
            (IpAddr::V4(network), IpAddr::V4(source)) => {
                let differing = network.to_bits() ^ source.to_bits();
                differing.checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(source)) => {
                let differing = network.to_bits() ^ source.to_bits();
                differing.checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn any(patterns: &[Pattern], text: &[u8]) -> bool {
    patterns.iter().any(|pattern| pattern.matches(text))
}

fn query_holds(pairs: &[QueryPattern], query: &str) -> bool {
    query.split('&').any(|parameter| {
        let (key, value) = match parameter.split_once('=') {
            Some((key, value)) => (Some(key), value),
            None => (None, parameter),
        };
        pairs.iter().any(|pair| match &pair.key {
            None => pair.value.matches(value.as_bytes()),
            // A parameter without `=` is a key with an empty value.
            Some(wanted) => match key {
                Some(key) => wanted.matches(key.as_bytes()) && pair.value.matches(value.as_bytes()),
                None => wanted.matches(value.as_bytes()) && pair.value.matches(b""),
            },
        })
    })
}

fn patterns(values: &[String], case: Case) -> Result<Vec<Pattern>, Refusal> {
    checked(values)?.iter().map(|value| pattern(value, case, Escapes::Literal)).collect()
}

fn pattern(value: &str, case: Case, escapes: Escapes) -> Result<Pattern, Refusal> {
    if value.chars().count() > PATTERN_LENGTH_MAX {
        return Err(Refusal::PatternTooLong(value.to_owned()));
    }
    Ok(Pattern::new(value, case, escapes))
}

fn query_pattern(pair: &config::QueryStringPair) -> Result<QueryPattern, Refusal> {
    let compile = |text: &str| pattern(text, Case::Insensitive, Escapes::Honoured);
    Ok(QueryPattern {
        key: pair.key.as_deref().map(compile).transpose()?,
        value: compile(&pair.value)?,
    })
}

fn checked<T>(values: &[T]) -> Result<&[T], Refusal> {
    match values.len() {
        0 => Err(Refusal::EmptyCondition),
        length if length > CONDITION_VALUES_MAX => Err(Refusal::TooMany {
            what: "condition values",
            count: length,
            limit: CONDITION_VALUES_MAX,
        }),
        _ => Ok(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses_only() {
        let table = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("192.0.2.7/32", "192.0.2.7", true),
            ("192.0.2.7/32", "192.0.2.6", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "10.0.0.1", false),
        ];
        for (network, source, wanted) in table {
            let network = Network::parse(network).expect("a valid network");
            assert_eq!(network.holds(source.parse().expect("an address")), wanted, "{source}");
        }
        for text in ["10.0.0.0", "10.0.0.0/33", "x/8", "::/129"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    #[test]
    fn query_pairs_and_lone_values() {
        let pair = |key: Option<&str>, value: &str| config::QueryStringPair {
            key: key.map(str::to_owned),
            value: value.to_owned(),
        };
        let table = [
            (pair(Some("version"), "v1"), "a=b&VERSION=V1", true),
            (pair(Some("version"), "v1"), "version=v2", false),
            (pair(None, "*example*"), "x=an-example", true),
            (pair(None, "example"), "example", true),
            (pair(Some("flag"), "*"), "flag", true),
            (pair(Some("flag"), "on"), "flag", false),
            (pair(Some("q"), r"\*"), "q=*", true),
            (pair(Some("q"), r"\*"), "q=x", false),
        ];
        for (pair, query, wanted) in table {
            let compiled = [query_pattern(&pair).expect("a valid pair")];
            assert_eq!(query_holds(&compiled, query), wanted, "{pair:?} {query}");
        }
    }
}
