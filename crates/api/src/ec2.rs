//! Amazon EC2 networking: the trait's methods, each in a file of its own.

mod associate_route_table;
mod attribute;
mod create_default_subnet;
mod create_default_vpc;
mod create_network_acl;
mod create_network_acl_entry;
mod create_route;
mod create_route_table;
mod create_subnet;
mod create_tags;
mod create_vpc;
mod delete_network_acl;
mod delete_network_acl_entry;
mod delete_route;
mod delete_route_table;
mod delete_subnet;
mod delete_tags;
mod delete_vpc;
mod describe;
mod describe_account_attributes;
mod describe_availability_zones;
mod describe_network_acls;
mod describe_network_interfaces;
mod describe_regions;
mod describe_route_tables;
mod describe_security_group_rules;
mod describe_security_groups;
mod describe_subnets;
mod describe_tags;
mod describe_vpc_attribute;
mod describe_vpcs;
mod disassociate_route_table;
mod filter;
mod modify_subnet_attribute;
mod modify_vpc_attribute;
mod network_acl;
mod network_acl_entry;
mod network_interface;
mod range;
mod replace_network_acl_association;
mod replace_network_acl_entry;
mod replace_route;
mod replace_route_table_association;
mod route;
mod route_table;
mod security_group;
mod subnet;
mod tagged;
mod tags;
mod vpc;
mod zone;

use aws_api::ec2::{
    AssociateRouteTableRequest, AssociateRouteTableResult, CreateDefaultSubnetRequest,
    CreateDefaultSubnetResult, CreateDefaultVpcRequest, CreateDefaultVpcResult,
    CreateNetworkAclEntryRequest, CreateNetworkAclEntryResponse, CreateNetworkAclRequest,
    CreateNetworkAclResult, CreateRouteRequest, CreateRouteResult, CreateRouteTableRequest,
    CreateRouteTableResult, CreateSubnetRequest, CreateSubnetResult, CreateTagsRequest,
    CreateTagsResponse, CreateVpcRequest, CreateVpcResult, DeleteNetworkAclEntryRequest,
    DeleteNetworkAclEntryResponse, DeleteNetworkAclRequest, DeleteNetworkAclResponse,
    DeleteRouteRequest, DeleteRouteResponse, DeleteRouteTableRequest, DeleteRouteTableResponse,
    DeleteSubnetRequest, DeleteSubnetResponse, DeleteTagsRequest, DeleteTagsResponse,
    DeleteVpcRequest, DeleteVpcResponse, DescribeAccountAttributesRequest,
    DescribeAccountAttributesResult, DescribeAvailabilityZonesRequest,
    DescribeAvailabilityZonesResult, DescribeNetworkAclsRequest, DescribeNetworkAclsResult,
    DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult, DescribeRegionsRequest,
    DescribeRegionsResult, DescribeRouteTablesRequest, DescribeRouteTablesResult,
    DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult,
    DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult, DescribeSubnetsRequest,
    DescribeSubnetsResult, DescribeTagsRequest, DescribeTagsResult, DescribeVpcAttributeRequest,
    DescribeVpcAttributeResult, DescribeVpcsRequest, DescribeVpcsResult,
    DisassociateRouteTableRequest, DisassociateRouteTableResponse, Ec2,
    ModifySubnetAttributeRequest, ModifySubnetAttributeResponse, ModifyVpcAttributeRequest,
    ModifyVpcAttributeResponse, ReplaceNetworkAclAssociationRequest,
    ReplaceNetworkAclAssociationResult, ReplaceNetworkAclEntryRequest,
    ReplaceNetworkAclEntryResponse, ReplaceRouteRequest, ReplaceRouteResponse,
    ReplaceRouteTableAssociationRequest, ReplaceRouteTableAssociationResult,
};
use wire::ApiError;

use crate::{Api, Caller};

impl Ec2 for Api {
    type Context = Caller;

    async fn associate_route_table(
        &self,
        caller: &Caller,
        input: AssociateRouteTableRequest,
    ) -> Result<AssociateRouteTableResult, ApiError> {
        associate_route_table::run(self, caller, input).await
    }

    async fn create_default_subnet(
        &self,
        caller: &Caller,
        input: CreateDefaultSubnetRequest,
    ) -> Result<CreateDefaultSubnetResult, ApiError> {
        create_default_subnet::run(self, caller, input).await
    }

    async fn create_default_vpc(
        &self,
        caller: &Caller,
        input: CreateDefaultVpcRequest,
    ) -> Result<CreateDefaultVpcResult, ApiError> {
        create_default_vpc::run(self, caller, input).await
    }

    async fn create_network_acl(
        &self,
        caller: &Caller,
        input: CreateNetworkAclRequest,
    ) -> Result<CreateNetworkAclResult, ApiError> {
        create_network_acl::run(self, caller, input).await
    }

    async fn create_network_acl_entry(
        &self,
        caller: &Caller,
        input: CreateNetworkAclEntryRequest,
    ) -> Result<CreateNetworkAclEntryResponse, ApiError> {
        create_network_acl_entry::run(self, caller, input).await
    }

    async fn create_route(
        &self,
        caller: &Caller,
        input: CreateRouteRequest,
    ) -> Result<CreateRouteResult, ApiError> {
        create_route::run(self, caller, input).await
    }

