//! What a request says of an entry of a network ACL.

use aws_api::ec2::{
    CreateNetworkAclEntryRequest, DeleteNetworkAclEntryRequest, IcmpTypeCode, PortRange,
    ReplaceNetworkAclEntryRequest, RuleAction,
};
use model::{
    Ipv6Cidr, NetworkAcl, NetworkAclAction, NetworkAclEntry, NetworkAclRange, Traffic,
    TrafficDirection,
};
use wire::ApiError;

use super::range;

/// COMPAT: "Positive integer from 1 to 32766" (`CreateNetworkAclEntry`).
const NUMBERS: std::ops::RangeInclusive<i32> = 1..=32_766;

const EGRESS: TrafficDirection = TrafficDirection::Egress;
const INGRESS: TrafficDirection = TrafficDirection::Ingress;

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;

/// The members that `CreateNetworkAclEntry` and `ReplaceNetworkAclEntry` have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub acl_id: &'a str,
    number: i32,
    protocol: &'a str,
    action: RuleAction,
    direction: TrafficDirection,
    range: (Option<&'a str>, Option<&'a str>),
    icmp: Option<&'a IcmpTypeCode>,
    ports: Option<&'a PortRange>,
}

impl<'a> From<&'a CreateNetworkAclEntryRequest> for Wanted<'a> {
    fn from(input: &'a CreateNetworkAclEntryRequest) -> Wanted<'a> {
        Wanted {
            acl_id: &input.network_acl_id,
            number: input.rule_number,
            protocol: &input.protocol,
            action: input.rule_action,
            direction: if input.egress { EGRESS } else { INGRESS },
            range: (input.cidr_block.as_deref(), input.ipv6_cidr_block.as_deref()),
            icmp: input.icmp_type_code.as_ref(),
            ports: input.port_range.as_ref(),
        }
    }
}

impl<'a> From<&'a ReplaceNetworkAclEntryRequest> for Wanted<'a> {
    fn from(input: &'a ReplaceNetworkAclEntryRequest) -> Wanted<'a> {
        Wanted {
            acl_id: &input.network_acl_id,
            number: input.rule_number,
            protocol: &input.protocol,
            action: input.rule_action,
            direction: if input.egress { EGRESS } else { INGRESS },
            range: (input.cidr_block.as_deref(), input.ipv6_cidr_block.as_deref()),
            icmp: input.icmp_type_code.as_ref(),
            ports: input.port_range.as_ref(),
        }
    }
}

