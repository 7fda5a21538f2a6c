//! Network interfaces as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{Entry, Interface, InterfaceOwner, Snapshot, Tags};

use super::describe::{IdKind, Resource};
use super::filter::Names;
use super::{tags, zone};

const ID: IdKind = IdKind {
    prefix: "eni",
    malformed: "InvalidNetworkInterfaceId.Malformed",
    not_found: "InvalidNetworkInterfaceID.NotFound",
    noun: "networkInterface ID",
};

/// COMPAT: the requester of a load balancer's interface.
const LOAD_BALANCING: &str = "amazon-elb";

/// COMPAT: both tasks and application load balancers have ordinary interfaces.
const INTERFACE_TYPE: ec2::NetworkInterfaceType = ec2::NetworkInterfaceType::Interface;

impl Resource for &Entry<Interface> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &[
            "addresses.primary",
            "addresses.private-ip-address",
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
            "private-ip-address",
            "requester-id",
            "requester-managed",
            "source-dest-check",
            "status",
            "subnet-id",
            "vpc-id",
        ],
        absent: &[
            "addresses.association.owner-id",
            "addresses.association.public-ip",
            "association.allocation-id",
            "association.association-id",
            "association.ip-owner-id",
            "association.public-dns-name",
            "association.public-ip",
            "attachment.attach-time",
            "attachment.attachment-id",
            "attachment.delete-on-termination",
            "attachment.device-index",
            "attachment.instance-id",
            "attachment.instance-owner-id",
            "attachment.status",
            "ipv6-addresses.ipv6-address",
            "operator.principal",
            "private-dns-name",
        ],
    };

    fn id(&self) -> String {
        self.record.id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, snapshot: &Snapshot, name: &str) -> Vec<String> {
        let value = match name {
            "addresses.primary" | "source-dest-check" => true.to_string(),
            "addresses.private-ip-address" | "private-ip-address" => self.address.to_string(),
            "availability-zone" => return zone_name(snapshot, self).into_iter().collect(),
            "availability-zone-id" => {
                let zone = zone_name(snapshot, self);
                return zone.and_then(|name| zone::id_of(&self.scope, &name)).into_iter().collect();
            }
            "description" => description(self),
            "group-id" => return self.security_group_ids.clone(),
            "group-name" => return groups(snapshot, self).filter_map(|it| it.group_name).collect(),
            "interface-type" => INTERFACE_TYPE.as_str().to_owned(),
            "mac-address" => self.mac_address.clone(),
            "network-interface-id" => self.record.id.clone(),
            "operator.managed" => false.to_string(),
            "owner-id" => self.scope.account.clone(),
            "requester-id" => requester(self),
            "requester-managed" => is_managed(self).to_string(),
            "status" => ec2::NetworkInterfaceStatus::InUse.as_str().to_owned(),
            "subnet-id" => self.subnet_id.clone(),
            "vpc-id" => self.vpc_id.clone(),
            _ => return Vec::new(),
        };
        vec![value]
    }
}

pub(super) fn render(snapshot: &Snapshot, interface: &Interface) -> ec2::NetworkInterface {
    let address = Some(interface.address.to_string());
    let zone = zone_name(snapshot, interface);
    ec2::NetworkInterface {
        availability_zone_id: zone.as_deref().and_then(|name| zone::id_of(&interface.scope, name)),
        availability_zone: zone,
        description: Some(description(interface)),
        groups: Some(groups(snapshot, interface).collect()),
        interface_type: Some(INTERFACE_TYPE),
        ipv6_addresses: Some(Vec::new()),
        mac_address: Some(interface.mac_address.clone()),
        network_interface_id: Some(interface.id.clone()),
        owner_id: Some(interface.scope.account.clone()),
        private_ip_address: address.clone(),
        private_ip_addresses: Some(vec![ec2::NetworkInterfacePrivateIpAddress {
            primary: Some(true),
            private_ip_address: address,
            ..ec2::NetworkInterfacePrivateIpAddress::default()
        }]),
        requester_id: Some(requester(interface)),
        requester_managed: Some(is_managed(interface)),
        source_dest_check: Some(true),
        status: Some(ec2::NetworkInterfaceStatus::InUse),
        subnet_id: Some(interface.subnet_id.clone()),
        tag_set: Some(tags::render(&interface.tags)),
        vpc_id: Some(interface.vpc_id.clone()),
        ..ec2::NetworkInterface::default()
    }
}

fn groups(
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
fn description(interface: &Interface) -> String {
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
fn is_managed(interface: &Interface) -> bool {
    match &interface.owner {
        InterfaceOwner::Task(_)
        | InterfaceOwner::LoadBalancer { .. }
        | InterfaceOwner::NatGateway { .. } => true,
        InterfaceOwner::User => false,
    }
}
