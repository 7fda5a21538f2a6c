//! `DetachNetworkInterface`: what is attached is a service's, and stays.

use aws_api::ec2::{DetachNetworkInterfaceRequest, DetachNetworkInterfaceResponse};
use wire::ApiError;

use super::{describe, interface_attachment, network_interface};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DetachNetworkInterfaceRequest,
) -> Result<DetachNetworkInterfaceResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let id = input.attachment_id.as_str();
    describe::check_id(interface_attachment::ID, id)?;
    let snapshot = api.snapshot();
    let mut interfaces = snapshot.interfaces.list(&caller.scope);
    let is_managed = interfaces.any(|interface| {
        network_interface::is_managed(interface) && interface_attachment::id(interface) == id
    });
    // COMPAT: the words for attachments of services.
    if is_managed {
        return Err(ApiError::client(
            "OperationNotPermitted",
            "You are not allowed to manage 'ela-attach' attachments.",
        ));
    }
    Err(describe::not_found(interface_attachment::ID, id))
}
