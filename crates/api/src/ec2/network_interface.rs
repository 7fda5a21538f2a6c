//! Network interfaces as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{Entry, Interface, InterfaceOwner, Scope, SecurityGroup, Snapshot, Tags};
use wire::ApiError;

use super::describe::{self, IdKind, Resource};
use super::filter::Names;
use super::{interface_association, interface_attachment, security_group, tags, zone};

/// LIMIT: COMPAT: security groups of one interface ("Amazon VPC quotas").
const SECURITY_GROUPS_MAX: usize = 5;

/// The name of the group that a VPC is made with.
const DEFAULT_GROUP: &str = "default";

pub(super) const ID: IdKind = IdKind {
    prefix: "eni",
    malformed: "InvalidNetworkInterfaceId.Malformed",
    not_found: "InvalidNetworkInterfaceID.NotFound",
    noun: "networkInterface ID",
};

/// COMPAT: the requester of a load balancer's interface.
const LOAD_BALANCING: &str = "amazon-elb";

impl Resource for &Entry<Interface> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &[
            "addresses.association.owner-id",
            "addresses.association.public-ip",
            "addresses.primary",
            "addresses.private-ip-address",
            "association.allocation-id",
            "association.association-id",
            "association.ip-owner-id",
            "association.public-dns-name",
            "association.public-ip",
            "attachment.attach-time",
            "attachment.attachment-id",
            "attachment.delete-on-termination",
            "attachment.device-index",
            "attachment.instance-owner-id",
            "attachment.status",
            "availability-zone",
            "availability-zone-id",
            "description",
            "group-id",
            "group-name",
            "interface-type",
            "mac-address",
            "network-interface-id",
            "operator.managed",
            "owner-id",
            "private-dns-name",
            "private-ip-address",
            "requester-id",
            "requester-managed",
            "source-dest-check",
            "status",
            "subnet-id",
            "vpc-id",
        ],
        absent: &["attachment.instance-id", "ipv6-addresses.ipv6-address", "operator.principal"],
    };

    fn id(&self) -> String {
        self.record.id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, snapshot: &Snapshot, name: &str) -> Vec<String> {
        if let Some(rest) = name.strip_prefix("attachment.") {
            return interface_attachment::value(self, rest).into_iter().collect();
        }
        let rest = name.strip_prefix("addresses.").unwrap_or(name);
        if let Some(rest) = rest.strip_prefix("association.") {
            return interface_association::value(snapshot, self, rest).into_iter().collect();
        }
        let value = match name {
            "addresses.primary" | "source-dest-check" => Some(true.to_string()),
            "addresses.private-ip-address" | "private-ip-address" => Some(self.address.to_string()),
            "availability-zone" => zone_name(snapshot, self),
            "availability-zone-id" => {
                zone_name(snapshot, self).and_then(|name| zone::id_of(&self.scope, &name))
            }
            "description" => Some(description(self)),
            "group-id" => return self.security_group_ids.clone(),
            "group-name" => return groups(snapshot, self).filter_map(|it| it.group_name).collect(),
            "interface-type" => Some(type_in_filters(self).to_owned()),
            "mac-address" => Some(self.mac_address.clone()),
            "network-interface-id" => Some(self.record.id.clone()),
            "operator.managed" => Some(false.to_string()),
            "owner-id" => Some(self.scope.account.clone()),
            "private-dns-name" => interface_association::private_name(snapshot, self),
            "requester-id" => Some(requester(self)),
            "requester-managed" => Some(is_managed(self).to_string()),
            "status" => Some(status(self).as_str().to_owned()),
            "subnet-id" => Some(self.subnet_id.clone()),
            "vpc-id" => Some(self.vpc_id.clone()),
            _ => None,
        };
        value.into_iter().collect()
    }
}

pub(super) fn render(snapshot: &Snapshot, interface: &Interface) -> ec2::NetworkInterface {
    let address = Some(interface.address.to_string());
    let zone = zone_name(snapshot, interface);
    let association = interface_association::render(snapshot, interface);
    let private_dns_name = interface_association::private_name(snapshot, interface);
    ec2::NetworkInterface {
        association: association.clone(),
        attachment: interface_attachment::render(interface),
        availability_zone_id: zone.as_deref().and_then(|name| zone::id_of(&interface.scope, name)),
        availability_zone: zone,
        description: Some(description(interface)),
        groups: Some(groups(snapshot, interface).collect()),
        interface_type: Some(interface_type(interface)),
        ipv6_addresses: Some(Vec::new()),
        mac_address: Some(interface.mac_address.clone()),
        network_interface_id: Some(interface.id.clone()),
        owner_id: Some(interface.scope.account.clone()),
        private_dns_name: private_dns_name.clone(),
        private_ip_address: address.clone(),
        private_ip_addresses: Some(vec![ec2::NetworkInterfacePrivateIpAddress {
            association,
            primary: Some(true),
            private_dns_name,
            private_ip_address: address,
        }]),
        requester_id: Some(requester(interface)),
        requester_managed: Some(is_managed(interface)),
        source_dest_check: Some(true),
        status: Some(status(interface)),
        subnet_id: Some(interface.subnet_id.clone()),
        tag_set: Some(tags::render(&interface.tags)),
        vpc_id: Some(interface.vpc_id.clone()),
        ..ec2::NetworkInterface::default()
    }
}

