//! AWS IAM: the trait's methods, each in a file of its own.
//!
//! IAM has no regions: every record is in the scope of its account alone.

mod access_key;
mod add_role_to_instance_profile;
mod add_user_to_group;
mod attach_group_policy;
mod attach_role_policy;
mod attach_user_policy;
mod attachment;
mod boundary;
mod context_keys;
mod create_access_key;
mod create_account_alias;
mod create_group;
mod create_instance_profile;
mod create_policy;
mod create_policy_version;
mod create_role;
mod create_service_linked_role;
mod create_user;
mod delete_access_key;
mod delete_account_alias;
mod delete_group;
mod delete_group_policy;
mod delete_instance_profile;
mod delete_login_profile;
mod delete_policy;
mod delete_policy_version;
mod delete_role;
mod delete_role_permissions_boundary;
mod delete_role_policy;
mod delete_service_linked_role;
mod delete_user;
mod delete_user_permissions_boundary;
mod delete_user_policy;
mod detach_group_policy;
mod detach_role_policy;
mod detach_user_policy;
mod document;
mod find;
mod get_account_authorization_details;
mod get_account_summary;
mod get_context_keys_for_custom_policy;
mod get_context_keys_for_principal_policy;
mod get_group;
mod get_group_policy;
mod get_instance_profile;
mod get_login_profile;
mod get_policy;
mod get_policy_version;
mod get_role;
mod get_role_policy;
mod get_service_linked_role_deletion_status;
mod get_user;
mod get_user_policy;
mod group;
mod holder;
mod id;
mod inline;
mod instance_profile;
mod list_access_keys;
mod list_account_aliases;
mod list_attached_group_policies;
mod list_attached_role_policies;
mod list_attached_user_policies;
mod list_entities_for_policy;
mod list_group_policies;
mod list_groups;
mod list_groups_for_user;
mod list_instance_profile_tags;
mod list_instance_profiles;
mod list_instance_profiles_for_role;
mod list_mfa_devices;
mod list_policies;
mod list_policies_granting_service_access;
mod list_policy_tags;
mod list_policy_versions;
mod list_role_policies;
mod list_role_tags;
mod list_roles;
mod list_service_specific_credentials;
mod list_signing_certificates;
mod list_ssh_public_keys;
mod list_user_policies;
mod list_user_tags;
mod list_users;
mod list_virtual_mfa_devices;
mod listing;
mod policy;
mod put_group_policy;
mod put_role_permissions_boundary;
mod put_role_policy;
mod put_user_permissions_boundary;
mod put_user_policy;
mod quota;
mod record;
mod refusal;
mod remove_role_from_instance_profile;
mod remove_user_from_group;
mod role;
mod service_linked;
mod set_default_policy_version;
mod simulate_custom_policy;
mod simulate_principal_policy;
mod simulation;
mod source;
mod tag_instance_profile;
mod tag_policy;
mod tag_role;
mod tag_user;
mod tags;
mod trust;
mod untag_instance_profile;
mod untag_policy;
mod untag_role;
mod untag_user;
mod update_access_key;
mod update_assume_role_policy;
mod update_group;
mod update_role;
mod update_role_description;
mod update_user;
mod usage;
mod user;
mod whose;

use aws_api::iam::{self, Iam};
use wire::{ApiError, Request, Value};

use self::record::{View, hold, path};
use self::refusal::{invalid_value, unsupported};
use crate::operations::operations;
use crate::{Api, Caller};

