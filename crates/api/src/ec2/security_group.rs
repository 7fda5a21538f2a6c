//! Security groups and their rules as the API shows them, and what they are filtered by.
//
// COMPAT: a VPC's default group lets in all that its own members send, and lets out
// everything ("Default security groups for your VPCs").

use aws_api::ec2;
use model::{Entry, SecurityGroup, Snapshot, Tags};

use super::describe::{IdKind, Resource};
use super::filter::Names;
use super::{tags, zone};

/// All protocols.
const PROTOCOL: &str = "-1";

/// Everywhere.
const ANYWHERE: &str = "0.0.0.0/0";

pub(super) const ID: IdKind = IdKind {
    prefix: "sg",
    malformed: "InvalidGroupId.Malformed",
    not_found: "InvalidGroup.NotFound",
    noun: "security group",
};

/// One of the two rules of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule<'a> {
    group: &'a SecurityGroup,
    direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Ingress,
    Egress,
}

impl Resource for &Entry<SecurityGroup> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &[
            "description",
            "egress.ip-permission.cidr",
            "egress.ip-permission.protocol",
            "group-id",
            "group-name",
            "ip-permission.group-id",
            "ip-permission.group-name",
            "ip-permission.protocol",
            "ip-permission.user-id",
            "owner-id",
            "vpc-id",
        ],
        absent: &[
            "egress.ip-permission.from-port",
            "egress.ip-permission.group-id",
            "egress.ip-permission.group-name",
            "egress.ip-permission.ipv6-cidr",
            "egress.ip-permission.prefix-list-id",
            "egress.ip-permission.to-port",
            "egress.ip-permission.user-id",
            "ip-permission.cidr",
            "ip-permission.from-port",
            "ip-permission.ipv6-cidr",
            "ip-permission.prefix-list-id",
            "ip-permission.to-port",
        ],
    };

    fn id(&self) -> String {
        self.record.id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, _snapshot: &Snapshot, name: &str) -> Vec<String> {
        let value = match name {
            "description" => self.description.clone(),
            "egress.ip-permission.cidr" => ANYWHERE.to_owned(),
            "egress.ip-permission.protocol" | "ip-permission.protocol" => PROTOCOL.to_owned(),
            "group-id" | "ip-permission.group-id" => self.record.id.clone(),
            "group-name" | "ip-permission.group-name" => self.name.clone(),
            "owner-id" | "ip-permission.user-id" => self.scope.account.clone(),
            "vpc-id" => self.vpc_id.clone(),
            _ => return Vec::new(),
        };
        vec![value]
    }
}

impl Resource for Rule<'_> {
    const ID: IdKind = IdKind {
        prefix: "sgr",
        malformed: "InvalidSecurityGroupRuleId.Malformed",
        not_found: "InvalidSecurityGroupRuleId.NotFound",
        noun: "security group rule ID",
    };

    const FILTERS: Names = Names { known: &["group-id", "security-group-rule-id"], absent: &[] };

    /// Made of the group's, so that a rule that is no record has an id that stays.
    fn id(&self) -> String {
        let digits = self.group.id.strip_prefix("sg-").unwrap_or(&self.group.id);
        match self.direction {
            Direction::Ingress => format!("sgr-{digits}"),
            Direction::Egress => format!("sgr-{}", digits.chars().rev().collect::<String>()),
        }
    }

    fn tags(&self) -> &Tags {
        zone::NO_TAGS
    }

    fn values(&self, _snapshot: &Snapshot, name: &str) -> Vec<String> {
        match name {
            "group-id" => vec![self.group.id.clone()],
            "security-group-rule-id" => vec![self.id()],
            _ => Vec::new(),
        }
    }
}

pub(super) fn rules(group: &SecurityGroup) -> [Rule<'_>; 2] {
    [Direction::Ingress, Direction::Egress].map(|direction| Rule { group, direction })
}

pub(super) fn render(group: &SecurityGroup) -> ec2::SecurityGroup {
    let permission = ec2::IpPermission {
        ip_protocol: Some(PROTOCOL.to_owned()),
        user_id_group_pairs: Some(Vec::new()),
        ip_ranges: Some(Vec::new()),
        ipv6_ranges: Some(Vec::new()),
        prefix_list_ids: Some(Vec::new()),
        ..ec2::IpPermission::default()
    };
    let own = ec2::UserIdGroupPair {
        user_id: Some(group.scope.account.clone()),
        group_id: Some(group.id.clone()),
        ..ec2::UserIdGroupPair::default()
    };
    let anywhere = ec2::IpRange { description: None, cidr_ip: Some(ANYWHERE.to_owned()) };
    ec2::SecurityGroup {
        group_id: Some(group.id.clone()),
        ip_permissions: Some(vec![ec2::IpPermission {
            user_id_group_pairs: Some(vec![own]),
            ..permission.clone()
        }]),
        ip_permissions_egress: Some(vec![ec2::IpPermission {
            ip_ranges: Some(vec![anywhere]),
            ..permission
        }]),
        tags: Some(tags::render(&group.tags)),
        vpc_id: Some(group.vpc_id.clone()),
        security_group_arn: Some(arn(group, "security-group", &group.id)),
        owner_id: Some(group.scope.account.clone()),
        group_name: Some(group.name.clone()),
        description: Some(group.description.clone()),
    }
}

/// COMPAT: a rule for all protocols has -1 for its ports.
pub(super) fn render_rule(rule: Rule<'_>) -> ec2::SecurityGroupRule {
    let group = rule.group;
    let own = ec2::ReferencedSecurityGroup {
        group_id: Some(group.id.clone()),
        user_id: Some(group.scope.account.clone()),
        ..ec2::ReferencedSecurityGroup::default()
    };
    let is_egress = rule.direction == Direction::Egress;
    ec2::SecurityGroupRule {
        security_group_rule_id: Some(rule.id()),
        security_group_rule_arn: Some(arn(group, "security-group-rule", &rule.id())),
        group_id: Some(group.id.clone()),
        group_owner_id: Some(group.scope.account.clone()),
        is_egress: Some(is_egress),
        ip_protocol: Some(PROTOCOL.to_owned()),
        from_port: Some(-1),
        to_port: Some(-1),
        cidr_ipv4: is_egress.then(|| ANYWHERE.to_owned()),
        referenced_group_info: (!is_egress).then_some(own),
        tags: Some(Vec::new()),
        ..ec2::SecurityGroupRule::default()
    }
}

fn arn(group: &SecurityGroup, kind: &str, id: &str) -> String {
    group.scope.arn("ec2", format_args!("{kind}/{id}"))
}
