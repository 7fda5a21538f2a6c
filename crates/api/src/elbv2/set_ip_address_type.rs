//! `SetIpAddressType`: takes IPv4, which every load balancer has, and no other yet.

use aws_api::elbv2::{SetIpAddressTypeInput, SetIpAddressTypeOutput};
use wire::ApiError;

use super::{create_load_balancer, load_balancer};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &SetIpAddressTypeInput,
) -> Result<SetIpAddressTypeOutput, ApiError> {
    let snapshot = api.snapshot();
    load_balancer::find(&snapshot, &caller.scope, &input.load_balancer_arn)?;
    create_load_balancer::check_ip_address_type(Some(input.ip_address_type))?;
    Ok(SetIpAddressTypeOutput { ip_address_type: Some(input.ip_address_type) })
}
