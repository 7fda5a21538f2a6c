//! `DescribeVpcAttribute`: one of a VPC's attributes.

use aws_api::ec2::{
    AttributeBooleanValue, DescribeVpcAttributeRequest, DescribeVpcAttributeResult,
    VpcAttributeName,
};
use wire::ApiError;

use super::{describe, vpc};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeVpcAttributeRequest,
) -> Result<DescribeVpcAttributeResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    describe::check_id(vpc::ID, &input.vpc_id)?;
    let snapshot = default_network::ensure(api, caller).await?;
    let known = snapshot.vpcs.get(&caller.scope, &input.vpc_id);
    let attributes = known.ok_or_else(|| describe::not_found(vpc::ID, &input.vpc_id))?.attributes;
    let mut shown = DescribeVpcAttributeResult {
        vpc_id: Some(input.vpc_id),
        ..DescribeVpcAttributeResult::default()
    };
    let value = |value| Some(AttributeBooleanValue { value: Some(value) });
    match input.attribute {
        VpcAttributeName::EnableDnsSupport => {
            shown.enable_dns_support = value(attributes.is_dns_supported);
        }
        VpcAttributeName::EnableDnsHostnames => {
            shown.enable_dns_hostnames = value(attributes.has_dns_hostnames);
        }
        VpcAttributeName::EnableNetworkAddressUsageMetrics => {
            shown.enable_network_address_usage_metrics =
                value(attributes.has_address_usage_metrics);
        }
    }
    Ok(shown)
}