/// The interface that a request names by its id.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    id: &str,
) -> Result<&'a Entry<Interface>, ApiError> {
    describe::check_id(ID, id)?;
    let found = snapshot.interfaces.list(scope).find(|interface| interface.record.id == id);
    found.ok_or_else(|| describe::not_found(ID, id))
}

/// Refuses to change what a service holds.
pub(super) fn check_not_managed(interface: &Interface) -> Result<(), ApiError> {
    if !is_managed(interface) {
        return Ok(());
    }
    Err(ApiError::client(
        "OperationNotPermitted",
        format!("The network interface '{}' is managed by an AWS service", interface.id),
    ))
}

/// The groups that are named, which are of this VPC.
pub(super) fn named_groups<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    (vpc_id, ids): (&str, &[String]),
) -> Result<Vec<&'a Entry<SecurityGroup>>, ApiError> {
    let mut groups: Vec<&Entry<SecurityGroup>> = Vec::new();
    for id in ids {
        let group = describe::find(&snapshot.security_groups, scope, (security_group::ID, id))?;
        if group.vpc_id != vpc_id {
            return Err(ApiError::client(
                "InvalidParameter",
                format!("Security group {id} and network {vpc_id} belong to different networks."),
            ));
        }
        if !groups.iter().any(|known| known.id == group.id) {
            groups.push(group);
        }
    }
    if groups.len() > SECURITY_GROUPS_MAX {
        return Err(ApiError::client(
            "SecurityGroupsPerInterfaceLimitExceeded",
            format!(
                "The maximum number of security groups per interface ({SECURITY_GROUPS_MAX}) has \
                 been reached."
            ),
        ));
    }
    Ok(groups)
}

/// The group that a VPC is made with, and that an interface is in where none is named.
pub(super) fn default_group<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    vpc_id: &str,
) -> Option<&'a Entry<SecurityGroup>> {
    let is_default =
        |group: &&Entry<SecurityGroup>| group.vpc_id == vpc_id && group.name == DEFAULT_GROUP;
    snapshot.security_groups.list(scope).find(is_default)
}

pub(super) fn groups(
    snapshot: &Snapshot,
    interface: &Interface,
) -> impl Iterator<Item = ec2::GroupIdentifier> {
    interface.security_group_ids.iter().map(|id| ec2::GroupIdentifier {
        group_id: Some(id.clone()),
        group_name: snapshot
            .security_groups
            .get(&interface.scope, id)
            .map(|group| group.name.clone()),
    })
}

fn zone_name(snapshot: &Snapshot, interface: &Interface) -> Option<String> {
    let subnet = snapshot.subnets.get(&interface.scope, &interface.subnet_id);
    subnet.map(|subnet| subnet.availability_zone.clone())
}

/// COMPAT: what AWS says of the interfaces that ECS and ELB make: the ARN of an
/// attachment, for which the task stands here, and `ELB app/NAME/ID`.
pub(super) fn description(interface: &Interface) -> String {
    match &interface.owner {
        InterfaceOwner::Task(task) => {
            task.scope.arn("ecs", format_args!("task/{}/{}", task.cluster, task.id))
        }
        InterfaceOwner::LoadBalancer { arn } => {
            let path = arn.split_once("loadbalancer/").map_or(arn.as_str(), |(_, path)| path);
            format!("ELB {path}")
        }
        InterfaceOwner::NatGateway { id } => format!("Interface for NAT Gateway {id}"),
        InterfaceOwner::User => interface.description.clone(),
    }
}

fn requester(interface: &Interface) -> String {
    match &interface.owner {
        InterfaceOwner::LoadBalancer { .. } => LOAD_BALANCING.to_owned(),
        InterfaceOwner::Task(_) | InterfaceOwner::NatGateway { .. } | InterfaceOwner::User => {
            interface.scope.account.clone()
        }
    }
}

/// Whether a service holds it, so that the account cannot detach it.
pub(super) fn is_managed(interface: &Interface) -> bool {
    match &interface.owner {
        InterfaceOwner::Task(_)
        | InterfaceOwner::LoadBalancer { .. }
        | InterfaceOwner::NatGateway { .. } => true,
        InterfaceOwner::User => false,
    }
}

/// COMPAT: of what is attached to nothing.
fn status(interface: &Interface) -> ec2::NetworkInterfaceStatus {
    if is_managed(interface) {
        ec2::NetworkInterfaceStatus::InUse
    } else {
        ec2::NetworkInterfaceStatus::Available
    }
}

/// COMPAT: both tasks and application load balancers have ordinary interfaces.
fn interface_type(interface: &Interface) -> ec2::NetworkInterfaceType {
    match &interface.owner {
        InterfaceOwner::NatGateway { .. } => ec2::NetworkInterfaceType::NatGateway,
        InterfaceOwner::Task(_) | InterfaceOwner::LoadBalancer { .. } | InterfaceOwner::User => {
            ec2::NetworkInterfaceType::Interface
        }
    }
}

/// COMPAT: the filter's values are written otherwise than the member's
/// (`DescribeNetworkInterfaces`).
fn type_in_filters(interface: &Interface) -> &'static str {
    match interface_type(interface) {
        ec2::NetworkInterfaceType::NatGateway => "nat_gateway",
        other => other.as_str(),
    }
}
