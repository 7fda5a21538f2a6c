//! Subnets as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{Entry, ServiceRevision, ServiceStatus, Snapshot, Subnet, Tags};
use wire::ApiError;

use super::describe::{self, IdKind, Resource};
use super::filter::Names;
use super::{network_acl, tags, zone};
use crate::Turn;

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
            "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
            "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
            "private-dns-name-options-on-launch.hostname-type",
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
            "enable-dns64"
            | "ipv6-native"
            | "map-customer-owned-ip-on-launch"
            | "private-dns-name-options-on-launch.enable-resource-name-dns-a-record"
            | "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record" => {
                false.to_string()
            }
            "private-dns-name-options-on-launch.hostname-type" => {
                ec2::HostnameType::IpName.as_str().to_owned()
            }
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
        private_dns_name_options_on_launch: Some(ec2::PrivateDnsNameOptionsOnLaunch {
            hostname_type: Some(ec2::HostnameType::IpName),
            enable_resource_name_dns_a_record: Some(false),
            enable_resource_name_dns_aaaa_record: Some(false),
        }),
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

/// The subnet that an id names.
pub(super) fn find<'a>(turn: &Turn<'a>, id: &str) -> Result<&'a Entry<Subnet>, ApiError> {
    describe::find(&turn.snapshot.subnets, turn.scope(), (ID, id))
}

/// Writes a subnet again as it is: a deletion that was decided before something was associated
/// with it is then decided again, and so is another association.
pub(super) fn hold(turn: &mut Turn<'_>, subnet: &Entry<Subnet>) {
    turn.plan.update(subnet, (*subnet.record).clone());
}

/// Puts a subnet into the turn's plan, under its VPC's default network ACL.
///
/// The ACL is written with each subnet of the VPC, so that no two of the same moment overlap.
pub(super) fn insert(turn: &mut Turn<'_>, subnet: Subnet) {
    if let Some(acl) = network_acl::default_of(turn.snapshot, &subnet.scope, &subnet.vpc_id) {
        let mut changed = (*acl.record).clone();
        let id = planner::network::acl_association_id(&mut turn.rng);
        changed.associations.insert(id, subnet.id.clone());
        turn.plan.update(acl, changed);
    }
    turn.plan.insert(subnet);
}

/// The subnets of a VPC.
pub(super) fn of_vpc<'a>(
    snapshot: &'a Snapshot,
    vpc: &'a model::Vpc,
) -> impl Iterator<Item = &'a Entry<Subnet>> {
    snapshot.subnets.list(&vpc.scope).filter(|subnet| subnet.vpc_id == vpc.id)
}

/// Whether an interface is in it, or anything that would need one.
pub(super) fn is_used(snapshot: &Snapshot, subnet: &Subnet) -> bool {
    let (scope, id) = (&subnet.scope, &subnet.id);
    let under = format!("{}/", subnet.vpc_id);
    snapshot.interfaces.list_under(scope, &under).any(|held| held.subnet_id == *id)
        || snapshot
            .nat_gateways
            .list(scope)
            .any(|it| it.subnet_id == *id && it.deleted_at.is_none())
        || snapshot.load_balancers.list(scope).any(|it| it.addresses.contains_key(id))
        || is_used_by_service(snapshot, subnet)
}

/// Whether a service starts tasks in it, or would go back to a revision that does.
fn is_used_by_service(snapshot: &Snapshot, subnet: &Subnet) -> bool {
    let names = |revision: &ServiceRevision| {
        let network = revision.network.as_ref();
        network.is_some_and(|network| network.subnet_ids.contains(&subnet.id))
    };
    let active = |service: &&Entry<model::Service>| service.status != ServiceStatus::Inactive;
    snapshot.services.list(&subnet.scope).filter(active).any(|service| {
        let sets = snapshot.task_sets_of(&service.key).map(|set| set.id.as_str());
        let own = [Some(service.primary_revision.as_str()), service.completed_revision.as_deref()];
        let mut ids = sets.chain(own.into_iter().flatten());
        ids.any(|id| snapshot.service_revision(&service.key, id).is_some_and(|it| names(it)))
    })
}
