//! Amazon EC2 networking: the trait's methods, each in a file of its own.

mod allocate_address;
mod associate_address;
mod associate_route_table;
mod attach_internet_gateway;
mod attach_network_interface;
mod attribute;
mod authorize_security_group_egress;
mod authorize_security_group_ingress;
mod create_default_subnet;
mod create_default_vpc;
mod create_internet_gateway;
mod create_managed_prefix_list;
mod create_nat_gateway;
mod create_network_acl;
mod create_network_acl_entry;
mod create_network_interface;
mod create_route;
mod create_route_table;
mod create_security_group;
mod create_subnet;
mod create_tags;
mod create_vpc;
mod delete_internet_gateway;
mod delete_managed_prefix_list;
mod delete_nat_gateway;
mod delete_network_acl;
mod delete_network_acl_entry;
mod delete_network_interface;
mod delete_route;
mod delete_route_table;
mod delete_security_group;
mod delete_subnet;
mod delete_tags;
mod delete_vpc;
mod describe;
mod describe_account_attributes;
mod describe_addresses;
mod describe_addresses_attribute;
mod describe_availability_zones;
mod describe_internet_gateways;
mod describe_managed_prefix_lists;
mod describe_nat_gateways;
mod describe_network_acls;
mod describe_network_interface_attribute;
mod describe_network_interfaces;
mod describe_prefix_lists;
mod describe_regions;
mod describe_route_tables;
mod describe_security_group_references;
mod describe_security_group_rules;
mod describe_security_groups;
mod describe_stale_security_groups;
mod describe_subnets;
mod describe_tags;
mod describe_vpc_attribute;
mod describe_vpcs;
mod detach_internet_gateway;
mod detach_network_interface;
mod disassociate_address;
mod disassociate_route_table;
mod elastic_ip;
mod filter;
mod get_managed_prefix_list_associations;
mod get_managed_prefix_list_entries;
mod get_security_groups_for_vpc;
mod group_rules;
pub(crate) mod interface_association;
mod interface_attachment;
mod internet_gateway;
mod modify_managed_prefix_list;
mod modify_network_interface_attribute;
mod modify_security_group_rules;
mod modify_subnet_attribute;
mod modify_vpc_attribute;
mod nat_gateway;
pub(crate) mod network_acl;
mod network_acl_entry;
mod network_interface;
mod new_interface;
mod permission;
mod prefix_list;
mod range;
mod release_address;
mod replace_network_acl_association;
mod replace_network_acl_entry;
mod replace_route;
mod replace_route_table_association;
mod restore_managed_prefix_list_version;
mod revocation;
mod revoke_security_group_egress;
mod revoke_security_group_ingress;
mod route;
pub(crate) mod route_table;
mod rule_descriptions;
pub(crate) mod security_group;
mod subnet;
mod tagged;
mod tags;
mod update_security_group_rule_descriptions_egress;
mod update_security_group_rule_descriptions_ingress;
mod vpc;
mod zone;

use crate::operations::operations;
use crate::{Api, Caller};

pub(crate) use self::tagged::tags_of;
use aws_api::ec2::{self, Ec2};
use model::{AnyRecord, Entry, Plan, Record};
use wire::{ApiError, Request, Value};

