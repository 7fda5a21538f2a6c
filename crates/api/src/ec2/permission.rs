//! Permissions as callers write them: traffic, and the peers that may have it.
//!
//! COMPAT: a permission is one rule for each of its peers ("Security group rules", Amazon VPC
//! User Guide); the messages are what EC2 was seen to answer.

mod flat;
mod traffic;

use std::net::{Ipv4Addr, Ipv6Addr};

use aws_api::ec2;
use model::{Cidr, Ipv6Cidr, SecurityGroup, Snapshot, Traffic, TrafficPeer};
use wire::ApiError;

use super::{describe, missing, prefix_list, security_group};
use crate::refuse::refuse_given;

pub(super) use flat::Flat;
pub(super) use traffic::traffic;

/// LIMIT: COMPAT: what `IpRange` says of descriptions.
const DESCRIPTION_LENGTH_MAX: usize = 255;
const DESCRIPTION_PUNCTUATION: &str = " ._-:/()#,@[]+=&;{}!$*";

/// What one rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Permission {
    pub traffic: Traffic,
    pub peer: TrafficPeer,
    pub description: Option<String>,
}

/// Reads what is said of the rules of one group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub snapshot: &'a Snapshot,
    pub group: &'a SecurityGroup,
}

/// One of the forms in which a peer can be named.
#[derive(Clone, Copy, Debug)]
pub(super) enum PeerName<'a> {
    Range(&'a str),
    Ipv6Range(&'a str),
    PrefixList(&'a str),
    Group(&'a str),
}

impl Reader<'_> {
    /// The rules that permissions stand for, in their order.
    pub(super) fn permissions(
        &self,
        given: &[ec2::IpPermission],
    ) -> Result<Vec<Permission>, ApiError> {
        let mut all = Vec::new();
        for one in given {
            let ports = (one.from_port, one.to_port);
            let traffic = traffic(one.ip_protocol.as_deref(), ports)?;
            let before = all.len();
            for (peer, description) in self.peers(one)? {
                let description = self::description(description)?;
                all.push(Permission { traffic, peer, description });
            }
            if all.len() == before {
                return Err(super::invalid(
                    "Either a CIDR block, a prefix list or a security group must be specified in \
                     each of the IP permissions",
                ));
            }
        }
        Ok(all)
    }

    /// The peer that a name stands for, which exists.
    pub(super) fn peer(&self, name: PeerName<'_>) -> Result<TrafficPeer, ApiError> {
        match name {
            PeerName::Range(text) => Ok(TrafficPeer::Range(range(text)?)),
            PeerName::Ipv6Range(text) => Ok(TrafficPeer::Ipv6Range(ipv6_range(text)?)),
            PeerName::PrefixList(id) => {
                let lists = &self.snapshot.prefix_lists;
                let list = describe::find(lists, &self.group.scope, (prefix_list::ID, id))?;
                Ok(TrafficPeer::PrefixList(list.id.clone()))
            }
            PeerName::Group(id) => {
                let groups = &self.snapshot.security_groups;
                let group = describe::find(groups, &self.group.scope, (security_group::ID, id))?;
                self.in_this_vpc(group)
            }
        }
    }

    fn peers<'p>(
        &self,
        given: &'p ec2::IpPermission,
    ) -> Result<Vec<(TrafficPeer, Option<&'p str>)>, ApiError> {
        let mut peers = Vec::new();
        for one in given.ip_ranges.as_deref().unwrap_or_default() {
            let text = one.cidr_ip.as_deref().ok_or_else(|| missing("cidrIp"))?;
            peers.push((self.peer(PeerName::Range(text))?, one.description.as_deref()));
        }
        for one in given.ipv6_ranges.as_deref().unwrap_or_default() {
            let text = one.cidr_ipv6.as_deref().ok_or_else(|| missing("cidrIpv6"))?;
            peers.push((self.peer(PeerName::Ipv6Range(text))?, one.description.as_deref()));
        }
        for one in given.prefix_list_ids.as_deref().unwrap_or_default() {
            let id = one.prefix_list_id.as_deref().ok_or_else(|| missing("prefixListId"))?;
            peers.push((self.peer(PeerName::PrefixList(id))?, one.description.as_deref()));
        }
        for one in given.user_id_group_pairs.as_deref().unwrap_or_default() {
            peers.push((self.pair(one)?, one.description.as_deref()));
        }
        Ok(peers)
    }

    /// A group by its id, or by its name in the default VPC.
    fn pair(&self, pair: &ec2::UserIdGroupPair) -> Result<TrafficPeer, ApiError> {
        let scope = &self.group.scope;
        let is_foreign = pair.user_id.as_ref().is_some_and(|id| *id != scope.account);
        let is_elsewhere = pair.vpc_id.as_ref().is_some_and(|id| *id != self.group.vpc_id);
        refuse_given(
            &[
                ("UserId of another account", is_foreign),
                ("VpcId of another VPC", is_elsewhere),
                ("VpcPeeringConnectionId", pair.vpc_peering_connection_id.is_some()),
                ("PeeringStatus", pair.peering_status.is_some()),
            ],
            super::unsupported,
        )?;
        let named = (pair.group_id.as_deref(), pair.group_name.as_deref());
        let group = security_group::find(self.snapshot, scope, named)?;
        self.in_this_vpc(group)
    }

    /// COMPAT: a rule refers to groups of its own VPC, or of one that is peered with it.
    fn in_this_vpc(&self, group: &SecurityGroup) -> Result<TrafficPeer, ApiError> {
        if group.vpc_id != self.group.vpc_id {
            return Err(ApiError::client(
                security_group::ID.not_found,
                "You have specified two resources that belong to different networks.",
            ));
        }
        Ok(TrafficPeer::Group(group.id.clone()))
    }
}

/// An IPv4 range.
///
/// COMPAT: it is brought to its canonical form: 100.68.0.18/18 becomes 100.68.0.0/18
/// (`IpRange`).
pub(super) fn range(text: &str) -> Result<Cidr, ApiError> {
    canonical(text).ok_or_else(|| malformed(text))
}

fn canonical(text: &str) -> Option<Cidr> {
    let (address, prefix) = text.split_once('/')?;
    let address: Ipv4Addr = address.parse().ok()?;
    let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
    let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
    Cidr::new(Ipv4Addr::from(u32::from(address) & mask), prefix)
}

fn ipv6_range(text: &str) -> Result<Ipv6Cidr, ApiError> {
    canonical_ipv6(text).ok_or_else(|| malformed(text))
}

fn canonical_ipv6(text: &str) -> Option<Ipv6Cidr> {
    let (address, prefix) = text.split_once('/')?;
    let address: Ipv6Addr = address.parse().ok()?;
    let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 128)?;
    let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
    let base = Ipv6Addr::from(u128::from(address) & mask);
    Ipv6Cidr::parse(&format!("{base}/{prefix}")).ok()
}

