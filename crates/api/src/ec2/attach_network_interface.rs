//! `AttachNetworkInterface`: there are no instances, so there is none to attach to.

use aws_api::ec2::{AttachNetworkInterfaceRequest, AttachNetworkInterfaceResult};
use wire::ApiError;

use super::describe::{self, IdKind};
use super::network_interface;
use crate::{Api, Caller};

const INSTANCE_ID: IdKind = IdKind {
    prefix: "i",
    malformed: "InvalidInstanceID.Malformed",
    not_found: "InvalidInstanceID.NotFound",
    noun: "instance ID",
};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &AttachNetworkInterfaceRequest,
) -> Result<AttachNetworkInterfaceResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let snapshot = api.snapshot();
    network_interface::find(&snapshot, &caller.scope, &input.network_interface_id)?;
    describe::check_id(INSTANCE_ID, &input.instance_id)?;
    Err(describe::not_found(INSTANCE_ID, &input.instance_id))
}
