//! `AssociateAddress`: lets an Elastic IP address stand for an interface's private one.

use aws_api::ec2::{AssociateAddressRequest, AssociateAddressResult};
use model::{ElasticIp, ElasticIpAssociation, Entry, Interface};
use wire::ApiError;

use super::{describe, elastic_ip, internet_gateway, network_interface};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AssociateAddressRequest,
) -> Result<AssociateAddressResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    refuse_given(
        &[("InstanceId", input.instance_id.is_some()), ("PublicIp", input.public_ip.is_some())],
        super::unsupported,
    )?;
    let allocation_id = input.allocation_id.as_deref();
    let allocation_id = allocation_id.ok_or_else(|| super::missing("AllocationId"))?;
    let interface_id = input.network_interface_id.as_deref();
    let interface_id = interface_id.ok_or_else(|| super::missing("NetworkInterfaceId"))?;
    api.transact(caller, |turn| {
        let addresses = &turn.snapshot.elastic_ips;
        let address = describe::find(addresses, turn.scope(), (elastic_ip::ID, allocation_id))?;
        let interface = network_interface::find(turn.snapshot, turn.scope(), interface_id)?;
        decide(turn, &input, (address, interface))
    })
    .await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &AssociateAddressRequest,
    (address, interface): (&Entry<ElasticIp>, &Entry<Interface>),
) -> Result<AssociateAddressResult, ApiError> {
    let snapshot = turn.snapshot;
    network_interface::check_not_managed(interface)?;
    let wanted = input.private_ip_address.as_deref();
    if let Some(other) = wanted.filter(|given| **given != interface.address.to_string()) {
        let id = &interface.record.id;
        let message = format!("The private IP address {other} is not of interface {id}");
        return Err(super::invalid(message));
    }
    let gateway = internet_gateway::of_vpc(snapshot, turn.scope(), &interface.vpc_id)?;
    if let Some(current) = &address.association {
        if current.interface_id == interface.record.id {
            return Ok(AssociateAddressResult { association_id: Some(current.id.clone()) });
        }
        elastic_ip::check_movable(snapshot, turn.scope(), current)?;
        check_reassociation(input, address, current)?;
    }
    if let Some(replaced) = elastic_ip::of_interface(snapshot, interface) {
        let current = replaced.association.as_ref().expect("it was found by its association");
        check_reassociation(input, replaced, current)?;
        turn.plan.update(replaced, ElasticIp { association: None, ..(*replaced.record).clone() });
    }
    // Neither the interface nor the gateway may go meanwhile.
    super::hold(&mut turn.plan, interface);
    super::hold(&mut turn.plan, gateway);
    let association = ElasticIpAssociation {
        id: format!("eipassoc-{}", turn.rng.hex(17)),
        interface_id: interface.record.id.clone(),
        private_address: interface.address,
    };
    let association_id = Some(association.id.clone());
    let associated = ElasticIp { association: Some(association), ..(*address.record).clone() };
    turn.plan.update(address, associated);
    Ok(AssociateAddressResult { association_id })
}

/// COMPAT: taking an address from where it is goes without saying (`AssociateAddress`).
fn check_reassociation(
    input: &AssociateAddressRequest,
    address: &ElasticIp,
    current: &ElasticIpAssociation,
) -> Result<(), ApiError> {
    match input.allow_reassociation {
        None | Some(true) => Ok(()),
        Some(false) => Err(already_associated(address, current)),
    }
}

pub(super) fn already_associated(address: &ElasticIp, current: &ElasticIpAssociation) -> ApiError {
    ApiError::client(
        "Resource.AlreadyAssociated",
        format!(
            "resource {} is already associated with associate-id {}",
            address.allocation_id, current.id
        ),
    )
}