impl Wanted<'_> {
    pub(super) fn entry(&self) -> Result<NetworkAclEntry, ApiError> {
        let range = self.range()?;
        Ok(NetworkAclEntry {
            direction: self.direction,
            number: number(self.number)?,
            action: match self.action {
                RuleAction::Allow => NetworkAclAction::Allow,
                RuleAction::Deny => NetworkAclAction::Deny,
            },
            traffic: self.traffic(range)?,
            range,
        })
    }

    fn range(&self) -> Result<NetworkAclRange, ApiError> {
        match self.range {
            (Some(text), None) => range::ipv4("cidrBlock", text).map(NetworkAclRange::Ipv4),
            (None, Some(text)) => match Ipv6Cidr::parse(text) {
                Ok(range) => Ok(NetworkAclRange::Ipv6(range)),
                Err(_) => Err(super::invalid(format!(
                    "Value ({text}) for parameter ipv6CidrBlock is invalid. This is not a valid \
                     CIDR block."
                ))),
            },
            (None, None) => Err(missing("cidrBlock")),
            (Some(_), Some(_)) => Err(ApiError::client(
                "InvalidParameterCombination",
                "Only one of cidrBlock and ipv6CidrBlock can be specified",
            )),
        }
    }

    /// COMPAT: ports count for TCP and UDP, types and codes for ICMP and, with an IPv6 range, for
    /// `ICMPv6`; "regardless of any ports or ICMP types or codes that you specify" for the rest
    /// (`CreateNetworkAclEntry`).
    fn traffic(&self, range: NetworkAclRange) -> Result<Traffic, ApiError> {
        let given = self.protocol;
        if given == "-1" {
            return Ok(Traffic::All);
        }
        let number: u8 = given.parse().map_err(|_| {
            super::invalid(format!(
                "Invalid value '{given}' for protocol. It must be -1 or a number from 0 to 255."
            ))
        })?;
        match (number, range) {
            (TCP, _) => self.ports().map(|(from, to)| Traffic::Tcp(from, to)),
            (UDP, _) => self.ports().map(|(from, to)| Traffic::Udp(from, to)),
            (ICMP, _) => self.icmp().map(|(kind, code)| Traffic::Icmp(kind, code)),
            (ICMPV6, NetworkAclRange::Ipv4(_)) => Ok(Traffic::Icmpv6(None, None)),
            (ICMPV6, NetworkAclRange::Ipv6(_)) => {
                self.icmp().map(|(kind, code)| Traffic::Icmpv6(kind, code))
            }
            (other, _) => Ok(Traffic::Protocol(other)),
        }
    }

    fn ports(&self) -> Result<(u16, u16), ApiError> {
        let given = self.ports.ok_or_else(|| missing("portRange"))?;
        let from = given.from.ok_or_else(|| missing("portRange.from"))?;
        let to = given.to.ok_or_else(|| missing("portRange.to"))?;
        match (u16::try_from(from), u16::try_from(to)) {
            (Ok(from), Ok(to)) if from <= to => Ok((from, to)),
            _ => Err(super::invalid(format!("Invalid TCP/UDP port range ({from}:{to})"))),
        }
    }

    fn icmp(&self) -> Result<(Option<u8>, Option<u8>), ApiError> {
        let given = self.icmp.ok_or_else(|| missing("icmpTypeCode"))?;
        let kind = given.r#type.ok_or_else(|| missing("icmpTypeCode.type"))?;
        let code = given.code.ok_or_else(|| missing("icmpTypeCode.code"))?;
        let refuse = || super::invalid(format!("Invalid ICMP type and code ({kind}:{code})"));
        let or_any = |value: i32| match value {
            -1 => Ok(None),
            value => u8::try_from(value).map(Some).map_err(|_| refuse()),
        };
        match (or_any(kind)?, or_any(code)?) {
            (None, Some(_)) => Err(refuse()),
            both => Ok(both),
        }
    }
}

fn number(given: i32) -> Result<u16, ApiError> {
    if !NUMBERS.contains(&given) {
        return Err(super::invalid(format!(
            "Invalid value '{given}' for ruleNumber. It must be between {} and {}.",
            NUMBERS.start(),
            NUMBERS.end()
        )));
    }
    Ok(given as u16)
}

/// What identifies an entry in its ACL.
pub(super) type Identity = (TrafficDirection, u16);

/// That of the entry which a request deletes.
pub(super) fn deleted(input: &DeleteNetworkAclEntryRequest) -> Result<Identity, ApiError> {
    Ok((if input.egress { EGRESS } else { INGRESS }, number(input.rule_number)?))
}

pub(super) fn identity(entry: &NetworkAclEntry) -> Identity {
    (entry.direction, entry.number)
}

/// What an ACL is without one of its entries; `None` where it has no such.
pub(super) fn without(acl: &NetworkAcl, which: Identity) -> Option<NetworkAcl> {
    let mut changed = acl.clone();
    changed.entries.retain(|entry| identity(entry) != which);
    (changed.entries.len() < acl.entries.len()).then_some(changed)
}

/// What an ACL is with one more entry.
pub(super) fn with(acl: &NetworkAcl, entry: NetworkAclEntry) -> NetworkAcl {
    let mut changed = acl.clone();
    changed.entries.push(entry);
    changed.entries.sort_by_key(identity);
    changed
}

pub(super) fn not_found((_, number): Identity) -> ApiError {
    ApiError::client(
        "InvalidNetworkAclEntry.NotFound",
        format!("The network acl entry identified by {number} does not exist."),
    )
}

fn missing(parameter: &str) -> ApiError {
    ApiError::client(
        "MissingParameter",
        format!("The request must contain the parameter {parameter}"),
    )
}
