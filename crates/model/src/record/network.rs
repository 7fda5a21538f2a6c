//! VPCs, subnets, security groups, interfaces, and the addresses they hold.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::{Tags, TaskKey};
use crate::{Scope, Timestamp};

/// An IPv4 range. `prefix` is at most 32 and `base` has no bits beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr {
    base: Ipv4Addr,
    prefix: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IPv4 range in CIDR notation")]
pub struct NotACidr(String);

impl Cidr {
    /// `0.0.0.0/0`.
    pub const EVERYWHERE: Cidr = Cidr { base: Ipv4Addr::UNSPECIFIED, prefix: 0 };

    /// Reads `10.0.0.0/16`; host bits are refused.
    pub fn parse(text: &str) -> Result<Cidr, NotACidr> {
        let refuse = || NotACidr(text.to_owned());
        let (base, prefix) = text.split_once('/').ok_or_else(refuse)?;
        let base: Ipv4Addr = base.parse().map_err(|_| refuse())?;
        let prefix: u8 = prefix.parse().map_err(|_| refuse())?;
        Cidr::new(base, prefix).ok_or_else(refuse)
    }

    pub fn new(base: Ipv4Addr, prefix: u8) -> Option<Cidr> {
        let cidr = Cidr { base, prefix };
        (prefix <= 32 && u32::from(base) & !cidr.mask() == 0).then_some(cidr)
    }

    pub fn base(self) -> Ipv4Addr {
        self.base
    }

    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// The number of addresses in the range.
    pub fn size(self) -> u64 {
        1 << (32 - u32::from(self.prefix))
    }

    pub fn contains(self, address: Ipv4Addr) -> bool {
        u32::from(address) & self.mask() == u32::from(self.base)
    }

    pub fn overlaps(self, other: Cidr) -> bool {
        self.contains(other.base) || other.contains(self.base)
    }

    /// The address `index` places after the first; `None` past the end.
    pub fn address(self, index: u64) -> Option<Ipv4Addr> {
        (index < self.size()).then(|| Ipv4Addr::from(u32::from(self.base) + index as u32))
    }

    fn mask(self) -> u32 {
        u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0)
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.base, self.prefix)
    }
}

impl TryFrom<String> for Cidr {
    type Error = NotACidr;

    fn try_from(text: String) -> Result<Cidr, NotACidr> {
        Cidr::parse(&text)
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> String {
        cidr.to_string()
    }
}

/// An IPv6 range. `prefix` is at most 128 and `base` has no bits beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ipv6Cidr {
    base: Ipv6Addr,
    prefix: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IPv6 range in CIDR notation")]
pub struct NotAnIpv6Cidr(String);

impl Ipv6Cidr {
    /// Reads `2001:db8::/32`; host bits are refused.
    pub fn parse(text: &str) -> Result<Ipv6Cidr, NotAnIpv6Cidr> {
        let refuse = || NotAnIpv6Cidr(text.to_owned());
        let (base, prefix) = text.split_once('/').ok_or_else(refuse)?;
        let base: Ipv6Addr = base.parse().map_err(|_| refuse())?;
        let prefix: u8 = prefix.parse().map_err(|_| refuse())?;
        let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0);
        let is_range = prefix <= 128 && u128::from(base) & !mask == 0;
        is_range.then_some(Ipv6Cidr { base, prefix }).ok_or_else(refuse)
    }
}

impl std::fmt::Display for Ipv6Cidr {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.base, self.prefix)
    }
}

impl TryFrom<String> for Ipv6Cidr {
    type Error = NotAnIpv6Cidr;

    fn try_from(text: String) -> Result<Ipv6Cidr, NotAnIpv6Cidr> {
        Ipv6Cidr::parse(&text)
    }
}

impl From<Ipv6Cidr> for String {
    fn from(cidr: Ipv6Cidr) -> String {
        cidr.to_string()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vpc {
    pub scope: Scope,
    pub id: String,
    pub cidr: Cidr,
    pub is_default: bool,
    pub attributes: VpcAttributes,
    pub tags: Tags,
}

/// Which VPC is a region's default one.
///
/// There is one from the first use of a region's networks on. It stays when its VPC is deleted, so
/// that no other is made until somebody asks for one; and being the only one of its key, it keeps
/// requests of the same moment from making two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultVpc {
    pub scope: Scope,
    /// `None` where it was deleted.
    pub vpc_id: Option<String>,
}

impl DefaultVpc {
    /// The key inside the scope.
    pub const ID: &str = "default";
}

/// What can be switched in a VPC ("DNS attributes for your VPC").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcAttributes {
    /// Whether the resolver at the subnets' reserved address answers.
    pub is_dns_supported: bool,
    /// Whether interfaces with public addresses have public names.
    pub has_dns_hostnames: bool,
    pub has_address_usage_metrics: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subnet {
    pub scope: Scope,
    pub id: String,
    pub vpc_id: String,
    pub cidr: Cidr,
    pub availability_zone: String,
    pub is_default: bool,
    pub maps_public_ip_on_launch: bool,
    pub tags: Tags,
}

/// COMPAT: the first four addresses and the last are AWS's ("Subnet CIDR blocks",
/// Amazon VPC User Guide).
pub const SUBNET_ADDRESSES_RESERVED_FIRST: u64 = 4;

impl Subnet {
    pub fn arn(&self) -> String {
        self.scope.arn("ec2", format_args!("subnet/{}", self.id))
    }

    /// The addresses that interfaces may hold, in order.
    pub fn usable_addresses(&self) -> impl Iterator<Item = Ipv4Addr> {
        let cidr = self.cidr;
        (SUBNET_ADDRESSES_RESERVED_FIRST..cidr.size().saturating_sub(1))
            .filter_map(move |index| cidr.address(index))
    }
}

/// One address of one VPC, held by an interface. Its key makes it unique.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interface {
    pub scope: Scope,
    pub vpc_id: String,
    pub address: Ipv4Addr,
    pub id: String,
    pub subnet_id: String,
    pub mac_address: String,
    pub security_group_ids: Vec<String>,
    pub owner: InterfaceOwner,
    /// One that AWS gave with `assignPublicIp`, and that goes with the interface. An Elastic IP
    /// address is associated by its own record.
    pub public_address: Option<Ipv4Addr>,
    pub description: String,
    pub tags: Tags,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InterfaceOwner {
    Task(TaskKey),
    LoadBalancer {
        arn: String,
    },
    NatGateway {
        id: String,
    },
    /// Made by `CreateNetworkInterface`, and attached to nothing.
    User,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_and_measured() {
        let range = Cidr::parse("172.31.16.0/20").expect("a range");
        assert_eq!(range.size(), 4096);
        assert!(range.contains(Ipv4Addr::new(172, 31, 31, 255)));
        assert!(!range.contains(Ipv4Addr::new(172, 31, 32, 0)));
        assert!(range.overlaps(Cidr::parse("172.31.0.0/16").expect("a range")));
        assert_eq!(range.address(4096), None);
        assert_eq!(Cidr::parse("0.0.0.0/0").expect("all").size(), 1 << 32);
    }

    #[test]
    fn an_ipv6_range_is_read() {
        for text in ["::/0", "2001:db8::/32", "::1/128"] {
            assert_eq!(Ipv6Cidr::parse(text).expect("a range").to_string(), text);
        }
        for text in ["", "::", "::/129", "2001:db8::1/32", "10.0.0.0/8", "::/-1"] {
            assert!(Ipv6Cidr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0.1/24", "10.0.0/24", "::/0"] {
            assert!(Cidr::parse(text).is_err(), "{text}");
        }
    }
}
