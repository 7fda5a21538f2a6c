//! `DescribeNetworkInterfaceAttribute`: one of an interface's attributes.

use aws_api::ec2::{
    AttributeBooleanValue, AttributeValue, DescribeNetworkInterfaceAttributeRequest,
    DescribeNetworkInterfaceAttributeResult, NetworkInterfaceAttribute,
};
use wire::ApiError;

use super::{describe, interface_attachment, network_interface};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeNetworkInterfaceAttributeRequest,
) -> Result<DescribeNetworkInterfaceAttributeResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let snapshot = api.snapshot();
    let known = network_interface::find(&snapshot, &caller.scope, &input.network_interface_id)?;
    let mut shown = DescribeNetworkInterfaceAttributeResult {
        network_interface_id: Some(known.record.id.clone()),
        ..DescribeNetworkInterfaceAttributeResult::default()
    };
    match input.attribute.as_ref().ok_or_else(|| super::missing("Attribute"))? {
        NetworkInterfaceAttribute::Description => {
            let value = Some(network_interface::description(known));
            shown.description = Some(AttributeValue { value });
        }
        NetworkInterfaceAttribute::GroupSet => {
            shown.groups = Some(network_interface::groups(&snapshot, known).collect());
        }
        NetworkInterfaceAttribute::SourceDestCheck => {
            shown.source_dest_check = Some(AttributeBooleanValue { value: Some(true) });
        }
        NetworkInterfaceAttribute::Attachment => {
            shown.attachment = interface_attachment::render(known);
        }
        NetworkInterfaceAttribute::AssociatePublicIpAddress => {
            shown.associate_public_ip_address = Some(known.public_address.is_some());
        }
    }
    Ok(shown)
}
