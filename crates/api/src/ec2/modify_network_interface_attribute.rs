//! `ModifyNetworkInterfaceAttribute`: the groups or the description of an account's interface.

use aws_api::ec2::{
    ModifyNetworkInterfaceAttributeRequest, ModifyNetworkInterfaceAttributeResponse,
};
use model::{Entry, Interface};
use wire::ApiError;

use super::{describe, network_interface};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifyNetworkInterfaceAttributeRequest,
) -> Result<ModifyNetworkInterfaceAttributeResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    check_supported(&input)?;
    check_count(&input)?;
    api.transact(caller, |turn| {
        let id = input.network_interface_id.as_str();
        let known = network_interface::find(turn.snapshot, turn.scope(), id)?;
        network_interface::check_not_managed(known)?;
        let changed = changed(turn, &input, known)?;
        turn.plan.update(known, changed);
        Ok(ModifyNetworkInterfaceAttributeResponse {})
    })
    .await
}

fn changed(
    turn: &mut Turn<'_>,
    input: &ModifyNetworkInterfaceAttributeRequest,
    known: &Entry<Interface>,
) -> Result<Interface, ApiError> {
    let mut changed = (*known.record).clone();
    if let Some(description) = &input.description {
        changed.description = description.value.clone().unwrap_or_default();
    }
    if let Some(ids) = &input.groups {
        let named = (known.vpc_id.as_str(), ids.as_slice());
        let groups = network_interface::named_groups(turn.snapshot, turn.scope(), named)?;
        if groups.is_empty() {
            return Err(super::missing("SecurityGroupId"));
        }
        for group in &groups {
            super::hold(&mut turn.plan, group);
        }
        changed.security_group_ids = groups.into_iter().map(|group| group.id.clone()).collect();
    }
    Ok(changed)
}

/// COMPAT: "You can specify only one attribute at a time."
fn check_count(input: &ModifyNetworkInterfaceAttributeRequest) -> Result<(), ApiError> {
    let given = [
        input.description.is_some(),
        input.groups.is_some(),
        input.source_dest_check.is_some(),
        input.associate_public_ip_address.is_some(),
        input.enable_primary_ipv6.is_some(),
    ];
    match given.into_iter().filter(|is_given| *is_given).count() {
        1 => Ok(()),
        0 => Err(super::missing("attribute")),
        _ => Err(ApiError::client(
            "InvalidParameterCombination",
            "Only one attribute may be modified at a time",
        )),
    }
}

fn check_supported(input: &ModifyNetworkInterfaceAttributeRequest) -> Result<(), ApiError> {
    let is_unchecked = input.source_dest_check.as_ref().is_some_and(|it| it.value == Some(false));
    refuse_given(
        &[
            ("SourceDestCheck false", is_unchecked),
            ("AssociatePublicIpAddress", input.associate_public_ip_address == Some(true)),
            ("EnablePrimaryIpv6", input.enable_primary_ipv6 == Some(true)),
            ("EnaSrdSpecification", input.ena_srd_specification.is_some()),
            ("ConnectionTrackingSpecification", input.connection_tracking_specification.is_some()),
            ("AssociatedSubnetIds", input.associated_subnet_ids.is_some()),
            ("Attachment", input.attachment.is_some()),
        ],
        super::unsupported,
    )
}