impl Iam for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        add_role_to_instance_profile(iam::AddRoleToInstanceProfileRequest)
            -> iam::AddRoleToInstanceProfileResponse;
        add_user_to_group(iam::AddUserToGroupRequest) -> iam::AddUserToGroupResponse;
        attach_group_policy(iam::AttachGroupPolicyRequest) -> iam::AttachGroupPolicyResponse;
        attach_role_policy(iam::AttachRolePolicyRequest) -> iam::AttachRolePolicyResponse;
        attach_user_policy(iam::AttachUserPolicyRequest) -> iam::AttachUserPolicyResponse;
        create_access_key(iam::CreateAccessKeyRequest) -> iam::CreateAccessKeyResponse;
        create_account_alias(iam::CreateAccountAliasRequest) -> iam::CreateAccountAliasResponse;
        create_group(iam::CreateGroupRequest) -> iam::CreateGroupResponse;
        create_instance_profile(iam::CreateInstanceProfileRequest)
            -> iam::CreateInstanceProfileResponse;
        create_policy(iam::CreatePolicyRequest) -> iam::CreatePolicyResponse;
        create_policy_version(iam::CreatePolicyVersionRequest) -> iam::CreatePolicyVersionResponse;
        create_role(iam::CreateRoleRequest) -> iam::CreateRoleResponse;
        create_service_linked_role(iam::CreateServiceLinkedRoleRequest)
            -> iam::CreateServiceLinkedRoleResponse;
        create_user(iam::CreateUserRequest) -> iam::CreateUserResponse;
        delete_access_key(iam::DeleteAccessKeyRequest) -> iam::DeleteAccessKeyResponse;
        delete_account_alias(iam::DeleteAccountAliasRequest) -> iam::DeleteAccountAliasResponse;
        delete_group(iam::DeleteGroupRequest) -> iam::DeleteGroupResponse;
        delete_group_policy(iam::DeleteGroupPolicyRequest) -> iam::DeleteGroupPolicyResponse;
        delete_instance_profile(iam::DeleteInstanceProfileRequest)
            -> iam::DeleteInstanceProfileResponse;
        delete_login_profile(&iam::DeleteLoginProfileRequest) -> iam::DeleteLoginProfileResponse;
        delete_policy(iam::DeletePolicyRequest) -> iam::DeletePolicyResponse;
        delete_policy_version(iam::DeletePolicyVersionRequest) -> iam::DeletePolicyVersionResponse;
        delete_role(iam::DeleteRoleRequest) -> iam::DeleteRoleResponse;
        delete_role_permissions_boundary(iam::DeleteRolePermissionsBoundaryRequest)
            -> iam::DeleteRolePermissionsBoundaryResponse;
        delete_role_policy(iam::DeleteRolePolicyRequest) -> iam::DeleteRolePolicyResponse;
        delete_service_linked_role(iam::DeleteServiceLinkedRoleRequest)
            -> iam::DeleteServiceLinkedRoleResponse;
        delete_user(iam::DeleteUserRequest) -> iam::DeleteUserResponse;
        delete_user_permissions_boundary(iam::DeleteUserPermissionsBoundaryRequest)
            -> iam::DeleteUserPermissionsBoundaryResponse;
        delete_user_policy(iam::DeleteUserPolicyRequest) -> iam::DeleteUserPolicyResponse;
        detach_group_policy(iam::DetachGroupPolicyRequest) -> iam::DetachGroupPolicyResponse;
        detach_role_policy(iam::DetachRolePolicyRequest) -> iam::DetachRolePolicyResponse;
        detach_user_policy(iam::DetachUserPolicyRequest) -> iam::DetachUserPolicyResponse;
        get_account_authorization_details(&iam::GetAccountAuthorizationDetailsRequest)
            -> iam::GetAccountAuthorizationDetailsResponse;
        get_context_keys_for_principal_policy(&iam::GetContextKeysForPrincipalPolicyRequest)
            -> iam::GetContextKeysForPolicyResponse;
        get_group(&iam::GetGroupRequest) -> iam::GetGroupResponse;
        get_group_policy(&iam::GetGroupPolicyRequest) -> iam::GetGroupPolicyResponse;
        get_instance_profile(&iam::GetInstanceProfileRequest) -> iam::GetInstanceProfileResponse;
        get_login_profile(&iam::GetLoginProfileRequest) -> iam::GetLoginProfileResponse;
        get_policy(&iam::GetPolicyRequest) -> iam::GetPolicyResponse;
        get_policy_version(&iam::GetPolicyVersionRequest) -> iam::GetPolicyVersionResponse;
        get_role(&iam::GetRoleRequest) -> iam::GetRoleResponse;
        get_role_policy(&iam::GetRolePolicyRequest) -> iam::GetRolePolicyResponse;
        get_service_linked_role_deletion_status(&iam::GetServiceLinkedRoleDeletionStatusRequest)
            -> iam::GetServiceLinkedRoleDeletionStatusResponse;
        get_user(&iam::GetUserRequest) -> iam::GetUserResponse;
        get_user_policy(&iam::GetUserPolicyRequest) -> iam::GetUserPolicyResponse;
        list_access_keys(&iam::ListAccessKeysRequest) -> iam::ListAccessKeysResponse;
        list_account_aliases(&iam::ListAccountAliasesRequest) -> iam::ListAccountAliasesResponse;
        list_attached_group_policies(&iam::ListAttachedGroupPoliciesRequest)
            -> iam::ListAttachedGroupPoliciesResponse;
        list_attached_role_policies(&iam::ListAttachedRolePoliciesRequest)
            -> iam::ListAttachedRolePoliciesResponse;
        list_attached_user_policies(&iam::ListAttachedUserPoliciesRequest)
            -> iam::ListAttachedUserPoliciesResponse;
        list_entities_for_policy(&iam::ListEntitiesForPolicyRequest)
            -> iam::ListEntitiesForPolicyResponse;
        list_group_policies(&iam::ListGroupPoliciesRequest) -> iam::ListGroupPoliciesResponse;
        list_groups(&iam::ListGroupsRequest) -> iam::ListGroupsResponse;
        list_groups_for_user(&iam::ListGroupsForUserRequest) -> iam::ListGroupsForUserResponse;
        list_instance_profile_tags(&iam::ListInstanceProfileTagsRequest)
            -> iam::ListInstanceProfileTagsResponse;
        list_instance_profiles(&iam::ListInstanceProfilesRequest)
            -> iam::ListInstanceProfilesResponse;
        list_instance_profiles_for_role(&iam::ListInstanceProfilesForRoleRequest)
            -> iam::ListInstanceProfilesForRoleResponse;
        list_mfa_devices(&iam::ListMFADevicesRequest) -> iam::ListMFADevicesResponse;
        list_policies(&iam::ListPoliciesRequest) -> iam::ListPoliciesResponse;
        list_policies_granting_service_access(&iam::ListPoliciesGrantingServiceAccessRequest)
            -> iam::ListPoliciesGrantingServiceAccessResponse;
        list_policy_tags(&iam::ListPolicyTagsRequest) -> iam::ListPolicyTagsResponse;
        list_policy_versions(&iam::ListPolicyVersionsRequest) -> iam::ListPolicyVersionsResponse;
        list_role_policies(&iam::ListRolePoliciesRequest) -> iam::ListRolePoliciesResponse;
        list_role_tags(&iam::ListRoleTagsRequest) -> iam::ListRoleTagsResponse;
        list_roles(&iam::ListRolesRequest) -> iam::ListRolesResponse;
        list_ssh_public_keys(&iam::ListSSHPublicKeysRequest) -> iam::ListSSHPublicKeysResponse;
        list_service_specific_credentials(&iam::ListServiceSpecificCredentialsRequest)
            -> iam::ListServiceSpecificCredentialsResponse;
        list_signing_certificates(&iam::ListSigningCertificatesRequest)
            -> iam::ListSigningCertificatesResponse;
        list_user_policies(&iam::ListUserPoliciesRequest) -> iam::ListUserPoliciesResponse;
        list_user_tags(&iam::ListUserTagsRequest) -> iam::ListUserTagsResponse;
        list_users(&iam::ListUsersRequest) -> iam::ListUsersResponse;
        put_group_policy(iam::PutGroupPolicyRequest) -> iam::PutGroupPolicyResponse;
        put_role_permissions_boundary(iam::PutRolePermissionsBoundaryRequest)
            -> iam::PutRolePermissionsBoundaryResponse;
        put_role_policy(iam::PutRolePolicyRequest) -> iam::PutRolePolicyResponse;
        put_user_permissions_boundary(iam::PutUserPermissionsBoundaryRequest)
            -> iam::PutUserPermissionsBoundaryResponse;
        put_user_policy(iam::PutUserPolicyRequest) -> iam::PutUserPolicyResponse;
        remove_role_from_instance_profile(iam::RemoveRoleFromInstanceProfileRequest)
            -> iam::RemoveRoleFromInstanceProfileResponse;
        remove_user_from_group(iam::RemoveUserFromGroupRequest) -> iam::RemoveUserFromGroupResponse;
        set_default_policy_version(iam::SetDefaultPolicyVersionRequest)
            -> iam::SetDefaultPolicyVersionResponse;
        simulate_custom_policy(&iam::SimulateCustomPolicyRequest) -> iam::SimulatePolicyResponse;
        simulate_principal_policy(&iam::SimulatePrincipalPolicyRequest)
            -> iam::SimulatePolicyResponse;
        tag_instance_profile(iam::TagInstanceProfileRequest) -> iam::TagInstanceProfileResponse;
        tag_policy(iam::TagPolicyRequest) -> iam::TagPolicyResponse;
        tag_role(iam::TagRoleRequest) -> iam::TagRoleResponse;
        tag_user(iam::TagUserRequest) -> iam::TagUserResponse;
        untag_instance_profile(iam::UntagInstanceProfileRequest)
            -> iam::UntagInstanceProfileResponse;
        untag_policy(iam::UntagPolicyRequest) -> iam::UntagPolicyResponse;
        untag_role(iam::UntagRoleRequest) -> iam::UntagRoleResponse;
        untag_user(iam::UntagUserRequest) -> iam::UntagUserResponse;
        update_access_key(iam::UpdateAccessKeyRequest) -> iam::UpdateAccessKeyResponse;
        update_assume_role_policy(iam::UpdateAssumeRolePolicyRequest)
            -> iam::UpdateAssumeRolePolicyResponse;
        update_group(iam::UpdateGroupRequest) -> iam::UpdateGroupResponse;
        update_role(iam::UpdateRoleRequest) -> iam::UpdateRoleResponse;
        update_role_description(iam::UpdateRoleDescriptionRequest)
            -> iam::UpdateRoleDescriptionResponse;
        update_user(iam::UpdateUserRequest) -> iam::UpdateUserResponse;
    }

    async fn get_account_summary(
        &self,
        caller: &Caller,
        _input: iam::GetAccountSummaryRequest,
    ) -> Result<iam::GetAccountSummaryResponse, ApiError> {
        Ok(get_account_summary::run(self, caller))
    }

    async fn get_context_keys_for_custom_policy(
        &self,
        _caller: &Caller,
        input: iam::GetContextKeysForCustomPolicyRequest,
    ) -> Result<iam::GetContextKeysForPolicyResponse, ApiError> {
        get_context_keys_for_custom_policy::run(&input)
    }

    async fn list_virtual_mfa_devices(
        &self,
        _caller: &Caller,
        _input: iam::ListVirtualMFADevicesRequest,
    ) -> Result<iam::ListVirtualMFADevicesResponse, ApiError> {
        Ok(list_virtual_mfa_devices::run())
    }
}
