//! Subnets as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{Entry, Snapshot, Subnet, Tags};

use super::describe::{IdKind, Resource};
use super::filter::Names;
use super::{tags, zone};

pub(super) const ID: IdKind = IdKind {
    prefix: "subnet",
    malformed: "InvalidSubnetID.Malformed",
    not_found: "InvalidSubnetID.NotFound",
    noun: "subnet ID",
};

impl Resource for &Entry<Subnet> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &[
            "availability-zone",
            "availability-zone-id",
            "availabilityZone",
            "availabilityZoneId",
            "available-ip-address-count",
            "cidr",
            "cidr-block",
            "cidrBlock",
            "default-for-az",
            "defaultForAz",
            "enable-dns64",
            "ipv6-native",
            "map-customer-owned-ip-on-launch",
            "map-public-ip-on-launch",
            "owner-id",
            "state",
            "subnet-arn",
            "subnet-id",
            "vpc-id",
        ],
        absent: &[
            "customer-owned-ipv4-pool",
            "enable-lni-at-device-index",
            "ipv6-cidr-block-association.association-id",
            "ipv6-cidr-block-association.ipv6-cidr-block",
            "ipv6-cidr-block-association.state",
            "outpost-arn",
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
            "availability-zone" | "availabilityZone" => self.availability_zone.clone(),
            "availability-zone-id" | "availabilityZoneId" => {
                return zone::id_of(&self.scope, &self.availability_zone).into_iter().collect();
            }
            "available-ip-address-count" => available_addresses(snapshot, self).to_string(),
            "cidr" | "cidr-block" | "cidrBlock" => self.cidr.to_string(),
            "default-for-az" | "defaultForAz" => self.is_default.to_string(),
            "map-public-ip-on-launch" => self.maps_public_ip_on_launch.to_string(),
            "enable-dns64" | "ipv6-native" | "map-customer-owned-ip-on-launch" => false.to_string(),
            "owner-id" => self.scope.account.clone(),
            "state" => "available".to_owned(),
            "subnet-arn" => self.arn(),
            "subnet-id" => self.record.id.clone(),
            "vpc-id" => self.vpc_id.clone(),
            _ => return Vec::new(),
        };
        vec![value]
    }
}

pub(super) fn render(snapshot: &Snapshot, subnet: &Subnet) -> ec2::Subnet {
    ec2::Subnet {
        availability_zone_id: zone::id_of(&subnet.scope, &subnet.availability_zone),
        map_customer_owned_ip_on_launch: Some(false),
        owner_id: Some(subnet.scope.account.clone()),
        assign_ipv6_address_on_creation: Some(false),
        ipv6_cidr_block_association_set: Some(Vec::new()),
        tags: Some(tags::render(&subnet.tags)),
        subnet_arn: Some(subnet.arn()),
        enable_dns64: Some(false),
        ipv6_native: Some(false),
        subnet_id: Some(subnet.id.clone()),
        state: Some(ec2::SubnetState::Available),
        vpc_id: Some(subnet.vpc_id.clone()),
        cidr_block: Some(subnet.cidr.to_string()),
        available_ip_address_count: Some(available_addresses(snapshot, subnet) as i32),
        availability_zone: Some(subnet.availability_zone.clone()),
        default_for_az: Some(subnet.is_default),
        map_public_ip_on_launch: Some(subnet.maps_public_ip_on_launch),
        ..ec2::Subnet::default()
    }
}

/// Those that an interface can have and none has.
fn available_addresses(snapshot: &Snapshot, subnet: &Subnet) -> usize {
    let held = snapshot
        .interfaces
        .list_under(&subnet.scope, &format!("{}/", subnet.vpc_id))
        .filter(|interface| interface.subnet_id == subnet.id)
        .count();
    subnet.usable_addresses().count().saturating_sub(held)
}