    async fn create_route_table(
        &self,
        caller: &Caller,
        input: CreateRouteTableRequest,
    ) -> Result<CreateRouteTableResult, ApiError> {
        create_route_table::run(self, caller, input).await
    }

    async fn create_subnet(
        &self,
        caller: &Caller,
        input: CreateSubnetRequest,
    ) -> Result<CreateSubnetResult, ApiError> {
        create_subnet::run(self, caller, input).await
    }

    async fn create_tags(
        &self,
        caller: &Caller,
        input: CreateTagsRequest,
    ) -> Result<CreateTagsResponse, ApiError> {
        create_tags::run(self, caller, input).await
    }

    async fn create_vpc(
        &self,
        caller: &Caller,
        input: CreateVpcRequest,
    ) -> Result<CreateVpcResult, ApiError> {
        create_vpc::run(self, caller, input).await
    }

    async fn delete_network_acl(
        &self,
        caller: &Caller,
        input: DeleteNetworkAclRequest,
    ) -> Result<DeleteNetworkAclResponse, ApiError> {
        delete_network_acl::run(self, caller, input).await
    }

    async fn delete_network_acl_entry(
        &self,
        caller: &Caller,
        input: DeleteNetworkAclEntryRequest,
    ) -> Result<DeleteNetworkAclEntryResponse, ApiError> {
        delete_network_acl_entry::run(self, caller, input).await
    }

    async fn delete_route(
        &self,
        caller: &Caller,
        input: DeleteRouteRequest,
    ) -> Result<DeleteRouteResponse, ApiError> {
        delete_route::run(self, caller, input).await
    }

    async fn delete_route_table(
        &self,
        caller: &Caller,
        input: DeleteRouteTableRequest,
    ) -> Result<DeleteRouteTableResponse, ApiError> {
        delete_route_table::run(self, caller, input).await
    }

    async fn delete_subnet(
        &self,
        caller: &Caller,
        input: DeleteSubnetRequest,
    ) -> Result<DeleteSubnetResponse, ApiError> {
        delete_subnet::run(self, caller, input).await
    }

    async fn delete_tags(
        &self,
        caller: &Caller,
        input: DeleteTagsRequest,
    ) -> Result<DeleteTagsResponse, ApiError> {
        delete_tags::run(self, caller, input).await
    }

    async fn delete_vpc(
        &self,
        caller: &Caller,
        input: DeleteVpcRequest,
    ) -> Result<DeleteVpcResponse, ApiError> {
        delete_vpc::run(self, caller, input).await
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

    async fn describe_network_acls(
        &self,
        caller: &Caller,
        input: DescribeNetworkAclsRequest,
    ) -> Result<DescribeNetworkAclsResult, ApiError> {
        describe_network_acls::run(self, caller, input).await
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

    async fn describe_route_tables(
        &self,
        caller: &Caller,
        input: DescribeRouteTablesRequest,
    ) -> Result<DescribeRouteTablesResult, ApiError> {
        describe_route_tables::run(self, caller, input).await
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

    async fn disassociate_route_table(
        &self,
        caller: &Caller,
        input: DisassociateRouteTableRequest,
    ) -> Result<DisassociateRouteTableResponse, ApiError> {
        disassociate_route_table::run(self, caller, input).await
    }

    async fn modify_subnet_attribute(
        &self,
        caller: &Caller,
        input: ModifySubnetAttributeRequest,
    ) -> Result<ModifySubnetAttributeResponse, ApiError> {
        modify_subnet_attribute::run(self, caller, input).await
    }

    async fn modify_vpc_attribute(
        &self,
        caller: &Caller,
        input: ModifyVpcAttributeRequest,
    ) -> Result<ModifyVpcAttributeResponse, ApiError> {
        modify_vpc_attribute::run(self, caller, input).await
    }

    async fn replace_network_acl_association(
        &self,
        caller: &Caller,
        input: ReplaceNetworkAclAssociationRequest,
    ) -> Result<ReplaceNetworkAclAssociationResult, ApiError> {
        replace_network_acl_association::run(self, caller, input).await
    }

    async fn replace_network_acl_entry(
        &self,
        caller: &Caller,
        input: ReplaceNetworkAclEntryRequest,
    ) -> Result<ReplaceNetworkAclEntryResponse, ApiError> {
        replace_network_acl_entry::run(self, caller, input).await
    }

    async fn replace_route(
        &self,
        caller: &Caller,
        input: ReplaceRouteRequest,
    ) -> Result<ReplaceRouteResponse, ApiError> {
        replace_route::run(self, caller, input).await
    }

    async fn replace_route_table_association(
        &self,
        caller: &Caller,
        input: ReplaceRouteTableAssociationRequest,
    ) -> Result<ReplaceRouteTableAssociationResult, ApiError> {
        replace_route_table_association::run(self, caller, input).await
    }
}

/// A value that AWS does not take either.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterValue", message)
}

/// What AWS takes and Longshore does not do.
fn unsupported(message: String) -> ApiError {
    ApiError::client("UnsupportedOperation", message)
}

/// A client token that stands for another request.
fn not_idempotent() -> ApiError {
    ApiError::client(
        "IdempotentParameterMismatch",
        "The client token was used for a request with different parameters.",
    )
}
