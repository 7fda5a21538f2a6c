//! Amazon EC2 networking: the trait's methods, each in a file of its own.

mod allocate_address;
mod associate_address;
mod attach_internet_gateway;
mod attach_network_interface;
mod create_internet_gateway;
mod create_nat_gateway;
mod create_network_interface;
mod create_tags;
mod delete_internet_gateway;
mod delete_nat_gateway;
mod delete_network_interface;
mod delete_tags;
mod describe;
mod describe_account_attributes;
mod describe_addresses;
mod describe_addresses_attribute;
mod describe_availability_zones;
mod describe_internet_gateways;
mod describe_nat_gateways;
mod describe_network_interface_attribute;
mod describe_network_interfaces;
mod describe_regions;
mod describe_security_group_rules;
mod describe_security_groups;
mod describe_subnets;
mod describe_tags;
mod describe_vpc_attribute;
mod describe_vpcs;
mod detach_internet_gateway;
mod detach_network_interface;
mod disassociate_address;
mod elastic_ip;
mod filter;
mod interface_association;
mod interface_attachment;
mod internet_gateway;
mod modify_network_interface_attribute;
mod nat_gateway;
mod network_interface;
mod new_interface;
mod release_address;
mod security_group;
mod subnet;
mod tagged;
mod tags;
mod vpc;
mod zone;

use aws_api::ec2::{
    AllocateAddressRequest, AllocateAddressResult, AssociateAddressRequest, AssociateAddressResult,
    AttachInternetGatewayRequest, AttachInternetGatewayResponse, AttachNetworkInterfaceRequest,
    AttachNetworkInterfaceResult, CreateInternetGatewayRequest, CreateInternetGatewayResult,
    CreateNatGatewayRequest, CreateNatGatewayResult, CreateNetworkInterfaceRequest,
    CreateNetworkInterfaceResult, CreateTagsRequest, CreateTagsResponse,
    DeleteInternetGatewayRequest, DeleteInternetGatewayResponse, DeleteNatGatewayRequest,
    DeleteNatGatewayResult, DeleteNetworkInterfaceRequest, DeleteNetworkInterfaceResponse,
    DeleteTagsRequest, DeleteTagsResponse, DescribeAccountAttributesRequest,
    DescribeAccountAttributesResult, DescribeAddressesAttributeRequest,
    DescribeAddressesAttributeResult, DescribeAddressesRequest, DescribeAddressesResult,
    DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult,
    DescribeInternetGatewaysRequest, DescribeInternetGatewaysResult, DescribeNatGatewaysRequest,
    DescribeNatGatewaysResult, DescribeNetworkInterfaceAttributeRequest,
    DescribeNetworkInterfaceAttributeResult, DescribeNetworkInterfacesRequest,
    DescribeNetworkInterfacesResult, DescribeRegionsRequest, DescribeRegionsResult,
    DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult,
    DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult, DescribeSubnetsRequest,
    DescribeSubnetsResult, DescribeTagsRequest, DescribeTagsResult, DescribeVpcAttributeRequest,
    DescribeVpcAttributeResult, DescribeVpcsRequest, DescribeVpcsResult,
    DetachInternetGatewayRequest, DetachInternetGatewayResponse, DetachNetworkInterfaceRequest,
    DetachNetworkInterfaceResponse, DisassociateAddressRequest, DisassociateAddressResponse, Ec2,
    ModifyNetworkInterfaceAttributeRequest, ModifyNetworkInterfaceAttributeResponse,
    ReleaseAddressRequest, ReleaseAddressResponse,
};
use model::{AnyRecord, Entry, Plan, Record};
use wire::ApiError;

use crate::{Api, Caller};

impl Ec2 for Api {
    type Context = Caller;

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

    async fn create_internet_gateway(
        &self,
        caller: &Caller,
        input: CreateInternetGatewayRequest,
    ) -> Result<CreateInternetGatewayResult, ApiError> {
        create_internet_gateway::run(self, caller, input).await
    }

    async fn create_nat_gateway(
        &self,
        caller: &Caller,
        input: CreateNatGatewayRequest,
    ) -> Result<CreateNatGatewayResult, ApiError> {
        create_nat_gateway::run(self, caller, input).await
    }

    async fn create_network_interface(
        &self,
        caller: &Caller,
        input: CreateNetworkInterfaceRequest,
    ) -> Result<CreateNetworkInterfaceResult, ApiError> {
        create_network_interface::run(self, caller, input).await
    }

    async fn create_tags(
        &self,
        caller: &Caller,
        input: CreateTagsRequest,
    ) -> Result<CreateTagsResponse, ApiError> {
        create_tags::run(self, caller, input).await
    }

    async fn delete_internet_gateway(
        &self,
        caller: &Caller,
        input: DeleteInternetGatewayRequest,
    ) -> Result<DeleteInternetGatewayResponse, ApiError> {
        delete_internet_gateway::run(self, caller, input).await
    }

    async fn delete_nat_gateway(
        &self,
        caller: &Caller,
        input: DeleteNatGatewayRequest,
    ) -> Result<DeleteNatGatewayResult, ApiError> {
        delete_nat_gateway::run(self, caller, input).await
    }

    async fn delete_network_interface(
        &self,
        caller: &Caller,
        input: DeleteNetworkInterfaceRequest,
    ) -> Result<DeleteNetworkInterfaceResponse, ApiError> {
        delete_network_interface::run(self, caller, input).await
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

    async fn describe_nat_gateways(
        &self,
        caller: &Caller,
        input: DescribeNatGatewaysRequest,
    ) -> Result<DescribeNatGatewaysResult, ApiError> {
        describe_nat_gateways::run(self, caller, &input)
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

    async fn modify_network_interface_attribute(
        &self,
        caller: &Caller,
        input: ModifyNetworkInterfaceAttributeRequest,
    ) -> Result<ModifyNetworkInterfaceAttributeResponse, ApiError> {
        modify_network_interface_attribute::run(self, caller, input).await
    }

    async fn release_address(
        &self,
        caller: &Caller,
        input: ReleaseAddressRequest,
    ) -> Result<ReleaseAddressResponse, ApiError> {
        release_address::run(self, caller, input).await
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

/// A client token that stood for something else.
fn token_mismatch() -> ApiError {
    ApiError::client(
        "IdempotentParameterMismatch",
        "The client token was already used by a request with other parameters.",
    )
}

/// What AWS does and Longshore does not.
fn unsupported(message: String) -> ApiError {
    ApiError::client("UnsupportedOperation", message)
}

/// A value that AWS does not take either.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterValue", message)
}