impl Ec2 for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        allocate_address(ec2::AllocateAddressRequest) -> ec2::AllocateAddressResult;
        associate_address(ec2::AssociateAddressRequest) -> ec2::AssociateAddressResult;
        associate_route_table(ec2::AssociateRouteTableRequest) -> ec2::AssociateRouteTableResult;
        attach_internet_gateway(ec2::AttachInternetGatewayRequest)
            -> ec2::AttachInternetGatewayResponse;
        attach_network_interface(&ec2::AttachNetworkInterfaceRequest)
            -> ec2::AttachNetworkInterfaceResult;
        authorize_security_group_egress(ec2::AuthorizeSecurityGroupEgressRequest)
            -> ec2::AuthorizeSecurityGroupEgressResult;
        authorize_security_group_ingress(ec2::AuthorizeSecurityGroupIngressRequest)
            -> ec2::AuthorizeSecurityGroupIngressResult;
        create_default_subnet(ec2::CreateDefaultSubnetRequest) -> ec2::CreateDefaultSubnetResult;
        create_default_vpc(ec2::CreateDefaultVpcRequest) -> ec2::CreateDefaultVpcResult;
        create_internet_gateway(ec2::CreateInternetGatewayRequest)
            -> ec2::CreateInternetGatewayResult;
        create_managed_prefix_list(ec2::CreateManagedPrefixListRequest)
            -> ec2::CreateManagedPrefixListResult;
        create_nat_gateway(ec2::CreateNatGatewayRequest) -> ec2::CreateNatGatewayResult;
        create_network_acl(ec2::CreateNetworkAclRequest) -> ec2::CreateNetworkAclResult;
        create_network_acl_entry(ec2::CreateNetworkAclEntryRequest)
            -> ec2::CreateNetworkAclEntryResponse;
        create_network_interface(ec2::CreateNetworkInterfaceRequest)
            -> ec2::CreateNetworkInterfaceResult;
        create_route(ec2::CreateRouteRequest) -> ec2::CreateRouteResult;
        create_route_table(ec2::CreateRouteTableRequest) -> ec2::CreateRouteTableResult;
        create_security_group(ec2::CreateSecurityGroupRequest) -> ec2::CreateSecurityGroupResult;
        create_subnet(ec2::CreateSubnetRequest) -> ec2::CreateSubnetResult;
        create_tags(ec2::CreateTagsRequest) -> ec2::CreateTagsResponse;
        create_vpc(ec2::CreateVpcRequest) -> ec2::CreateVpcResult;
        delete_internet_gateway(ec2::DeleteInternetGatewayRequest)
            -> ec2::DeleteInternetGatewayResponse;
        delete_managed_prefix_list(ec2::DeleteManagedPrefixListRequest)
            -> ec2::DeleteManagedPrefixListResult;
        delete_nat_gateway(ec2::DeleteNatGatewayRequest) -> ec2::DeleteNatGatewayResult;
        delete_network_acl(ec2::DeleteNetworkAclRequest) -> ec2::DeleteNetworkAclResponse;
        delete_network_acl_entry(ec2::DeleteNetworkAclEntryRequest)
            -> ec2::DeleteNetworkAclEntryResponse;
        delete_network_interface(ec2::DeleteNetworkInterfaceRequest)
            -> ec2::DeleteNetworkInterfaceResponse;
        delete_route(ec2::DeleteRouteRequest) -> ec2::DeleteRouteResponse;
        delete_route_table(ec2::DeleteRouteTableRequest) -> ec2::DeleteRouteTableResponse;
        delete_security_group(ec2::DeleteSecurityGroupRequest) -> ec2::DeleteSecurityGroupResult;
        delete_subnet(ec2::DeleteSubnetRequest) -> ec2::DeleteSubnetResponse;
        delete_tags(ec2::DeleteTagsRequest) -> ec2::DeleteTagsResponse;
        delete_vpc(ec2::DeleteVpcRequest) -> ec2::DeleteVpcResponse;
        describe_account_attributes(ec2::DescribeAccountAttributesRequest)
            -> ec2::DescribeAccountAttributesResult;
        describe_addresses(&ec2::DescribeAddressesRequest) -> ec2::DescribeAddressesResult;
        describe_addresses_attribute(&ec2::DescribeAddressesAttributeRequest)
            -> ec2::DescribeAddressesAttributeResult;
        describe_internet_gateways(ec2::DescribeInternetGatewaysRequest)
            -> ec2::DescribeInternetGatewaysResult;
        describe_managed_prefix_lists(&ec2::DescribeManagedPrefixListsRequest)
            -> ec2::DescribeManagedPrefixListsResult;
        describe_nat_gateways(&ec2::DescribeNatGatewaysRequest) -> ec2::DescribeNatGatewaysResult;
        describe_network_acls(ec2::DescribeNetworkAclsRequest) -> ec2::DescribeNetworkAclsResult;
        describe_network_interface_attribute(&ec2::DescribeNetworkInterfaceAttributeRequest)
            -> ec2::DescribeNetworkInterfaceAttributeResult;
        describe_network_interfaces(&ec2::DescribeNetworkInterfacesRequest)
            -> ec2::DescribeNetworkInterfacesResult;
        describe_route_tables(ec2::DescribeRouteTablesRequest) -> ec2::DescribeRouteTablesResult;
        describe_security_group_references(ec2::DescribeSecurityGroupReferencesRequest)
            -> ec2::DescribeSecurityGroupReferencesResult;
        describe_security_group_rules(ec2::DescribeSecurityGroupRulesRequest)
            -> ec2::DescribeSecurityGroupRulesResult;
        describe_security_groups(ec2::DescribeSecurityGroupsRequest)
            -> ec2::DescribeSecurityGroupsResult;
        describe_stale_security_groups(ec2::DescribeStaleSecurityGroupsRequest)
            -> ec2::DescribeStaleSecurityGroupsResult;
        describe_subnets(ec2::DescribeSubnetsRequest) -> ec2::DescribeSubnetsResult;
        describe_tags(&ec2::DescribeTagsRequest) -> ec2::DescribeTagsResult;
        describe_vpc_attribute(ec2::DescribeVpcAttributeRequest) -> ec2::DescribeVpcAttributeResult;
        describe_vpcs(ec2::DescribeVpcsRequest) -> ec2::DescribeVpcsResult;
        detach_internet_gateway(ec2::DetachInternetGatewayRequest)
            -> ec2::DetachInternetGatewayResponse;
        detach_network_interface(&ec2::DetachNetworkInterfaceRequest)
            -> ec2::DetachNetworkInterfaceResponse;
        disassociate_address(ec2::DisassociateAddressRequest) -> ec2::DisassociateAddressResponse;
        disassociate_route_table(ec2::DisassociateRouteTableRequest)
            -> ec2::DisassociateRouteTableResponse;
        get_managed_prefix_list_associations(&ec2::GetManagedPrefixListAssociationsRequest)
            -> ec2::GetManagedPrefixListAssociationsResult;
        get_managed_prefix_list_entries(&ec2::GetManagedPrefixListEntriesRequest)
            -> ec2::GetManagedPrefixListEntriesResult;
        get_security_groups_for_vpc(ec2::GetSecurityGroupsForVpcRequest)
            -> ec2::GetSecurityGroupsForVpcResult;
        modify_managed_prefix_list(ec2::ModifyManagedPrefixListRequest)
            -> ec2::ModifyManagedPrefixListResult;
        modify_network_interface_attribute(ec2::ModifyNetworkInterfaceAttributeRequest)
            -> ec2::ModifyNetworkInterfaceAttributeResponse;
        modify_security_group_rules(ec2::ModifySecurityGroupRulesRequest)
            -> ec2::ModifySecurityGroupRulesResult;
        modify_subnet_attribute(ec2::ModifySubnetAttributeRequest)
            -> ec2::ModifySubnetAttributeResponse;
        modify_vpc_attribute(ec2::ModifyVpcAttributeRequest) -> ec2::ModifyVpcAttributeResponse;
        release_address(ec2::ReleaseAddressRequest) -> ec2::ReleaseAddressResponse;
        replace_network_acl_association(ec2::ReplaceNetworkAclAssociationRequest)
            -> ec2::ReplaceNetworkAclAssociationResult;
        replace_network_acl_entry(ec2::ReplaceNetworkAclEntryRequest)
            -> ec2::ReplaceNetworkAclEntryResponse;
        replace_route(ec2::ReplaceRouteRequest) -> ec2::ReplaceRouteResponse;
        replace_route_table_association(ec2::ReplaceRouteTableAssociationRequest)
            -> ec2::ReplaceRouteTableAssociationResult;
        restore_managed_prefix_list_version(ec2::RestoreManagedPrefixListVersionRequest)
            -> ec2::RestoreManagedPrefixListVersionResult;
        revoke_security_group_egress(ec2::RevokeSecurityGroupEgressRequest)
            -> ec2::RevokeSecurityGroupEgressResult;
        revoke_security_group_ingress(ec2::RevokeSecurityGroupIngressRequest)
            -> ec2::RevokeSecurityGroupIngressResult;
        update_security_group_rule_descriptions_egress(
            ec2::UpdateSecurityGroupRuleDescriptionsEgressRequest
        ) -> ec2::UpdateSecurityGroupRuleDescriptionsEgressResult;
        update_security_group_rule_descriptions_ingress(
            ec2::UpdateSecurityGroupRuleDescriptionsIngressRequest
        ) -> ec2::UpdateSecurityGroupRuleDescriptionsIngressResult;
    }

    async fn describe_availability_zones(
        &self,
        caller: &Caller,
        input: ec2::DescribeAvailabilityZonesRequest,
    ) -> Result<ec2::DescribeAvailabilityZonesResult, ApiError> {
        describe_availability_zones::run(caller, &input)
    }

    async fn describe_prefix_lists(
        &self,
        _caller: &Caller,
        input: ec2::DescribePrefixListsRequest,
    ) -> Result<ec2::DescribePrefixListsResult, ApiError> {
        describe_prefix_lists::run(&input)
    }

    async fn describe_regions(
        &self,
        caller: &Caller,
        input: ec2::DescribeRegionsRequest,
    ) -> Result<ec2::DescribeRegionsResult, ApiError> {
        describe_regions::run(caller, &input)
    }
}

/// Commits a record again as it was read. A plan that was made beside this one and that would
/// take it away, having seen nobody use it, is then made again.
fn hold<R: Record + Into<AnyRecord>>(plan: &mut Plan, entry: &Entry<R>) {
    plan.update(entry, (*entry.record).clone());
}

/// A member that the operation cannot do without.
fn missing(name: &str) -> ApiError {
    let message = format!("The request must contain the parameter {name}");
    ApiError::client("MissingParameter", message)
}

/// What AWS does and Longshore does not.
fn unsupported(message: String) -> ApiError {
    ApiError::client("UnsupportedOperation", message)
}

/// A value that AWS does not take either.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterValue", message)
}

/// A client token that stood for something else.
fn token_mismatch() -> ApiError {
    ApiError::client(
        "IdempotentParameterMismatch",
        "The client token was already used by a request with other parameters.",
    )
}

/// A client token that stands for another request.
fn not_idempotent() -> ApiError {
    ApiError::client(
        "IdempotentParameterMismatch",
        "The client token was used for a request with different parameters.",
    )
}
