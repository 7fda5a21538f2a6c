//! Security groups and their rules as the API shows them, and what they are filtered by.

use std::collections::BTreeMap;

use aws_api::ec2;
use model::{
    Entry, Scope, SecurityGroup, SecurityGroupRule, Snapshot, Tags, Traffic, TrafficDirection,
    TrafficPeer,
};
use wire::ApiError;

use super::describe::{self, IdKind, Resource};
use super::filter::Names;
use super::permission::Permission;
use super::tags;

pub(super) const ID: IdKind = IdKind {
    prefix: "sg",
    malformed: "InvalidGroupId.Malformed",
    not_found: "InvalidGroup.NotFound",
    noun: "security group",
};

/// One rule of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule<'a> {
    pub group: &'a SecurityGroup,
    pub id: &'a str,
    pub record: &'a SecurityGroupRule,
}

pub(super) const RULE_ID: IdKind = IdKind {
    prefix: "sgr",
    malformed: "InvalidSecurityGroupRuleId.Malformed",
    not_found: "InvalidSecurityGroupRuleId.NotFound",
    noun: "security group rule ID",
};

/// A peer as the API has it: one of the members is given.
#[derive(Clone, Debug, Default)]
struct Peer<'a> {
    range: Option<String>,
    ipv6_range: Option<String>,
    group: Option<&'a String>,
    prefix_list: Option<&'a String>,
}

impl Peer<'_> {
    fn of(peer: &TrafficPeer) -> Peer<'_> {
        let none = Peer::default();
        match peer {
            TrafficPeer::Range(range) => Peer { range: Some(range.to_string()), ..none },
            TrafficPeer::Ipv6Range(range) => Peer { ipv6_range: Some(range.to_string()), ..none },
            TrafficPeer::Group(id) => Peer { group: Some(id), ..none },
            TrafficPeer::PrefixList(id) => Peer { prefix_list: Some(id), ..none },
        }
    }
}

impl Resource for &Entry<SecurityGroup> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &[
            "description",
            "egress.ip-permission.cidr",
            "egress.ip-permission.from-port",
            "egress.ip-permission.group-id",
            "egress.ip-permission.group-name",
            "egress.ip-permission.ipv6-cidr",
            "egress.ip-permission.prefix-list-id",
            "egress.ip-permission.protocol",
            "egress.ip-permission.to-port",
            "egress.ip-permission.user-id",
            "group-id",
            "group-name",
            "ip-permission.cidr",
            "ip-permission.from-port",
            "ip-permission.group-id",
            "ip-permission.group-name",
            "ip-permission.ipv6-cidr",
            "ip-permission.prefix-list-id",
            "ip-permission.protocol",
            "ip-permission.to-port",
            "ip-permission.user-id",
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

    fn values(&self, snapshot: &Snapshot, name: &str) -> Vec<String> {
        let value = match name {
            "description" => self.description.clone(),
            "group-id" => self.record.id.clone(),
            "group-name" => self.name.clone(),
            "owner-id" => self.scope.account.clone(),
            "vpc-id" => self.vpc_id.clone(),
            _ => {
                let of_egress = name.strip_prefix("egress.");
                let direction = match of_egress {
                    Some(_) => TrafficDirection::Egress,
                    None => TrafficDirection::Ingress,
                };
                let member = of_egress.unwrap_or(name);
                return rules(self)
                    .filter(|each| each.record.direction == direction)
                    .filter_map(|each| each.value(snapshot, member))
                    .collect();
            }
        };
        vec![value]
    }
}

impl Rule<'_> {
    /// What it has under the name of a filter on `ip-permission`.
    fn value(&self, snapshot: &Snapshot, name: &str) -> Option<String> {
        let (first, last) = ports(self.record.traffic);
        let peer = Peer::of(&self.record.peer);
        let group = peer.group;
        match name {
            "ip-permission.cidr" => peer.range,
            "ip-permission.ipv6-cidr" => peer.ipv6_range,
            "ip-permission.prefix-list-id" => peer.prefix_list.cloned(),
            "ip-permission.from-port" => first.map(|port| port.to_string()),
            "ip-permission.to-port" => last.map(|port| port.to_string()),
            "ip-permission.protocol" => Some(protocol(self.record.traffic)),
            "ip-permission.group-id" => group.cloned(),
            "ip-permission.group-name" => {
                let known = snapshot.security_groups.get(&self.group.scope, group?)?;
                Some(known.name.clone())
            }
            "ip-permission.user-id" => group.map(|_| self.group.scope.account.clone()),
            _ => None,
        }
    }
}

