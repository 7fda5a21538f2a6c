//! Network ACLs as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{
    Cidr, Entry, NetworkAcl, NetworkAclAction, NetworkAclEntry, NetworkAclRange, Scope, Snapshot,
    Tags, Traffic, TrafficDirection,
};
use wire::ApiError;

use super::describe::{self, IdKind, Resource};
use super::filter::Names;
use super::tags;
use crate::Turn;

pub(super) const ID: IdKind = IdKind {
    prefix: "acl",
    malformed: "InvalidNetworkAclId.Malformed",
    not_found: "InvalidNetworkAclID.NotFound",
    noun: "networkAcl ID",
};

pub(super) const ASSOCIATION_ID: IdKind = IdKind {
    prefix: "aclassoc",
    malformed: "InvalidAssociationID.Malformed",
    not_found: "InvalidAssociationID.NotFound",
    noun: "association ID",
};

/// COMPAT: the number of the rule that denies what no other matched ("Network ACL rules").
const LAST_NUMBER: i32 = 32_767;

impl Resource for &Entry<NetworkAcl> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &[
            "association.association-id",
            "association.network-acl-id",
            "association.subnet-id",
            "default",
            "entry.cidr",
            "entry.egress",
            "entry.icmp.code",
            "entry.icmp.type",
            "entry.ipv6-cidr",
            "entry.port-range.from",
            "entry.port-range.to",
            "entry.protocol",
            "entry.rule-action",
            "entry.rule-number",
            "network-acl-id",
            "owner-id",
            "vpc-id",
        ],
        absent: &[],
    };

    fn id(&self) -> String {
        self.record.id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, _snapshot: &Snapshot, name: &str) -> Vec<String> {
        match name {
            "association.association-id" => self.associations.keys().cloned().collect(),
            "association.network-acl-id" => {
                self.associations.keys().map(|_| self.record.id.clone()).collect()
            }
            "association.subnet-id" => self.associations.values().cloned().collect(),
            "default" => vec![self.is_default.to_string()],
            "network-acl-id" => vec![self.record.id.clone()],
            "owner-id" => vec![self.scope.account.clone()],
            "vpc-id" => vec![self.vpc_id.clone()],
            _ => entries(self).flat_map(|shown| entry_values(shown, name)).collect(),
        }
    }
}

fn entry_values(shown: ec2::NetworkAclEntry, name: &str) -> Vec<String> {
    let (ports, icmp) = (shown.port_range, shown.icmp_type_code);
    let text = |number: i32| number.to_string();
    let value = match name {
        "entry.cidr" => shown.cidr_block,
        "entry.egress" => shown.egress.map(|is_egress| is_egress.to_string()),
        "entry.icmp.code" => icmp.and_then(|icmp| icmp.code).map(text),
        "entry.icmp.type" => icmp.and_then(|icmp| icmp.r#type).map(text),
        "entry.ipv6-cidr" => shown.ipv6_cidr_block,
        "entry.port-range.from" => ports.and_then(|ports| ports.from).map(text),
        "entry.port-range.to" => ports.and_then(|ports| ports.to).map(text),
        "entry.protocol" => {
            let number = shown.protocol.unwrap_or_default();
            return protocol_name(&number).map(str::to_owned).into_iter().chain([number]).collect();
        }
        "entry.rule-action" => shown.rule_action.map(|action| action.as_str().to_owned()),
        "entry.rule-number" => shown.rule_number.map(text),
        _ => None,
    };
    value.into_iter().collect()
}

/// COMPAT: the protocols that a filter may also name by their names (`DescribeNetworkAcls`).
fn protocol_name(number: &str) -> Option<&'static str> {
    match number {
        "1" => Some("icmp"),
        "6" => Some("tcp"),
        "17" => Some("udp"),
        _ => None,
    }
}

pub(super) fn render(acl: &NetworkAcl) -> ec2::NetworkAcl {
    let associations = acl.associations.iter().map(|(id, subnet_id)| ec2::NetworkAclAssociation {
        network_acl_association_id: Some(id.clone()),
        network_acl_id: Some(acl.id.clone()),
        subnet_id: Some(subnet_id.clone()),
    });
    ec2::NetworkAcl {
        associations: Some(associations.collect()),
        entries: Some(entries(acl).collect()),
        is_default: Some(acl.is_default),
        network_acl_id: Some(acl.id.clone()),
        tags: Some(tags::render(&acl.tags)),
        vpc_id: Some(acl.vpc_id.clone()),
        owner_id: Some(acl.scope.account.clone()),
    }
}

