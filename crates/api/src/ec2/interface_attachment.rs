//! What AWS shows as the attachment of an interface that a service holds.

use aws_api::ec2;
use model::{Interface, InterfaceOwner};

use super::describe::IdKind;
use super::network_interface;

pub(super) const ID: IdKind = IdKind {
    prefix: "eni-attach",
    malformed: "InvalidNetworkInterfaceAttachmentId.Malformed",
    not_found: "InvalidAttachmentID.NotFound",
    noun: "attachment ID",
};

/// COMPAT: the second of a machine that is the service's; the first is the service's own.
const DEVICE_INDEX: i32 = 1;

/// Those of the account's are attached to nothing, as there are no instances.
pub(super) fn render(interface: &Interface) -> Option<ec2::NetworkInterfaceAttachment> {
    network_interface::is_managed(interface).then(|| ec2::NetworkInterfaceAttachment {
        attach_time: Some(interface.created_at),
        attachment_id: Some(id(interface)),
        delete_on_termination: Some(false),
        device_index: Some(DEVICE_INDEX),
        network_card_index: Some(0),
        instance_owner_id: Some(instance_owner(interface).to_owned()),
        status: Some(ec2::AttachmentStatus::Attached),
        ..ec2::NetworkInterfaceAttachment::default()
    })
}

/// What it has under the name of a filter, after `attachment.`.
pub(super) fn value(interface: &Interface, name: &str) -> Option<String> {
    let attachment = render(interface)?;
    match name {
        "attach-time" => attachment.attach_time.map(wire::to_iso8601),
        "attachment-id" => attachment.attachment_id,
        "delete-on-termination" => attachment.delete_on_termination.map(|it| it.to_string()),
        "device-index" => attachment.device_index.map(|index| index.to_string()),
        "instance-owner-id" => attachment.instance_owner_id,
        "status" => attachment.status.map(|status| status.as_str().to_owned()),
        _ => None,
    }
}

/// Of the interface's own digits, so that it is the same each time.
pub(super) fn id(interface: &Interface) -> String {
    let digits = interface.id.strip_prefix("eni-").unwrap_or(&interface.id);
    format!("eni-attach-{digits}")
}

/// COMPAT: the machine is the service's, and so is shown by the service's name.
fn instance_owner(interface: &Interface) -> &'static str {
    match &interface.owner {
        InterfaceOwner::LoadBalancer { .. } => "amazon-elb",
        InterfaceOwner::Task(_) | InterfaceOwner::NatGateway { .. } | InterfaceOwner::User => {
            "amazon-aws"
        }
    }
}
