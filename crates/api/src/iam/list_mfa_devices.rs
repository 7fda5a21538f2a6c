//! `ListMFADevices`: a user has no devices.

use aws_api::iam::{ListMFADevicesRequest, ListMFADevicesResponse};
use wire::ApiError;

use super::listing::Listed;
use super::whose;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListMFADevicesRequest,
) -> Result<ListMFADevicesResponse, ApiError> {
    whose::check(api, caller, input.user_name.as_ref())?;
    let Listed { items, is_truncated, marker } = Listed::whole(Vec::new());
    Ok(ListMFADevicesResponse { mfa_devices: Some(items), is_truncated, marker })
}
