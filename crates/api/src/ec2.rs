//! Amazon EC2 networking: the trait's methods, each in a file of its own.

mod describe;
mod describe_availability_zones;
mod describe_security_group_rules;
mod describe_security_groups;
mod describe_subnets;
mod describe_vpcs;
mod filter;
mod security_group;
mod subnet;
mod tags;
mod vpc;
mod zone;

use aws_api::ec2::{
    DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult,
    DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult,
    DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult, DescribeSubnetsRequest,
    DescribeSubnetsResult, DescribeVpcsRequest, DescribeVpcsResult, Ec2,
};
use wire::ApiError;

use crate::{Api, Caller};

impl Ec2 for Api {
    type Context = Caller;

    async fn describe_availability_zones(
        &self,
        caller: &Caller,
        input: DescribeAvailabilityZonesRequest,
    ) -> Result<DescribeAvailabilityZonesResult, ApiError> {
        describe_availability_zones::run(self, caller, input).await
    }

    async fn describe_security_group_rules(
        &self,
        caller: &Caller,
        input: DescribeSecurityGroupRulesRequest,
    ) -> Result<DescribeSecurityGroupRulesResult, ApiError> {
        describe_security_group_rules::run(self, caller, input).await
    }

    async fn describe_security_groups(
        &self,
        caller: &Caller,
        input: DescribeSecurityGroupsRequest,
    ) -> Result<DescribeSecurityGroupsResult, ApiError> {
        describe_security_groups::run(self, caller, input).await
    }

    async fn describe_subnets(
        &self,
        caller: &Caller,
        input: DescribeSubnetsRequest,
    ) -> Result<DescribeSubnetsResult, ApiError> {
        describe_subnets::run(self, caller, input).await
    }

    async fn describe_vpcs(
        &self,
        caller: &Caller,
        input: DescribeVpcsRequest,
    ) -> Result<DescribeVpcsResult, ApiError> {
        describe_vpcs::run(self, caller, input).await
    }
}

/// A value that AWS does not take either.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterValue", message)
}
