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
mod network_acl;
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
mod route_table;
mod rule_descriptions;
mod security_group;
mod subnet;
mod tagged;
mod tags;
mod update_security_group_rule_descriptions_egress;
mod update_security_group_rule_descriptions_ingress;
mod vpc;
mod zone;

use crate::{Api, Caller};

pub(crate) use self::tagged::tags_of;
use aws_api::ec2::{
    AllocateAddressRequest, AllocateAddressResult, AssociateAddressRequest, AssociateAddressResult,
    AssociateRouteTableRequest, AssociateRouteTableResult, AttachInternetGatewayRequest,
    AttachInternetGatewayResponse, AttachNetworkInterfaceRequest, AttachNetworkInterfaceResult,
    AuthorizeSecurityGroupEgressRequest, AuthorizeSecurityGroupEgressResult,
    AuthorizeSecurityGroupIngressRequest, AuthorizeSecurityGroupIngressResult,
    CreateDefaultSubnetRequest, CreateDefaultSubnetResult, CreateDefaultVpcRequest,
    CreateDefaultVpcResult, CreateInternetGatewayRequest, CreateInternetGatewayResult,
    CreateManagedPrefixListRequest, CreateManagedPrefixListResult, CreateNatGatewayRequest,
    CreateNatGatewayResult, CreateNetworkAclEntryRequest, CreateNetworkAclEntryResponse,
    CreateNetworkAclRequest, CreateNetworkAclResult, CreateNetworkInterfaceRequest,
    CreateNetworkInterfaceResult, CreateRouteRequest, CreateRouteResult, CreateRouteTableRequest,
    CreateRouteTableResult, CreateSecurityGroupRequest, CreateSecurityGroupResult,
    CreateSubnetRequest, CreateSubnetResult, CreateTagsRequest, CreateTagsResponse,
    CreateVpcRequest, CreateVpcResult, DeleteInternetGatewayRequest, DeleteInternetGatewayResponse,
    DeleteManagedPrefixListRequest, DeleteManagedPrefixListResult, DeleteNatGatewayRequest,
    DeleteNatGatewayResult, DeleteNetworkAclEntryRequest, DeleteNetworkAclEntryResponse,
    DeleteNetworkAclRequest, DeleteNetworkAclResponse, DeleteNetworkInterfaceRequest,
    DeleteNetworkInterfaceResponse, DeleteRouteRequest, DeleteRouteResponse,
    DeleteRouteTableRequest, DeleteRouteTableResponse, DeleteSecurityGroupRequest,
    DeleteSecurityGroupResult, DeleteSubnetRequest, DeleteSubnetResponse, DeleteTagsRequest,
    DeleteTagsResponse, DeleteVpcRequest, DeleteVpcResponse, DescribeAccountAttributesRequest,
    DescribeAccountAttributesResult, DescribeAddressesAttributeRequest,
    DescribeAddressesAttributeResult, DescribeAddressesRequest, DescribeAddressesResult,
    DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult,
    DescribeInternetGatewaysRequest, DescribeInternetGatewaysResult,
    DescribeManagedPrefixListsRequest, DescribeManagedPrefixListsResult,
    DescribeNatGatewaysRequest, DescribeNatGatewaysResult, DescribeNetworkAclsRequest,
    DescribeNetworkAclsResult, DescribeNetworkInterfaceAttributeRequest,
    DescribeNetworkInterfaceAttributeResult, DescribeNetworkInterfacesRequest,
    DescribeNetworkInterfacesResult, DescribePrefixListsRequest, DescribePrefixListsResult,
    DescribeRegionsRequest, DescribeRegionsResult, DescribeRouteTablesRequest,
    DescribeRouteTablesResult, DescribeSecurityGroupReferencesRequest,
    DescribeSecurityGroupReferencesResult, DescribeSecurityGroupRulesRequest,
    DescribeSecurityGroupRulesResult, DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult,
    DescribeStaleSecurityGroupsRequest, DescribeStaleSecurityGroupsResult, DescribeSubnetsRequest,
    DescribeSubnetsResult, DescribeTagsRequest, DescribeTagsResult, DescribeVpcAttributeRequest,
    DescribeVpcAttributeResult, DescribeVpcsRequest, DescribeVpcsResult,
    DetachInternetGatewayRequest, DetachInternetGatewayResponse, DetachNetworkInterfaceRequest,
    DetachNetworkInterfaceResponse, DisassociateAddressRequest, DisassociateAddressResponse,
    DisassociateRouteTableRequest, DisassociateRouteTableResponse, Ec2,
    GetManagedPrefixListAssociationsRequest, GetManagedPrefixListAssociationsResult,
    GetManagedPrefixListEntriesRequest, GetManagedPrefixListEntriesResult,
    GetSecurityGroupsForVpcRequest, GetSecurityGroupsForVpcResult, ModifyManagedPrefixListRequest,
    ModifyManagedPrefixListResult, ModifyNetworkInterfaceAttributeRequest,
    ModifyNetworkInterfaceAttributeResponse, ModifySecurityGroupRulesRequest,
    ModifySecurityGroupRulesResult, ModifySubnetAttributeRequest, ModifySubnetAttributeResponse,
    ModifyVpcAttributeRequest, ModifyVpcAttributeResponse, ReleaseAddressRequest,
    ReleaseAddressResponse, ReplaceNetworkAclAssociationRequest,
    ReplaceNetworkAclAssociationResult, ReplaceNetworkAclEntryRequest,
    ReplaceNetworkAclEntryResponse, ReplaceRouteRequest, ReplaceRouteResponse,
    ReplaceRouteTableAssociationRequest, ReplaceRouteTableAssociationResult,
    RestoreManagedPrefixListVersionRequest, RestoreManagedPrefixListVersionResult,
    RevokeSecurityGroupEgressRequest, RevokeSecurityGroupEgressResult,
    RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult,
    UpdateSecurityGroupRuleDescriptionsEgressRequest,
    UpdateSecurityGroupRuleDescriptionsEgressResult,
    UpdateSecurityGroupRuleDescriptionsIngressRequest,
    UpdateSecurityGroupRuleDescriptionsIngressResult,
};
use model::{AnyRecord, Entry, Plan, Record};
use wire::{ApiError, Request, Value};