/// The entries of each direction, and after them the one that denies the rest.
///
/// COMPAT: those of egress come first, and a VPC without an IPv6 range has no last rule for IPv6
/// (examples of `DescribeNetworkAcls`).
fn entries(acl: &NetworkAcl) -> impl Iterator<Item = ec2::NetworkAclEntry> {
    [TrafficDirection::Egress, TrafficDirection::Ingress].into_iter().flat_map(|direction| {
        let own = acl.entries.iter().filter(move |entry| entry.direction == direction);
        let last = ec2::NetworkAclEntry {
            rule_number: Some(LAST_NUMBER),
            ..render_entry(&NetworkAclEntry {
                direction,
                number: 0,
                action: NetworkAclAction::Deny,
                traffic: Traffic::All,
                range: NetworkAclRange::Ipv4(Cidr::EVERYWHERE),
            })
        };
        own.map(render_entry).chain([last])
    })
}

fn render_entry(entry: &NetworkAclEntry) -> ec2::NetworkAclEntry {
    let (cidr_block, ipv6_cidr_block) = match entry.range {
        NetworkAclRange::Ipv4(range) => (Some(range.to_string()), None),
        NetworkAclRange::Ipv6(range) => (None, Some(range.to_string())),
    };
    let rule_action = match entry.action {
        NetworkAclAction::Allow => ec2::RuleAction::Allow,
        NetworkAclAction::Deny => ec2::RuleAction::Deny,
    };
    let (protocol, port_range, icmp_type_code) = render_traffic(entry.traffic);
    ec2::NetworkAclEntry {
        cidr_block,
        egress: Some(entry.direction == TrafficDirection::Egress),
        icmp_type_code,
        ipv6_cidr_block,
        port_range,
        protocol: Some(protocol),
        rule_action: Some(rule_action),
        rule_number: Some(entry.number.into()),
    }
}

/// COMPAT: protocols are numbers here, -1 is all of them, and so it is of types and codes.
fn render_traffic(traffic: Traffic) -> (String, Option<ec2::PortRange>, Option<ec2::IcmpTypeCode>) {
    let ports =
        |from: u16, to: u16| Some(ec2::PortRange { from: Some(from.into()), to: Some(to.into()) });
    let or_any = |value: Option<u8>| Some(value.map_or(-1, i32::from));
    let icmp = |kind, code| Some(ec2::IcmpTypeCode { code: or_any(code), r#type: or_any(kind) });
    match traffic {
        Traffic::All => ("-1".to_owned(), None, None),
        Traffic::Tcp(from, to) => ("6".to_owned(), ports(from, to), None),
        Traffic::Udp(from, to) => ("17".to_owned(), ports(from, to), None),
        Traffic::Icmp(kind, code) => ("1".to_owned(), None, icmp(kind, code)),
        Traffic::Icmpv6(kind, code) => ("58".to_owned(), None, icmp(kind, code)),
        Traffic::Protocol(number) => (number.to_string(), None, None),
    }
}

/// The ACL that an id names.
pub(super) fn find<'a>(turn: &Turn<'a>, id: &str) -> Result<&'a Entry<NetworkAcl>, ApiError> {
    describe::find(&turn.snapshot.network_acls, turn.scope(), (ID, id))
}

/// The ACL that has an association, and the subnet that it is for.
pub(crate) fn find_association<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    id: &str,
) -> Result<(&'a Entry<NetworkAcl>, &'a String), ApiError> {
    describe::check_id(ASSOCIATION_ID, id)?;
    let mut acls = snapshot.network_acls.all().filter(|acl| acl.scope == *scope);
    acls.find_map(|acl| acl.associations.get(id).map(|subnet_id| (acl, subnet_id)))
        .ok_or_else(|| describe::not_found(ASSOCIATION_ID, id))
}

/// The ACL that the subnets of a VPC have at first.
pub(super) fn default_of<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    vpc_id: &str,
) -> Option<&'a Entry<NetworkAcl>> {
    let mut acls = snapshot.network_acls.all();
    acls.find(|acl| acl.is_default && acl.vpc_id == vpc_id && acl.scope == *scope)
}
