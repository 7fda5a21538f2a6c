//! `ListVirtualMFADevices`: an account has no devices, assigned to users or not.

use aws_api::iam::ListVirtualMFADevicesResponse;

use super::listing::Listed;

pub(super) fn run() -> ListVirtualMFADevicesResponse {
    let Listed { items, is_truncated, marker } = Listed::whole(Vec::new());
    ListVirtualMFADevicesResponse { virtual_mfa_devices: Some(items), is_truncated, marker }
}
