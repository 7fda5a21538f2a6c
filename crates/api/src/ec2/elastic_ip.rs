//! Elastic IP addresses as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{
    ElasticIp, ElasticIpAssociation, Entry, Interface, InterfaceOwner, Scope, Snapshot, Tags,
};
use wire::ApiError;

use super::describe::{IdKind, Resource};
use super::filter::Names;
use super::tags;

/// COMPAT: no code is documented for an id that is malformed.
pub(super) const ID: IdKind = IdKind {
    prefix: "eipalloc",
    malformed: "InvalidAllocationID.NotFound",
    not_found: "InvalidAllocationID.NotFound",
    noun: "allocation ID",
};

/// COMPAT: the pool that is not the account's own.
pub(super) const POOL: &str = "amazon";

impl Resource for &Entry<ElasticIp> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &[
            "allocation-id",
            "association-id",
            "domain",
            "network-border-group",
            "network-interface-id",
            "network-interface-owner-id",
            "private-ip-address",
            "public-ip",
        ],
        absent: &["instance-id"],
    };

    fn id(&self) -> String {
        self.allocation_id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, _snapshot: &Snapshot, name: &str) -> Vec<String> {
        let associated =
            |value: fn(&ElasticIpAssociation) -> String| self.association.as_ref().map(value);
        let value = match name {
            "allocation-id" => Some(self.allocation_id.clone()),
            "association-id" => associated(|it| it.id.clone()),
            "domain" => Some(ec2::DomainType::Vpc.as_str().to_owned()),
            "network-border-group" => Some(self.scope.region.clone()),
            "network-interface-id" => associated(|it| it.interface_id.clone()),
            "network-interface-owner-id" => {
                self.association.as_ref().map(|_| self.scope.account.clone())
            }
            "private-ip-address" => associated(|it| it.private_address.to_string()),
            "public-ip" => Some(self.address.to_string()),
            _ => None,
        };
        value.into_iter().collect()
    }
}

pub(super) fn render(address: &ElasticIp) -> ec2::Address {
    let association = address.association.as_ref();
    ec2::Address {
        allocation_id: Some(address.allocation_id.clone()),
        association_id: association.map(|it| it.id.clone()),
        domain: Some(ec2::DomainType::Vpc),
        network_interface_id: association.map(|it| it.interface_id.clone()),
        network_interface_owner_id: association.map(|_| address.scope.account.clone()),
        private_ip_address: association.map(|it| it.private_address.to_string()),
        tags: Some(tags::render(&address.tags)),
        public_ipv4_pool: Some(POOL.to_owned()),
        network_border_group: Some(address.scope.region.clone()),
        public_ip: Some(address.address.to_string()),
        ..ec2::Address::default()
    }
}

/// The one that is associated with an interface.
pub(super) fn of_interface<'a>(
    snapshot: &'a Snapshot,
    interface: &Interface,
) -> Option<&'a Entry<ElasticIp>> {
    snapshot.elastic_ips.list(&interface.scope).find(|address| {
        address.association.as_ref().is_some_and(|it| it.interface_id == interface.id)
    })
}

/// Refuses to take an address from a NAT gateway, which has no other.
///
/// COMPAT: AWS says this of what a service holds (`AuthFailure`, Error codes for the Amazon EC2
/// API).
pub(super) fn check_movable(
    snapshot: &Snapshot,
    scope: &Scope,
    association: &ElasticIpAssociation,
) -> Result<(), ApiError> {
    let holder =
        snapshot.interfaces.list(scope).find(|interface| interface.id == association.interface_id);
    match holder.map(|interface| &interface.owner) {
        Some(
            InterfaceOwner::NatGateway { .. }
            | InterfaceOwner::LoadBalancer { .. }
            | InterfaceOwner::Task(_),
        ) => Err(ApiError::client(
            "AuthFailure",
            "You do not have permission to access the specified resource.",
        )),
        Some(InterfaceOwner::User) | None => Ok(()),
    }
}