impl Ec2 for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn allocate_address(
        &self,
        caller: &Caller,
        input: AllocateAddressRequest,
    ) -> Result<AllocateAddressResult, ApiError> {
        allocate_address::run(self, caller, input).await
    }

    async fn associate_address(
        &self,
        caller: &Caller,
        input: AssociateAddressRequest,
    ) -> Result<AssociateAddressResult, ApiError> {
        associate_address::run(self, caller, input).await
    }

    async fn associate_route_table(
        &self,
        caller: &Caller,
        input: AssociateRouteTableRequest,
    ) -> Result<AssociateRouteTableResult, ApiError> {
        associate_route_table::run(self, caller, input).await
    }

    async fn attach_internet_gateway(
        &self,
        caller: &Caller,
        input: AttachInternetGatewayRequest,
    ) -> Result<AttachInternetGatewayResponse, ApiError> {
        attach_internet_gateway::run(self, caller, input).await
    }

    async fn attach_network_interface(
        &self,
        caller: &Caller,
        input: AttachNetworkInterfaceRequest,
    ) -> Result<AttachNetworkInterfaceResult, ApiError> {
        attach_network_interface::run(self, caller, &input)
    }

    async fn authorize_security_group_egress(
        &self,
        caller: &Caller,
        input: AuthorizeSecurityGroupEgressRequest,
    ) -> Result<AuthorizeSecurityGroupEgressResult, ApiError> {
        authorize_security_group_egress::run(self, caller, input).await
    }

    async fn authorize_security_group_ingress(
        &self,
        caller: &Caller,
        input: AuthorizeSecurityGroupIngressRequest,
    ) -> Result<AuthorizeSecurityGroupIngressResult, ApiError> {
        authorize_security_group_ingress::run(self, caller, input).await
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

    async fn create_internet_gateway(
        &self,
        caller: &Caller,
        input: CreateInternetGatewayRequest,
    ) -> Result<CreateInternetGatewayResult, ApiError> {
        create_internet_gateway::run(self, caller, input).await
    }

    async fn create_managed_prefix_list(
        &self,
        caller: &Caller,
        input: CreateManagedPrefixListRequest,
    ) -> Result<CreateManagedPrefixListResult, ApiError> {
        create_managed_prefix_list::run(self, caller, input).await
    }

    async fn create_nat_gateway(
        &self,
        caller: &Caller,
        input: CreateNatGatewayRequest,
    ) -> Result<CreateNatGatewayResult, ApiError> {
        create_nat_gateway::run(self, caller, input).await
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

    async fn create_network_interface(
        &self,
        caller: &Caller,
        input: CreateNetworkInterfaceRequest,
    ) -> Result<CreateNetworkInterfaceResult, ApiError> {
        create_network_interface::run(self, caller, input).await
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

    async fn create_security_group(
        &self,
        caller: &Caller,
        input: CreateSecurityGroupRequest,
    ) -> Result<CreateSecurityGroupResult, ApiError> {
        create_security_group::run(self, caller, input).await
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

    async fn delete_internet_gateway(
        &self,
        caller: &Caller,
        input: DeleteInternetGatewayRequest,
    ) -> Result<DeleteInternetGatewayResponse, ApiError> {
        delete_internet_gateway::run(self, caller, input).await
    }

    async fn delete_managed_prefix_list(
        &self,
        caller: &Caller,
        input: DeleteManagedPrefixListRequest,
    ) -> Result<DeleteManagedPrefixListResult, ApiError> {
        delete_managed_prefix_list::run(self, caller, input).await
    }

    async fn delete_nat_gateway(
        &self,
        caller: &Caller,
        input: DeleteNatGatewayRequest,
    ) -> Result<DeleteNatGatewayResult, ApiError> {
        delete_nat_gateway::run(self, caller, input).await
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

    async fn delete_network_interface(
        &self,
        caller: &Caller,
        input: DeleteNetworkInterfaceRequest,
    ) -> Result<DeleteNetworkInterfaceResponse, ApiError> {
        delete_network_interface::run(self, caller, input).await
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

    async fn delete_security_group(
        &self,
        caller: &Caller,
        input: DeleteSecurityGroupRequest,
    ) -> Result<DeleteSecurityGroupResult, ApiError> {
        delete_security_group::run(self, caller, input).await
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

    async fn describe_addresses(
        &self,
        caller: &Caller,
        input: DescribeAddressesRequest,
    ) -> Result<DescribeAddressesResult, ApiError> {
        describe_addresses::run(self, caller, &input)
    }

    async fn describe_addresses_attribute(
        &self,
        caller: &Caller,
        input: DescribeAddressesAttributeRequest,
    ) -> Result<DescribeAddressesAttributeResult, ApiError> {
        describe_addresses_attribute::run(self, caller, &input)
    }

    async fn describe_availability_zones(
        &self,
        caller: &Caller,
        input: DescribeAvailabilityZonesRequest,
    ) -> Result<DescribeAvailabilityZonesResult, ApiError> {
        describe_availability_zones::run(caller, &input)
    }

    async fn describe_internet_gateways(
        &self,
        caller: &Caller,
        input: DescribeInternetGatewaysRequest,
    ) -> Result<DescribeInternetGatewaysResult, ApiError> {
        describe_internet_gateways::run(self, caller, input).await
    }

    async fn describe_managed_prefix_lists(
        &self,
        caller: &Caller,
        input: DescribeManagedPrefixListsRequest,
    ) -> Result<DescribeManagedPrefixListsResult, ApiError> {
        describe_managed_prefix_lists::run(self, caller, &input)
    }

    async fn describe_nat_gateways(
        &self,
        caller: &Caller,
        input: DescribeNatGatewaysRequest,
    ) -> Result<DescribeNatGatewaysResult, ApiError> {
        describe_nat_gateways::run(self, caller, &input)
    }

    async fn describe_network_acls(
        &self,
        caller: &Caller,
        input: DescribeNetworkAclsRequest,
    ) -> Result<DescribeNetworkAclsResult, ApiError> {
        describe_network_acls::run(self, caller, input).await
    }

    async fn describe_network_interface_attribute(
        &self,
        caller: &Caller,
        input: DescribeNetworkInterfaceAttributeRequest,
    ) -> Result<DescribeNetworkInterfaceAttributeResult, ApiError> {
        describe_network_interface_attribute::run(self, caller, &input)
    }

    async fn describe_network_interfaces(
        &self,
        caller: &Caller,
        input: DescribeNetworkInterfacesRequest,
    ) -> Result<DescribeNetworkInterfacesResult, ApiError> {
        describe_network_interfaces::run(self, caller, &input)
    }

    async fn describe_prefix_lists(
        &self,
        _caller: &Caller,
        input: DescribePrefixListsRequest,
    ) -> Result<DescribePrefixListsResult, ApiError> {
        describe_prefix_lists::run(&input)
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

    async fn describe_security_group_references(
        &self,
        caller: &Caller,
        input: DescribeSecurityGroupReferencesRequest,
    ) -> Result<DescribeSecurityGroupReferencesResult, ApiError> {
        describe_security_group_references::run(self, caller, input).await
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

    async fn describe_stale_security_groups(
        &self,
        caller: &Caller,
        input: DescribeStaleSecurityGroupsRequest,
    ) -> Result<DescribeStaleSecurityGroupsResult, ApiError> {
        describe_stale_security_groups::run(self, caller, input).await
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

    async fn detach_internet_gateway(
        &self,
        caller: &Caller,
        input: DetachInternetGatewayRequest,
    ) -> Result<DetachInternetGatewayResponse, ApiError> {
        detach_internet_gateway::run(self, caller, input).await
    }

    async fn detach_network_interface(
        &self,
        caller: &Caller,
        input: DetachNetworkInterfaceRequest,
    ) -> Result<DetachNetworkInterfaceResponse, ApiError> {
        detach_network_interface::run(self, caller, &input)
    }

    async fn disassociate_address(
        &self,
        caller: &Caller,
        input: DisassociateAddressRequest,
    ) -> Result<DisassociateAddressResponse, ApiError> {
        disassociate_address::run(self, caller, input).await
    }

    async fn disassociate_route_table(
        &self,
        caller: &Caller,
        input: DisassociateRouteTableRequest,
    ) -> Result<DisassociateRouteTableResponse, ApiError> {
        disassociate_route_table::run(self, caller, input).await
    }

    async fn get_managed_prefix_list_associations(
        &self,
        caller: &Caller,
        input: GetManagedPrefixListAssociationsRequest,
    ) -> Result<GetManagedPrefixListAssociationsResult, ApiError> {
        get_managed_prefix_list_associations::run(self, caller, &input)
    }

    async fn get_managed_prefix_list_entries(
        &self,
        caller: &Caller,
        input: GetManagedPrefixListEntriesRequest,
    ) -> Result<GetManagedPrefixListEntriesResult, ApiError> {
        get_managed_prefix_list_entries::run(self, caller, &input)
    }

    async fn get_security_groups_for_vpc(
        &self,
        caller: &Caller,
        input: GetSecurityGroupsForVpcRequest,
    ) -> Result<GetSecurityGroupsForVpcResult, ApiError> {
        get_security_groups_for_vpc::run(self, caller, input).await
    }

    async fn modify_managed_prefix_list(
        &self,
        caller: &Caller,
        input: ModifyManagedPrefixListRequest,
    ) -> Result<ModifyManagedPrefixListResult, ApiError> {
        modify_managed_prefix_list::run(self, caller, input).await
    }

    async fn modify_network_interface_attribute(
        &self,
        caller: &Caller,
        input: ModifyNetworkInterfaceAttributeRequest,
    ) -> Result<ModifyNetworkInterfaceAttributeResponse, ApiError> {
        modify_network_interface_attribute::run(self, caller, input).await
    }

    async fn modify_security_group_rules(
        &self,
        caller: &Caller,
        input: ModifySecurityGroupRulesRequest,
    ) -> Result<ModifySecurityGroupRulesResult, ApiError> {
        modify_security_group_rules::run(self, caller, input).await
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

    async fn release_address(
        &self,
        caller: &Caller,
        input: ReleaseAddressRequest,
    ) -> Result<ReleaseAddressResponse, ApiError> {
        release_address::run(self, caller, input).await
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

    async fn restore_managed_prefix_list_version(
        &self,
        caller: &Caller,
        input: RestoreManagedPrefixListVersionRequest,
    ) -> Result<RestoreManagedPrefixListVersionResult, ApiError> {
        restore_managed_prefix_list_version::run(self, caller, input).await
    }

    async fn revoke_security_group_egress(
        &self,
        caller: &Caller,
        input: RevokeSecurityGroupEgressRequest,
    ) -> Result<RevokeSecurityGroupEgressResult, ApiError> {
        revoke_security_group_egress::run(self, caller, input).await
    }

    async fn revoke_security_group_ingress(
        &self,
        caller: &Caller,
        input: RevokeSecurityGroupIngressRequest,
    ) -> Result<RevokeSecurityGroupIngressResult, ApiError> {
        revoke_security_group_ingress::run(self, caller, input).await
    }

    async fn update_security_group_rule_descriptions_egress(
        &self,
        caller: &Caller,
        input: UpdateSecurityGroupRuleDescriptionsEgressRequest,
    ) -> Result<UpdateSecurityGroupRuleDescriptionsEgressResult, ApiError> {
        update_security_group_rule_descriptions_egress::run(self, caller, input).await
    }

    async fn update_security_group_rule_descriptions_ingress(
        &self,
        caller: &Caller,
        input: UpdateSecurityGroupRuleDescriptionsIngressRequest,
    ) -> Result<UpdateSecurityGroupRuleDescriptionsIngressResult, ApiError> {
        update_security_group_rule_descriptions_ingress::run(self, caller, input).await
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