impl Resource for Rule<'_> {
    const ID: IdKind = RULE_ID;

    const FILTERS: Names = Names { known: &["group-id", "security-group-rule-id"], absent: &[] };

    fn id(&self) -> String {
        self.id.to_owned()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, _snapshot: &Snapshot, name: &str) -> Vec<String> {
        match name {
            "group-id" => vec![self.group.id.clone()],
            "security-group-rule-id" => vec![self.id.to_owned()],
            _ => Vec::new(),
        }
    }
}

/// The group that a request names, by its id or by its name in the default VPC.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    (id, name): (Option<&str>, Option<&str>),
) -> Result<&'a Entry<SecurityGroup>, ApiError> {
    match (id, name) {
        (Some(id), name) => {
            let group = describe::find(&snapshot.security_groups, scope, (ID, id))?;
            match name.filter(|name| !is_name(group, name)) {
                None => Ok(group),
                Some(name) => Err(describe::not_found(ID, name)),
            }
        }
        (None, Some(name)) => find_named(snapshot, scope, name),
        (None, None) => Err(ApiError::client(
            "MissingParameter",
            "The request must contain the parameter groupName or groupId",
        )),
    }
}

pub(crate) fn find_named<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    name: &str,
) -> Result<&'a Entry<SecurityGroup>, ApiError> {
    let vpc = snapshot.vpcs.list(scope).find(|vpc| vpc.is_default);
    let vpc_id = vpc.map(|vpc| vpc.id.as_str()).unwrap_or_default();
    let mut groups = snapshot.security_groups.list(scope);
    let found = groups.find(|group| group.vpc_id == vpc_id && is_name(group, name));
    found.ok_or_else(|| {
        ApiError::client(
            ID.not_found,
            format!("The security group '{name}' does not exist in default VPC '{vpc_id}'"),
        )
    })
}

/// COMPAT: names are the same whatever their case (`CreateSecurityGroup`).
pub(super) fn is_name(group: &SecurityGroup, name: &str) -> bool {
    group.name.eq_ignore_ascii_case(name)
}

/// The groups that have a rule which refers to this peer.
pub(super) fn referring<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    peer: TrafficPeer,
) -> impl Iterator<Item = &'a Entry<SecurityGroup>> {
    let groups = snapshot.security_groups.list(scope);
    groups.filter(move |group| group.rules.values().any(|rule| rule.peer == peer))
}

pub(super) fn rules(group: &SecurityGroup) -> impl Iterator<Item = Rule<'_>> {
    group.rules.iter().map(move |(id, record)| Rule { group, id, record })
}

pub(super) fn render(group: &SecurityGroup) -> ec2::SecurityGroup {
    ec2::SecurityGroup {
        group_id: Some(group.id.clone()),
        ip_permissions: Some(permissions(group, TrafficDirection::Ingress)),
        ip_permissions_egress: Some(permissions(group, TrafficDirection::Egress)),
        tags: Some(tags::render(&group.tags)),
        vpc_id: Some(group.vpc_id.clone()),
        security_group_arn: Some(group_arn(group)),
        owner_id: Some(group.scope.account.clone()),
        group_name: Some(group.name.clone()),
        description: Some(group.description.clone()),
    }
}

/// The rules of one direction, those for the same traffic together.
fn permissions(group: &SecurityGroup, direction: TrafficDirection) -> Vec<ec2::IpPermission> {
    let mut by_traffic: BTreeMap<Traffic, ec2::IpPermission> = BTreeMap::new();
    for rule in group.rules.values().filter(|rule| rule.direction == direction) {
        let shown = by_traffic.entry(rule.traffic).or_insert_with(|| permission(rule.traffic));
        add_peer(shown, (&rule.peer, rule.description.as_ref()), &group.scope.account);
    }
    by_traffic.into_values().collect()
}

/// A permission without peers.
fn permission(traffic: Traffic) -> ec2::IpPermission {
    let (from_port, to_port) = ports(traffic);
    ec2::IpPermission {
        ip_protocol: Some(protocol(traffic)),
        from_port,
        to_port,
        user_id_group_pairs: Some(Vec::new()),
        ip_ranges: Some(Vec::new()),
        ipv6_ranges: Some(Vec::new()),
        prefix_list_ids: Some(Vec::new()),
    }
}

/// A permission with its one peer.
pub(super) fn render_permission(given: &Permission, account: &str) -> ec2::IpPermission {
    let mut shown = permission(given.traffic);
    add_peer(&mut shown, (&given.peer, given.description.as_ref()), account);
    shown
}

