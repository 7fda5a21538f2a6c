//! `ModifySubnetAttribute`: whether what is launched in a subnet gets a public address.

use aws_api::ec2::{
    AttributeBooleanValue, HostnameType, ModifySubnetAttributeRequest,
    ModifySubnetAttributeResponse,
};
use model::Subnet;
use wire::ApiError;

use super::{attribute, subnet, unsupported};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifySubnetAttributeRequest,
) -> Result<ModifySubnetAttributeResponse, ApiError> {
    attribute::only_one(&members(&input))?;
    check_supported(&input)?;
    let given = input.map_public_ip_on_launch.as_ref();
    let maps_public_ip =
        given.map(|given| attribute::value("mapPublicIpOnLaunch", Some(given))).transpose()?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input.subnet_id, maps_public_ip)).await
}

fn decide(
    turn: &mut Turn<'_>,
    id: &str,
    maps_public_ip: Option<bool>,
) -> Result<ModifySubnetAttributeResponse, ApiError> {
    let known = subnet::find(turn, id)?;
    if let Some(maps_public_ip_on_launch) = maps_public_ip {
        let changed = Subnet { maps_public_ip_on_launch, ..(*known.record).clone() };
        turn.plan.update(known, changed);
    }
    Ok(ModifySubnetAttributeResponse {})
}

fn members(input: &ModifySubnetAttributeRequest) -> [(&'static str, bool); 9] {
    [
        ("assignIpv6AddressOnCreation", input.assign_ipv6_address_on_creation.is_some()),
        ("mapPublicIpOnLaunch", input.map_public_ip_on_launch.is_some()),
        // COMPAT: these two "act as a single attribute".
        (
            "mapCustomerOwnedIpOnLaunch",
            input.map_customer_owned_ip_on_launch.is_some()
                || input.customer_owned_ipv4_pool.is_some(),
        ),
        ("enableDns64", input.enable_dns64.is_some()),
        ("privateDnsHostnameTypeOnLaunch", input.private_dns_hostname_type_on_launch.is_some()),
        (
            "enableResourceNameDnsARecordOnLaunch",
            input.enable_resource_name_dns_a_record_on_launch.is_some(),
        ),
        (
            "enableResourceNameDnsAAAARecordOnLaunch",
            input.enable_resource_name_dns_aaaa_record_on_launch.is_some(),
        ),
        ("enableLniAtDeviceIndex", input.enable_lni_at_device_index.is_some()),
        ("disableLniAtDeviceIndex", input.disable_lni_at_device_index.is_some()),
    ]
}

/// All but one attribute have one value here, which is taken.
fn check_supported(input: &ModifySubnetAttributeRequest) -> Result<(), ApiError> {
    let is_on = |given: &Option<AttributeBooleanValue>| {
        given.as_ref().is_some_and(|given| given.value != Some(false))
    };
    let hostname_type = input.private_dns_hostname_type_on_launch;
    refuse_given(
        &[
            ("AssignIpv6AddressOnCreation", is_on(&input.assign_ipv6_address_on_creation)),
            ("MapCustomerOwnedIpOnLaunch", is_on(&input.map_customer_owned_ip_on_launch)),
            ("CustomerOwnedIpv4Pool", input.customer_owned_ipv4_pool.is_some()),
            ("EnableDns64", is_on(&input.enable_dns64)),
            (
                "PrivateDnsHostnameTypeOnLaunch",
                hostname_type.is_some_and(|kind| kind != HostnameType::IpName),
            ),
            (
                "EnableResourceNameDnsARecordOnLaunch",
                is_on(&input.enable_resource_name_dns_a_record_on_launch),
            ),
            (
                "EnableResourceNameDnsAAAARecordOnLaunch",
                is_on(&input.enable_resource_name_dns_aaaa_record_on_launch),
            ),
            ("EnableLniAtDeviceIndex", input.enable_lni_at_device_index.is_some()),
            ("DisableLniAtDeviceIndex", input.disable_lni_at_device_index.is_some()),
        ],
        unsupported,
    )
}
