//! NAT gateways as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{Entry, NatConnectivity, NatGateway, Snapshot, Tags};

use super::describe::{IdKind, Resource};
use super::filter::Names;
use super::tags;

pub(super) const ID: IdKind = IdKind {
    prefix: "nat",
    malformed: "NatGatewayMalformed",
    not_found: "NatGatewayNotFound",
    noun: "NAT gateway",
};

impl Resource for &Entry<NatGateway> {
    const ID: IdKind = ID;

    const FILTERS: Names =
        Names { known: &["nat-gateway-id", "state", "subnet-id", "vpc-id"], absent: &[] };

    fn id(&self) -> String {
        self.record.id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, _snapshot: &Snapshot, name: &str) -> Vec<String> {
        let value = match name {
            "nat-gateway-id" => self.record.id.clone(),
            "state" => state(self).as_str().to_owned(),
            "subnet-id" => self.subnet_id.clone(),
            "vpc-id" => self.vpc_id.clone(),
            _ => return Vec::new(),
        };
        vec![value]
    }
}

pub(super) fn render(snapshot: &Snapshot, gateway: &NatGateway) -> ec2::NatGateway {
    ec2::NatGateway {
        create_time: Some(gateway.created_at),
        delete_time: gateway.deleted_at,
        nat_gateway_addresses: Some(vec![address(snapshot, gateway)]),
        nat_gateway_id: Some(gateway.id.clone()),
        state: Some(state(gateway)),
        subnet_id: Some(gateway.subnet_id.clone()),
        vpc_id: Some(gateway.vpc_id.clone()),
        tags: Some(tags::render(&gateway.tags)),
        connectivity_type: Some(match gateway.connectivity {
            NatConnectivity::Public { .. } => ec2::ConnectivityType::Public,
            NatConnectivity::Private => ec2::ConnectivityType::Private,
        }),
        availability_mode: Some(ec2::AvailabilityMode::Zonal),
        ..ec2::NatGateway::default()
    }
}

/// COMPAT: it is what it is at once: what takes its time on AWS is the making of a machine.
fn state(gateway: &NatGateway) -> ec2::NatGatewayState {
    match gateway.deleted_at {
        None => ec2::NatGatewayState::Available,
        Some(_) => ec2::NatGatewayState::Deleted,
    }
}

/// The public part is shown as long as it is the gateway's.
fn address(snapshot: &Snapshot, gateway: &NatGateway) -> ec2::NatGatewayAddress {
    let allocation_id = match &gateway.connectivity {
        NatConnectivity::Public { allocation_id } => Some(allocation_id.clone()),
        NatConnectivity::Private => None,
    };
    let public = allocation_id
        .as_deref()
        .and_then(|id| snapshot.elastic_ips.get(&gateway.scope, id))
        .filter(|known| {
            let association = known.association.as_ref();
            association.is_some_and(|it| it.interface_id == gateway.interface_id)
        });
    let association = public.and_then(|known| known.association.as_ref());
    ec2::NatGatewayAddress {
        allocation_id,
        network_interface_id: Some(gateway.interface_id.clone()),
        private_ip: Some(gateway.private_address.to_string()),
        public_ip: public.map(|known| known.address.to_string()),
        association_id: association.map(|it| it.id.clone()),
        is_primary: Some(true),
        status: Some(ec2::NatGatewayAddressStatus::Succeeded),
        ..ec2::NatGatewayAddress::default()
    }
}