fn add_peer(
    shown: &mut ec2::IpPermission,
    (peer, description): (&TrafficPeer, Option<&String>),
    account: &str,
) {
    let description = description.cloned();
    match peer {
        TrafficPeer::Range(range) => shown
            .ip_ranges
            .get_or_insert_default()
            .push(ec2::IpRange { description, cidr_ip: Some(range.to_string()) }),
        TrafficPeer::Ipv6Range(range) => shown
            .ipv6_ranges
            .get_or_insert_default()
            .push(ec2::Ipv6Range { description, cidr_ipv6: Some(range.to_string()) }),
        TrafficPeer::Group(id) => {
            shown.user_id_group_pairs.get_or_insert_default().push(ec2::UserIdGroupPair {
                description,
                user_id: Some(account.to_owned()),
                group_id: Some(id.clone()),
                ..ec2::UserIdGroupPair::default()
            });
        }
        TrafficPeer::PrefixList(id) => shown
            .prefix_list_ids
            .get_or_insert_default()
            .push(ec2::PrefixListId { description, prefix_list_id: Some(id.clone()) }),
    }
}

/// COMPAT: a rule without ports has -1 for them.
pub(super) fn render_rule(rule: Rule<'_>) -> ec2::SecurityGroupRule {
    let (group, (from_port, to_port)) = (rule.group, ports(rule.record.traffic));
    let peer = Peer::of(&rule.record.peer);
    let referenced = peer.group.map(|id| ec2::ReferencedSecurityGroup {
        group_id: Some(id.clone()),
        user_id: Some(group.scope.account.clone()),
        ..ec2::ReferencedSecurityGroup::default()
    });
    ec2::SecurityGroupRule {
        security_group_rule_id: Some(rule.id.to_owned()),
        security_group_rule_arn: Some(arn(group, "security-group-rule", rule.id)),
        group_id: Some(group.id.clone()),
        group_owner_id: Some(group.scope.account.clone()),
        is_egress: Some(rule.record.direction == TrafficDirection::Egress),
        ip_protocol: Some(protocol(rule.record.traffic)),
        from_port: Some(from_port.unwrap_or(-1)),
        to_port: Some(to_port.unwrap_or(-1)),
        cidr_ipv4: peer.range,
        cidr_ipv6: peer.ipv6_range,
        prefix_list_id: peer.prefix_list.cloned(),
        referenced_group_info: referenced,
        description: rule.record.description.clone(),
        tags: Some(tags::render(&rule.record.tags)),
    }
}

pub(super) fn render_revoked(rule: Rule<'_>) -> ec2::RevokedSecurityGroupRule {
    let shown = render_rule(rule);
    ec2::RevokedSecurityGroupRule {
        security_group_rule_id: shown.security_group_rule_id,
        group_id: shown.group_id,
        is_egress: shown.is_egress,
        ip_protocol: shown.ip_protocol,
        from_port: shown.from_port,
        to_port: shown.to_port,
        cidr_ipv4: shown.cidr_ipv4,
        cidr_ipv6: shown.cidr_ipv6,
        prefix_list_id: shown.prefix_list_id,
        referenced_group_id: shown.referenced_group_info.and_then(|group| group.group_id),
        description: shown.description,
    }
}

/// COMPAT: a protocol has its name where AWS has one for it, and -1 is all of them.
fn protocol(traffic: Traffic) -> String {
    match traffic {
        Traffic::All => "-1".to_owned(),
        Traffic::Tcp(..) => "tcp".to_owned(),
        Traffic::Udp(..) => "udp".to_owned(),
        Traffic::Icmp(..) => "icmp".to_owned(),
        Traffic::Icmpv6(..) => "icmpv6".to_owned(),
        Traffic::Protocol(number) => number.to_string(),
    }
}

/// COMPAT: the ports of ICMP are its type and code, and -1 is each of them.
fn ports(traffic: Traffic) -> (Option<i32>, Option<i32>) {
    let or_any = |value: Option<u8>| Some(value.map_or(-1, i32::from));
    match traffic {
        Traffic::All | Traffic::Protocol(_) => (None, None),
        Traffic::Tcp(first, last) | Traffic::Udp(first, last) => {
            (Some(first.into()), Some(last.into()))
        }
        Traffic::Icmp(kind, code) | Traffic::Icmpv6(kind, code) => (or_any(kind), or_any(code)),
    }
}

pub(super) fn group_arn(group: &SecurityGroup) -> String {
    arn(group, "security-group", &group.id)
}

fn arn(group: &SecurityGroup, kind: &str, id: &str) -> String {
    group.scope.arn("ec2", format_args!("{kind}/{id}"))
}
