//! The public address that stands for an interface, and the names of its addresses.

use std::net::Ipv4Addr;

use aws_api::ec2;
use model::{Interface, Scope, Snapshot, Vpc};

use super::elastic_ip;

/// COMPAT: whose an address is that the account did not allocate.
const AMAZON: &str = "amazon";

/// The region whose names do not have it.
const FIRST_REGION: &str = "us-east-1";

pub(super) fn render(
    snapshot: &Snapshot,
    interface: &Interface,
) -> Option<ec2::NetworkInterfaceAssociation> {
    // COMPAT: an Elastic IP address takes the place of the one that came with the interface.
    if let Some(address) = elastic_ip::of_interface(snapshot, interface) {
        return Some(ec2::NetworkInterfaceAssociation {
            allocation_id: Some(address.allocation_id.clone()),
            association_id: address.association.as_ref().map(|it| it.id.clone()),
            ip_owner_id: Some(interface.scope.account.clone()),
            public_dns_name: public_name(snapshot, interface, address.address),
            public_ip: Some(address.address.to_string()),
            ..ec2::NetworkInterfaceAssociation::default()
        });
    }
    let address = interface.public_address?;
    Some(ec2::NetworkInterfaceAssociation {
        ip_owner_id: Some(AMAZON.to_owned()),
        public_dns_name: public_name(snapshot, interface, address),
        public_ip: Some(address.to_string()),
        ..ec2::NetworkInterfaceAssociation::default()
    })
}

/// What it has under the name of a filter, after `association.`.
pub(super) fn value(snapshot: &Snapshot, interface: &Interface, name: &str) -> Option<String> {
    let association = render(snapshot, interface)?;
    match name {
        "allocation-id" => association.allocation_id,
        "association-id" => association.association_id,
        "ip-owner-id" | "owner-id" => association.ip_owner_id,
        "public-dns-name" => association.public_dns_name,
        "public-ip" => association.public_ip,
        _ => None,
    }
}

/// COMPAT: interfaces have names where their VPC has DNS host names ("DNS attributes for your
/// VPC"): `ip-10-0-0-5.ec2.internal`, or `ip-10-0-0-5.REGION.compute.internal`.
pub(super) fn private_name(snapshot: &Snapshot, interface: &Interface) -> Option<String> {
    let vpc = snapshot.vpcs.get(&interface.scope, &interface.vpc_id)?;
    private_name_in(vpc, interface.address)
}

/// The name of an interface with this address, where its VPC gives names.
pub(crate) fn private_name_in(vpc: &Vpc, address: Ipv4Addr) -> Option<String> {
    let domain = match vpc.scope.region.as_str() {
        FIRST_REGION => "ec2.internal".to_owned(),
        region => format!("{region}.compute.internal"),
    };
    vpc.attributes.has_dns_hostnames.then(|| format!("ip-{}.{domain}", dashed(address)))
}

/// COMPAT: `ec2-198-18-0-5.compute-1.amazonaws.com`, or `ec2-198-18-0-5.REGION.compute.…`.
fn public_name(snapshot: &Snapshot, interface: &Interface, address: Ipv4Addr) -> Option<String> {
    let domain = match interface.scope.region.as_str() {
        FIRST_REGION => "compute-1.amazonaws.com".to_owned(),
        region => format!("{region}.compute.amazonaws.com"),
    };
    has_names(snapshot, interface).then(|| format!("ec2-{}.{domain}", dashed(address)))
}

fn has_names(snapshot: &Snapshot, interface: &Interface) -> bool {
    let scope: &Scope = &interface.scope;
    let vpc = snapshot.vpcs.get(scope, &interface.vpc_id);
    vpc.is_some_and(|vpc| vpc.attributes.has_dns_hostnames)
}

fn dashed(address: Ipv4Addr) -> String {
    address.to_string().replace('.', "-")
}