fn malformed(text: &str) -> ApiError {
    super::invalid(format!("CIDR block {text} is malformed"))
}

/// COMPAT: an empty description is none.
pub(super) fn description(given: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() > DESCRIPTION_LENGTH_MAX || !text.chars().all(is_plain) {
        return Err(super::invalid(
            "Invalid rule description. Valid descriptions are strings less than 256 characters \
             from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        ));
    }
    Ok(Some(text.to_owned()))
}

/// Whether it may be in a group's name or description, or in a rule's.
pub(super) fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || DESCRIPTION_PUNCTUATION.contains(character)
}

/// COMPAT: a rule as EC2's errors name it, for example
/// `peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW`.
pub(super) fn in_words(permission: &Permission) -> String {
    let peer = match &permission.peer {
        TrafficPeer::Range(range) => range.to_string(),
        TrafficPeer::Ipv6Range(range) => range.to_string(),
        TrafficPeer::Group(id) | TrafficPeer::PrefixList(id) => id.clone(),
    };
    format!("peer: {peer}, {}, ALLOW", traffic::in_words(permission.traffic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_brought_to_their_canonical_form() {
        for (text, wanted) in [
            ("100.68.0.18/18", "100.68.0.0/18"),
            ("255.255.255.255/0", "0.0.0.0/0"),
            ("1.2.3.4/32", "1.2.3.4/32"),
        ] {
            assert_eq!(range(text).expect("a range").to_string(), wanted);
        }
        for (text, wanted) in
            [("2001:db8:0:0::1/32", "2001:db8::/32"), ("ffff::/0", "::/0"), ("::1/128", "::1/128")]
        {
            assert_eq!(ipv6_range(text).expect("a range").to_string(), wanted);
        }
        for text in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/0", "10.0.0.0/-1"] {
            assert!(range(text).is_err(), "{text}");
        }
        for text in ["", "::", "::/129", "10.0.0.0/8"] {
            assert!(ipv6_range(text).is_err(), "{text}");
        }
    }
}
