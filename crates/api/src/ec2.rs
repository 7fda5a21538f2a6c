//! Amazon EC2 networking: the trait's methods, each in a file of its own.

mod create_tags;
mod delete_tags;
mod describe;
mod describe_account_attributes;
mod describe_availability_zones;
mod describe_network_interfaces;
mod describe_regions;
mod describe_security_group_rules;
mod describe_security_groups;
mod describe_subnets;
mod describe_tags;
mod describe_vpc_attribute;
mod describe_vpcs;
mod filter;
mod network_interface;
mod security_group;
mod subnet;
mod tagged;
mod tags;
mod vpc;
mod zone;

use aws_api::ec2::{
    CreateTagsRequest, CreateTagsResponse, DeleteTagsRequest, DeleteTagsResponse,
    DescribeAccountAttributesRequest, DescribeAccountAttributesResult,
    DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult,
    DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult, DescribeRegionsRequest,
    DescribeRegionsResult, DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult,
    DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult, DescribeSubnetsRequest,
    DescribeSubnetsResult, DescribeTagsRequest, DescribeTagsResult, DescribeVpcAttributeRequest,
    DescribeVpcAttributeResult, DescribeVpcsRequest, DescribeVpcsResult, Ec2,
};
use wire::ApiError;

use crate::{Api, Caller};

impl Ec2 for Api {
    type Context = Caller;

    async fn create_tags(
        &self,
        caller: &Caller,
        input: CreateTagsRequest,
    ) -> Result<CreateTagsResponse, ApiError> {
        create_tags::run(self, caller, input).await
    }

    async fn delete_tags(
        &self,
        caller: &Caller,
        input: DeleteTagsRequest,
    ) -> Result<DeleteTagsResponse, ApiError> {
        delete_tags::run(self, caller, input).await
    }

    async fn describe_account_attributes(
        &self,
        caller: &Caller,
        input: DescribeAccountAttributesRequest,
    ) -> Result<DescribeAccountAttributesResult, ApiError> {
        describe_account_attributes::run(self, caller, input).await
    }

    async fn describe_availability_zones(
        &self,
        caller: &Caller,
        input: DescribeAvailabilityZonesRequest,
    ) -> Result<DescribeAvailabilityZonesResult, ApiError> {
        describe_availability_zones::run(caller, &input)
    }

    async fn describe_network_interfaces(
        &self,
        caller: &Caller,
        input: DescribeNetworkInterfacesRequest,
    ) -> Result<DescribeNetworkInterfacesResult, ApiError> {
        describe_network_interfaces::run(self, caller, &input)
    }

    async fn describe_regions(
        &self,
        caller: &Caller,
        input: DescribeRegionsRequest,
    ) -> Result<DescribeRegionsResult, ApiError> {
        describe_regions::run(caller, &input)
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

    async fn describe_tags(
        &self,
        caller: &Caller,
        input: DescribeTagsRequest,
    ) -> Result<DescribeTagsResult, ApiError> {
        describe_tags::run(self, caller, &input)
    }

    async fn describe_vpc_attribute(
        &self,
        caller: &Caller,
        input: DescribeVpcAttributeRequest,
    ) -> Result<DescribeVpcAttributeResult, ApiError> {
        describe_vpc_attribute::run(self, caller, input).await
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
