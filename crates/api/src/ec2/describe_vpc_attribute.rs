//! `DescribeVpcAttribute`: the attributes of a default VPC.
//
// COMPAT: in a default VPC names are resolved and hosts have names ("DNS attributes for
// your VPC").

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
    if snapshot.vpcs.get(&caller.scope, &input.vpc_id).is_none() {
        return Err(describe::not_found(vpc::ID, &input.vpc_id));
    }
    let mut shown = DescribeVpcAttributeResult {
        vpc_id: Some(input.vpc_id),
        ..DescribeVpcAttributeResult::default()
    };
    let value = |value| Some(AttributeBooleanValue { value: Some(value) });
    match input.attribute {
        VpcAttributeName::EnableDnsSupport => shown.enable_dns_support = value(true),
        VpcAttributeName::EnableDnsHostnames => shown.enable_dns_hostnames = value(true),
        VpcAttributeName::EnableNetworkAddressUsageMetrics => {
            shown.enable_network_address_usage_metrics = value(false);
        }
    }
    Ok(shown)
}
