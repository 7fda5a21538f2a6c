//! Amazon EC2 networking: the trait's methods, each in a file of its own.

mod authorize_security_group_egress;
mod authorize_security_group_ingress;
mod create_managed_prefix_list;
mod create_security_group;
mod create_tags;
mod delete_managed_prefix_list;
mod delete_security_group;
mod delete_tags;
mod describe;
mod describe_account_attributes;
mod describe_availability_zones;
mod describe_managed_prefix_lists;
mod describe_network_interfaces;
mod describe_prefix_lists;
mod describe_regions;
mod describe_security_group_references;
mod describe_security_group_rules;
mod describe_security_groups;
mod describe_stale_security_groups;
mod describe_subnets;
mod describe_tags;
mod describe_vpc_attribute;
mod describe_vpcs;
mod filter;
mod get_managed_prefix_list_associations;
mod get_managed_prefix_list_entries;
mod get_security_groups_for_vpc;
mod group_rules;
mod modify_managed_prefix_list;
mod modify_security_group_rules;
mod network_interface;
mod permission;
mod prefix_list;
mod restore_managed_prefix_list_version;
mod revocation;
mod revoke_security_group_egress;
mod revoke_security_group_ingress;
mod rule_descriptions;
mod security_group;
mod subnet;
mod tagged;
mod tags;
mod update_security_group_rule_descriptions_egress;
mod update_security_group_rule_descriptions_ingress;
mod vpc;
mod zone;

use aws_api::ec2::{
    AuthorizeSecurityGroupEgressRequest, AuthorizeSecurityGroupEgressResult,
    AuthorizeSecurityGroupIngressRequest, AuthorizeSecurityGroupIngressResult,
    CreateManagedPrefixListRequest, CreateManagedPrefixListResult, CreateSecurityGroupRequest,
    CreateSecurityGroupResult, CreateTagsRequest, CreateTagsResponse,
    DeleteManagedPrefixListRequest, DeleteManagedPrefixListResult, DeleteSecurityGroupRequest,
    DeleteSecurityGroupResult, DeleteTagsRequest, DeleteTagsResponse,
    DescribeAccountAttributesRequest, DescribeAccountAttributesResult,
    DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult,
    DescribeManagedPrefixListsRequest, DescribeManagedPrefixListsResult,
    DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult, DescribePrefixListsRequest,
    DescribePrefixListsResult, DescribeRegionsRequest, DescribeRegionsResult,
    DescribeSecurityGroupReferencesRequest, DescribeSecurityGroupReferencesResult,
    DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult,
    DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult,
    DescribeStaleSecurityGroupsRequest, DescribeStaleSecurityGroupsResult, DescribeSubnetsRequest,
    DescribeSubnetsResult, DescribeTagsRequest, DescribeTagsResult, DescribeVpcAttributeRequest,
    DescribeVpcAttributeResult, DescribeVpcsRequest, DescribeVpcsResult, Ec2,
    GetManagedPrefixListAssociationsRequest, GetManagedPrefixListAssociationsResult,
    GetManagedPrefixListEntriesRequest, GetManagedPrefixListEntriesResult,
    GetSecurityGroupsForVpcRequest, GetSecurityGroupsForVpcResult, ModifyManagedPrefixListRequest,
    ModifyManagedPrefixListResult, ModifySecurityGroupRulesRequest, ModifySecurityGroupRulesResult,
    RestoreManagedPrefixListVersionRequest, RestoreManagedPrefixListVersionResult,
    RevokeSecurityGroupEgressRequest, RevokeSecurityGroupEgressResult,
    RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult,
    UpdateSecurityGroupRuleDescriptionsEgressRequest,
    UpdateSecurityGroupRuleDescriptionsEgressResult,
    UpdateSecurityGroupRuleDescriptionsIngressRequest,
    UpdateSecurityGroupRuleDescriptionsIngressResult,
};
use model::{AnyRecord, Entry, Plan, Record};
use wire::ApiError;

use crate::{Api, Caller};

impl Ec2 for Api {
    type Context = Caller;

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

    async fn create_managed_prefix_list(
        &self,
        caller: &Caller,
        input: CreateManagedPrefixListRequest,
    ) -> Result<CreateManagedPrefixListResult, ApiError> {
        create_managed_prefix_list::run(self, caller, input).await
    }

    async fn create_security_group(
        &self,
        caller: &Caller,
        input: CreateSecurityGroupRequest,
    ) -> Result<CreateSecurityGroupResult, ApiError> {
        create_security_group::run(self, caller, input).await
    }

    async fn create_tags(
        &self,
        caller: &Caller,
        input: CreateTagsRequest,
    ) -> Result<CreateTagsResponse, ApiError> {
        create_tags::run(self, caller, input).await
    }

    async fn delete_managed_prefix_list(
        &self,
        caller: &Caller,
        input: DeleteManagedPrefixListRequest,
    ) -> Result<DeleteManagedPrefixListResult, ApiError> {
        delete_managed_prefix_list::run(self, caller, input).await
    }

    async fn delete_security_group(
        &self,
        caller: &Caller,
        input: DeleteSecurityGroupRequest,
    ) -> Result<DeleteSecurityGroupResult, ApiError> {
        delete_security_group::run(self, caller, input).await
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

    async fn describe_managed_prefix_lists(
        &self,
        caller: &Caller,
        input: DescribeManagedPrefixListsRequest,
    ) -> Result<DescribeManagedPrefixListsResult, ApiError> {
        describe_managed_prefix_lists::run(self, caller, &input)
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

    async fn modify_security_group_rules(
        &self,
        caller: &Caller,
        input: ModifySecurityGroupRulesRequest,
    ) -> Result<ModifySecurityGroupRulesResult, ApiError> {
        modify_security_group_rules::run(self, caller, input).await
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
