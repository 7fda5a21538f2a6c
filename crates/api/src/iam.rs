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

use aws_api::iam::{
    AddRoleToInstanceProfileRequest, AddRoleToInstanceProfileResponse, AddUserToGroupRequest,
    AddUserToGroupResponse, AttachGroupPolicyRequest, AttachGroupPolicyResponse,
    AttachRolePolicyRequest, AttachRolePolicyResponse, AttachUserPolicyRequest,
    AttachUserPolicyResponse, CreateAccessKeyRequest, CreateAccessKeyResponse,
    CreateAccountAliasRequest, CreateAccountAliasResponse, CreateGroupRequest, CreateGroupResponse,
    CreateInstanceProfileRequest, CreateInstanceProfileResponse, CreatePolicyRequest,
    CreatePolicyResponse, CreatePolicyVersionRequest, CreatePolicyVersionResponse,
    CreateRoleRequest, CreateRoleResponse, CreateServiceLinkedRoleRequest,
    CreateServiceLinkedRoleResponse, CreateUserRequest, CreateUserResponse, DeleteAccessKeyRequest,
    DeleteAccessKeyResponse, DeleteAccountAliasRequest, DeleteAccountAliasResponse,
    DeleteGroupPolicyRequest, DeleteGroupPolicyResponse, DeleteGroupRequest, DeleteGroupResponse,
    DeleteInstanceProfileRequest, DeleteInstanceProfileResponse, DeleteLoginProfileRequest,
    DeleteLoginProfileResponse, DeletePolicyRequest, DeletePolicyResponse,
    DeletePolicyVersionRequest, DeletePolicyVersionResponse, DeleteRolePermissionsBoundaryRequest,
    DeleteRolePermissionsBoundaryResponse, DeleteRolePolicyRequest, DeleteRolePolicyResponse,
    DeleteRoleRequest, DeleteRoleResponse, DeleteServiceLinkedRoleRequest,
    DeleteServiceLinkedRoleResponse, DeleteUserPermissionsBoundaryRequest,
    DeleteUserPermissionsBoundaryResponse, DeleteUserPolicyRequest, DeleteUserPolicyResponse,
    DeleteUserRequest, DeleteUserResponse, DetachGroupPolicyRequest, DetachGroupPolicyResponse,
    DetachRolePolicyRequest, DetachRolePolicyResponse, DetachUserPolicyRequest,
    DetachUserPolicyResponse, GetAccountAuthorizationDetailsRequest,
    GetAccountAuthorizationDetailsResponse, GetAccountSummaryRequest, GetAccountSummaryResponse,
    GetContextKeysForCustomPolicyRequest, GetContextKeysForPolicyResponse,
    GetContextKeysForPrincipalPolicyRequest, GetGroupPolicyRequest, GetGroupPolicyResponse,
    GetGroupRequest, GetGroupResponse, GetInstanceProfileRequest, GetInstanceProfileResponse,
    GetLoginProfileRequest, GetLoginProfileResponse, GetPolicyRequest, GetPolicyResponse,
    GetPolicyVersionRequest, GetPolicyVersionResponse, GetRolePolicyRequest, GetRolePolicyResponse,
    GetRoleRequest, GetRoleResponse, GetServiceLinkedRoleDeletionStatusRequest,
    GetServiceLinkedRoleDeletionStatusResponse, GetUserPolicyRequest, GetUserPolicyResponse,
    GetUserRequest, GetUserResponse, Iam, ListAccessKeysRequest, ListAccessKeysResponse,
    ListAccountAliasesRequest, ListAccountAliasesResponse, ListAttachedGroupPoliciesRequest,
    ListAttachedGroupPoliciesResponse, ListAttachedRolePoliciesRequest,
    ListAttachedRolePoliciesResponse, ListAttachedUserPoliciesRequest,
    ListAttachedUserPoliciesResponse, ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse,
    ListGroupPoliciesRequest, ListGroupPoliciesResponse, ListGroupsForUserRequest,
    ListGroupsForUserResponse, ListGroupsRequest, ListGroupsResponse,
    ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse,
    ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse,
    ListInstanceProfilesRequest, ListInstanceProfilesResponse, ListMFADevicesRequest,
    ListMFADevicesResponse, ListPoliciesGrantingServiceAccessRequest,
    ListPoliciesGrantingServiceAccessResponse, ListPoliciesRequest, ListPoliciesResponse,
    ListPolicyTagsRequest, ListPolicyTagsResponse, ListPolicyVersionsRequest,
    ListPolicyVersionsResponse, ListRolePoliciesRequest, ListRolePoliciesResponse,
    ListRoleTagsRequest, ListRoleTagsResponse, ListRolesRequest, ListRolesResponse,
    ListSSHPublicKeysRequest, ListSSHPublicKeysResponse, ListServiceSpecificCredentialsRequest,
    ListServiceSpecificCredentialsResponse, ListSigningCertificatesRequest,
    ListSigningCertificatesResponse, ListUserPoliciesRequest, ListUserPoliciesResponse,
    ListUserTagsRequest, ListUserTagsResponse, ListUsersRequest, ListUsersResponse,
    ListVirtualMFADevicesRequest, ListVirtualMFADevicesResponse, PutGroupPolicyRequest,
    PutGroupPolicyResponse, PutRolePermissionsBoundaryRequest, PutRolePermissionsBoundaryResponse,
    PutRolePolicyRequest, PutRolePolicyResponse, PutUserPermissionsBoundaryRequest,
    PutUserPermissionsBoundaryResponse, PutUserPolicyRequest, PutUserPolicyResponse,
    RemoveRoleFromInstanceProfileRequest, RemoveRoleFromInstanceProfileResponse,
    RemoveUserFromGroupRequest, RemoveUserFromGroupResponse, SetDefaultPolicyVersionRequest,
    SetDefaultPolicyVersionResponse, SimulateCustomPolicyRequest, SimulatePolicyResponse,
    SimulatePrincipalPolicyRequest, TagInstanceProfileRequest, TagInstanceProfileResponse,
    TagPolicyRequest, TagPolicyResponse, TagRoleRequest, TagRoleResponse, TagUserRequest,
    TagUserResponse, UntagInstanceProfileRequest, UntagInstanceProfileResponse, UntagPolicyRequest,
    UntagPolicyResponse, UntagRoleRequest, UntagRoleResponse, UntagUserRequest, UntagUserResponse,
    UpdateAccessKeyRequest, UpdateAccessKeyResponse, UpdateAssumeRolePolicyRequest,
    UpdateAssumeRolePolicyResponse, UpdateGroupRequest, UpdateGroupResponse,
    UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse, UpdateRoleRequest,
    UpdateRoleResponse, UpdateUserRequest, UpdateUserResponse,
};
use wire::{ApiError, Request, Value};

use self::record::{View, hold, path};
use self::refusal::{invalid_value, unsupported};
use crate::{Api, Caller};

impl Iam for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn add_role_to_instance_profile(
        &self,
        caller: &Caller,
        input: AddRoleToInstanceProfileRequest,
    ) -> Result<AddRoleToInstanceProfileResponse, ApiError> {
        add_role_to_instance_profile::run(self, caller, input).await
    }

    async fn add_user_to_group(
        &self,
        caller: &Caller,
        input: AddUserToGroupRequest,
    ) -> Result<AddUserToGroupResponse, ApiError> {
        add_user_to_group::run(self, caller, input).await
    }

    async fn attach_group_policy(
        &self,
        caller: &Caller,
        input: AttachGroupPolicyRequest,
    ) -> Result<AttachGroupPolicyResponse, ApiError> {
        attach_group_policy::run(self, caller, input).await
    }

    async fn attach_role_policy(
        &self,
        caller: &Caller,
        input: AttachRolePolicyRequest,
    ) -> Result<AttachRolePolicyResponse, ApiError> {
        attach_role_policy::run(self, caller, input).await
    }

    async fn attach_user_policy(
        &self,
        caller: &Caller,
        input: AttachUserPolicyRequest,
    ) -> Result<AttachUserPolicyResponse, ApiError> {
        attach_user_policy::run(self, caller, input).await
    }

    async fn create_access_key(
        &self,
        caller: &Caller,
        input: CreateAccessKeyRequest,
    ) -> Result<CreateAccessKeyResponse, ApiError> {
        create_access_key::run(self, caller, input).await
    }

    async fn create_account_alias(
        &self,
        caller: &Caller,
        input: CreateAccountAliasRequest,
    ) -> Result<CreateAccountAliasResponse, ApiError> {
        create_account_alias::run(self, caller, input).await
    }

    async fn create_group(
        &self,
        caller: &Caller,
        input: CreateGroupRequest,
    ) -> Result<CreateGroupResponse, ApiError> {
        create_group::run(self, caller, input).await
    }

    async fn create_instance_profile(
        &self,
        caller: &Caller,
        input: CreateInstanceProfileRequest,
    ) -> Result<CreateInstanceProfileResponse, ApiError> {
        create_instance_profile::run(self, caller, input).await
    }

    async fn create_policy(
        &self,
        caller: &Caller,
        input: CreatePolicyRequest,
    ) -> Result<CreatePolicyResponse, ApiError> {
        create_policy::run(self, caller, input).await
    }

    async fn create_policy_version(
        &self,
        caller: &Caller,
        input: CreatePolicyVersionRequest,
    ) -> Result<CreatePolicyVersionResponse, ApiError> {
        create_policy_version::run(self, caller, input).await
    }

    async fn create_role(
        &self,
        caller: &Caller,
        input: CreateRoleRequest,
    ) -> Result<CreateRoleResponse, ApiError> {
        create_role::run(self, caller, input).await
    }

    async fn create_service_linked_role(
        &self,
        caller: &Caller,
        input: CreateServiceLinkedRoleRequest,
    ) -> Result<CreateServiceLinkedRoleResponse, ApiError> {
        create_service_linked_role::run(self, caller, input).await
    }

    async fn create_user(
        &self,
        caller: &Caller,
        input: CreateUserRequest,
    ) -> Result<CreateUserResponse, ApiError> {
        create_user::run(self, caller, input).await
    }

    async fn delete_access_key(
        &self,
        caller: &Caller,
        input: DeleteAccessKeyRequest,
    ) -> Result<DeleteAccessKeyResponse, ApiError> {
        delete_access_key::run(self, caller, input).await
    }

    async fn delete_account_alias(
        &self,
        caller: &Caller,
        input: DeleteAccountAliasRequest,
    ) -> Result<DeleteAccountAliasResponse, ApiError> {
        delete_account_alias::run(self, caller, input).await
    }

    async fn delete_group(
        &self,
        caller: &Caller,
        input: DeleteGroupRequest,
    ) -> Result<DeleteGroupResponse, ApiError> {
        delete_group::run(self, caller, input).await
    }

    async fn delete_group_policy(
        &self,
        caller: &Caller,
        input: DeleteGroupPolicyRequest,
    ) -> Result<DeleteGroupPolicyResponse, ApiError> {
        delete_group_policy::run(self, caller, input).await
    }

    async fn delete_instance_profile(
        &self,
        caller: &Caller,
        input: DeleteInstanceProfileRequest,
    ) -> Result<DeleteInstanceProfileResponse, ApiError> {
        delete_instance_profile::run(self, caller, input).await
    }

    async fn delete_login_profile(
        &self,
        caller: &Caller,
        input: DeleteLoginProfileRequest,
    ) -> Result<DeleteLoginProfileResponse, ApiError> {
        delete_login_profile::run(self, caller, &input)
    }

    async fn delete_policy(
        &self,
        caller: &Caller,
        input: DeletePolicyRequest,
    ) -> Result<DeletePolicyResponse, ApiError> {
        delete_policy::run(self, caller, input).await
    }

    async fn delete_policy_version(
        &self,
        caller: &Caller,
        input: DeletePolicyVersionRequest,
    ) -> Result<DeletePolicyVersionResponse, ApiError> {
        delete_policy_version::run(self, caller, input).await
    }

    async fn delete_role(
        &self,
        caller: &Caller,
        input: DeleteRoleRequest,
    ) -> Result<DeleteRoleResponse, ApiError> {
        delete_role::run(self, caller, input).await
    }

    async fn delete_role_permissions_boundary(
        &self,
        caller: &Caller,
        input: DeleteRolePermissionsBoundaryRequest,
    ) -> Result<DeleteRolePermissionsBoundaryResponse, ApiError> {
        delete_role_permissions_boundary::run(self, caller, input).await
    }

    async fn delete_role_policy(
        &self,
        caller: &Caller,
        input: DeleteRolePolicyRequest,
    ) -> Result<DeleteRolePolicyResponse, ApiError> {
        delete_role_policy::run(self, caller, input).await
    }

    async fn delete_service_linked_role(
        &self,
        caller: &Caller,
        input: DeleteServiceLinkedRoleRequest,
    ) -> Result<DeleteServiceLinkedRoleResponse, ApiError> {
        delete_service_linked_role::run(self, caller, input).await
    }

    async fn delete_user(
        &self,
        caller: &Caller,
        input: DeleteUserRequest,
    ) -> Result<DeleteUserResponse, ApiError> {
        delete_user::run(self, caller, input).await
    }

    async fn delete_user_permissions_boundary(
        &self,
        caller: &Caller,
        input: DeleteUserPermissionsBoundaryRequest,
    ) -> Result<DeleteUserPermissionsBoundaryResponse, ApiError> {
        delete_user_permissions_boundary::run(self, caller, input).await
    }

    async fn delete_user_policy(
        &self,
        caller: &Caller,
        input: DeleteUserPolicyRequest,
    ) -> Result<DeleteUserPolicyResponse, ApiError> {
        delete_user_policy::run(self, caller, input).await
    }

    async fn detach_group_policy(
        &self,
        caller: &Caller,
        input: DetachGroupPolicyRequest,
    ) -> Result<DetachGroupPolicyResponse, ApiError> {
        detach_group_policy::run(self, caller, input).await
    }

    async fn detach_role_policy(
        &self,
        caller: &Caller,
        input: DetachRolePolicyRequest,
    ) -> Result<DetachRolePolicyResponse, ApiError> {
        detach_role_policy::run(self, caller, input).await
    }

    async fn detach_user_policy(
        &self,
        caller: &Caller,
        input: DetachUserPolicyRequest,
    ) -> Result<DetachUserPolicyResponse, ApiError> {
        detach_user_policy::run(self, caller, input).await
    }

    async fn get_account_authorization_details(
        &self,
        caller: &Caller,
        input: GetAccountAuthorizationDetailsRequest,
    ) -> Result<GetAccountAuthorizationDetailsResponse, ApiError> {
        get_account_authorization_details::run(self, caller, &input)
    }

    async fn get_account_summary(
        &self,
        caller: &Caller,
        _input: GetAccountSummaryRequest,
    ) -> Result<GetAccountSummaryResponse, ApiError> {
        Ok(get_account_summary::run(self, caller))
    }

    async fn get_context_keys_for_custom_policy(
        &self,
        _caller: &Caller,
        input: GetContextKeysForCustomPolicyRequest,
    ) -> Result<GetContextKeysForPolicyResponse, ApiError> {
        get_context_keys_for_custom_policy::run(&input)
    }

    async fn get_context_keys_for_principal_policy(
        &self,
        caller: &Caller,
        input: GetContextKeysForPrincipalPolicyRequest,
    ) -> Result<GetContextKeysForPolicyResponse, ApiError> {
        get_context_keys_for_principal_policy::run(self, caller, &input)
    }

    async fn get_group(
        &self,
        caller: &Caller,
        input: GetGroupRequest,
    ) -> Result<GetGroupResponse, ApiError> {
        get_group::run(self, caller, &input)
    }

    async fn get_group_policy(
        &self,
        caller: &Caller,
        input: GetGroupPolicyRequest,
    ) -> Result<GetGroupPolicyResponse, ApiError> {
        get_group_policy::run(self, caller, &input)
    }

    async fn get_instance_profile(
        &self,
        caller: &Caller,
        input: GetInstanceProfileRequest,
    ) -> Result<GetInstanceProfileResponse, ApiError> {
        get_instance_profile::run(self, caller, &input)
    }

    async fn get_login_profile(
        &self,
        caller: &Caller,
        input: GetLoginProfileRequest,
    ) -> Result<GetLoginProfileResponse, ApiError> {
        get_login_profile::run(self, caller, &input)
    }

    async fn get_policy(
        &self,
        caller: &Caller,
        input: GetPolicyRequest,
    ) -> Result<GetPolicyResponse, ApiError> {
        get_policy::run(self, caller, &input)
    }

    async fn get_policy_version(
        &self,
        caller: &Caller,
        input: GetPolicyVersionRequest,
    ) -> Result<GetPolicyVersionResponse, ApiError> {
        get_policy_version::run(self, caller, &input)
    }

    async fn get_role(
        &self,
        caller: &Caller,
        input: GetRoleRequest,
    ) -> Result<GetRoleResponse, ApiError> {
        get_role::run(self, caller, &input)
    }

    async fn get_role_policy(
        &self,
        caller: &Caller,
        input: GetRolePolicyRequest,
    ) -> Result<GetRolePolicyResponse, ApiError> {
        get_role_policy::run(self, caller, &input)
    }

    async fn get_service_linked_role_deletion_status(
        &self,
        caller: &Caller,
        input: GetServiceLinkedRoleDeletionStatusRequest,
    ) -> Result<GetServiceLinkedRoleDeletionStatusResponse, ApiError> {
        get_service_linked_role_deletion_status::run(self, caller, &input)
    }

    async fn get_user(
        &self,
        caller: &Caller,
        input: GetUserRequest,
    ) -> Result<GetUserResponse, ApiError> {
        get_user::run(self, caller, &input)
    }

    async fn get_user_policy(
        &self,
        caller: &Caller,
        input: GetUserPolicyRequest,
    ) -> Result<GetUserPolicyResponse, ApiError> {
        get_user_policy::run(self, caller, &input)
    }

    async fn list_access_keys(
        &self,
        caller: &Caller,
        input: ListAccessKeysRequest,
    ) -> Result<ListAccessKeysResponse, ApiError> {
        list_access_keys::run(self, caller, &input)
    }

    async fn list_account_aliases(
        &self,
        caller: &Caller,
        input: ListAccountAliasesRequest,
    ) -> Result<ListAccountAliasesResponse, ApiError> {
        list_account_aliases::run(self, caller, &input)
    }

    async fn list_attached_group_policies(
        &self,
        caller: &Caller,
        input: ListAttachedGroupPoliciesRequest,
    ) -> Result<ListAttachedGroupPoliciesResponse, ApiError> {
        list_attached_group_policies::run(self, caller, &input)
    }

    async fn list_attached_role_policies(
        &self,
        caller: &Caller,
        input: ListAttachedRolePoliciesRequest,
    ) -> Result<ListAttachedRolePoliciesResponse, ApiError> {
        list_attached_role_policies::run(self, caller, &input)
    }

    async fn list_attached_user_policies(
        &self,
        caller: &Caller,
        input: ListAttachedUserPoliciesRequest,
    ) -> Result<ListAttachedUserPoliciesResponse, ApiError> {
        list_attached_user_policies::run(self, caller, &input)
    }

    async fn list_entities_for_policy(
        &self,
        caller: &Caller,
        input: ListEntitiesForPolicyRequest,
    ) -> Result<ListEntitiesForPolicyResponse, ApiError> {
        list_entities_for_policy::run(self, caller, &input)
    }

    async fn list_group_policies(
        &self,
        caller: &Caller,
        input: ListGroupPoliciesRequest,
    ) -> Result<ListGroupPoliciesResponse, ApiError> {
        list_group_policies::run(self, caller, &input)
    }

    async fn list_groups(
        &self,
        caller: &Caller,
        input: ListGroupsRequest,
    ) -> Result<ListGroupsResponse, ApiError> {
        list_groups::run(self, caller, &input)
    }

    async fn list_groups_for_user(
        &self,
        caller: &Caller,
        input: ListGroupsForUserRequest,
    ) -> Result<ListGroupsForUserResponse, ApiError> {
        list_groups_for_user::run(self, caller, &input)
    }

    async fn list_instance_profile_tags(
        &self,
        caller: &Caller,
        input: ListInstanceProfileTagsRequest,
    ) -> Result<ListInstanceProfileTagsResponse, ApiError> {
        list_instance_profile_tags::run(self, caller, &input)
    }

    async fn list_instance_profiles(
        &self,
        caller: &Caller,
        input: ListInstanceProfilesRequest,
    ) -> Result<ListInstanceProfilesResponse, ApiError> {
        list_instance_profiles::run(self, caller, &input)
    }

    async fn list_instance_profiles_for_role(
        &self,
        caller: &Caller,
        input: ListInstanceProfilesForRoleRequest,
    ) -> Result<ListInstanceProfilesForRoleResponse, ApiError> {
        list_instance_profiles_for_role::run(self, caller, &input)
    }

    async fn list_mfa_devices(
        &self,
        caller: &Caller,
        input: ListMFADevicesRequest,
    ) -> Result<ListMFADevicesResponse, ApiError> {
        list_mfa_devices::run(self, caller, &input)
    }

    async fn list_policies(
        &self,
        caller: &Caller,
        input: ListPoliciesRequest,
    ) -> Result<ListPoliciesResponse, ApiError> {
        list_policies::run(self, caller, &input)
    }

    async fn list_policies_granting_service_access(
        &self,
        caller: &Caller,
        input: ListPoliciesGrantingServiceAccessRequest,
    ) -> Result<ListPoliciesGrantingServiceAccessResponse, ApiError> {
        list_policies_granting_service_access::run(self, caller, &input)
    }

    async fn list_policy_tags(
        &self,
        caller: &Caller,
        input: ListPolicyTagsRequest,
    ) -> Result<ListPolicyTagsResponse, ApiError> {
        list_policy_tags::run(self, caller, &input)
    }

    async fn list_policy_versions(
        &self,
        caller: &Caller,
        input: ListPolicyVersionsRequest,
    ) -> Result<ListPolicyVersionsResponse, ApiError> {
        list_policy_versions::run(self, caller, &input)
    }

    async fn list_role_policies(
        &self,
        caller: &Caller,
        input: ListRolePoliciesRequest,
    ) -> Result<ListRolePoliciesResponse, ApiError> {
        list_role_policies::run(self, caller, &input)
    }

    async fn list_role_tags(
        &self,
        caller: &Caller,
        input: ListRoleTagsRequest,
    ) -> Result<ListRoleTagsResponse, ApiError> {
        list_role_tags::run(self, caller, &input)
    }

    async fn list_roles(
        &self,
        caller: &Caller,
        input: ListRolesRequest,
    ) -> Result<ListRolesResponse, ApiError> {
        list_roles::run(self, caller, &input)
    }

    async fn list_ssh_public_keys(
        &self,
        caller: &Caller,
        input: ListSSHPublicKeysRequest,
    ) -> Result<ListSSHPublicKeysResponse, ApiError> {
        list_ssh_public_keys::run(self, caller, &input)
    }

    async fn list_service_specific_credentials(
        &self,
        caller: &Caller,
        input: ListServiceSpecificCredentialsRequest,
    ) -> Result<ListServiceSpecificCredentialsResponse, ApiError> {
        list_service_specific_credentials::run(self, caller, &input)
    }

    async fn list_signing_certificates(
        &self,
        caller: &Caller,
        input: ListSigningCertificatesRequest,
    ) -> Result<ListSigningCertificatesResponse, ApiError> {
        list_signing_certificates::run(self, caller, &input)
    }

    async fn list_user_policies(
        &self,
        caller: &Caller,
        input: ListUserPoliciesRequest,
    ) -> Result<ListUserPoliciesResponse, ApiError> {
        list_user_policies::run(self, caller, &input)
    }

    async fn list_user_tags(
        &self,
        caller: &Caller,
        input: ListUserTagsRequest,
    ) -> Result<ListUserTagsResponse, ApiError> {
        list_user_tags::run(self, caller, &input)
    }

    async fn list_users(
        &self,
        caller: &Caller,
        input: ListUsersRequest,
    ) -> Result<ListUsersResponse, ApiError> {
        list_users::run(self, caller, &input)
    }

    async fn list_virtual_mfa_devices(
        &self,
        _caller: &Caller,
        _input: ListVirtualMFADevicesRequest,
    ) -> Result<ListVirtualMFADevicesResponse, ApiError> {
        Ok(list_virtual_mfa_devices::run())
    }

    async fn put_group_policy(
        &self,
        caller: &Caller,
        input: PutGroupPolicyRequest,
    ) -> Result<PutGroupPolicyResponse, ApiError> {
        put_group_policy::run(self, caller, input).await
    }

    async fn put_role_permissions_boundary(
        &self,
        caller: &Caller,
        input: PutRolePermissionsBoundaryRequest,
    ) -> Result<PutRolePermissionsBoundaryResponse, ApiError> {
        put_role_permissions_boundary::run(self, caller, input).await
    }

    async fn put_role_policy(
        &self,
        caller: &Caller,
        input: PutRolePolicyRequest,
    ) -> Result<PutRolePolicyResponse, ApiError> {
        put_role_policy::run(self, caller, input).await
    }

    async fn put_user_permissions_boundary(
        &self,
        caller: &Caller,
        input: PutUserPermissionsBoundaryRequest,
    ) -> Result<PutUserPermissionsBoundaryResponse, ApiError> {
        put_user_permissions_boundary::run(self, caller, input).await
    }

    async fn put_user_policy(
        &self,
        caller: &Caller,
        input: PutUserPolicyRequest,
    ) -> Result<PutUserPolicyResponse, ApiError> {
        put_user_policy::run(self, caller, input).await
    }

    async fn remove_role_from_instance_profile(
        &self,
        caller: &Caller,
        input: RemoveRoleFromInstanceProfileRequest,
    ) -> Result<RemoveRoleFromInstanceProfileResponse, ApiError> {
        remove_role_from_instance_profile::run(self, caller, input).await
    }

    async fn remove_user_from_group(
        &self,
        caller: &Caller,
        input: RemoveUserFromGroupRequest,
    ) -> Result<RemoveUserFromGroupResponse, ApiError> {
        remove_user_from_group::run(self, caller, input).await
    }

    async fn set_default_policy_version(
        &self,
        caller: &Caller,
        input: SetDefaultPolicyVersionRequest,
    ) -> Result<SetDefaultPolicyVersionResponse, ApiError> {
        set_default_policy_version::run(self, caller, input).await
    }

    async fn simulate_custom_policy(
        &self,
        caller: &Caller,
        input: SimulateCustomPolicyRequest,
    ) -> Result<SimulatePolicyResponse, ApiError> {
        simulate_custom_policy::run(self, caller, &input)
    }

    async fn simulate_principal_policy(
        &self,
        caller: &Caller,
        input: SimulatePrincipalPolicyRequest,
    ) -> Result<SimulatePolicyResponse, ApiError> {
        simulate_principal_policy::run(self, caller, &input)
    }

    async fn tag_instance_profile(
        &self,
        caller: &Caller,
        input: TagInstanceProfileRequest,
    ) -> Result<TagInstanceProfileResponse, ApiError> {
        tag_instance_profile::run(self, caller, input).await
    }

    async fn tag_policy(
        &self,
        caller: &Caller,
        input: TagPolicyRequest,
    ) -> Result<TagPolicyResponse, ApiError> {
        tag_policy::run(self, caller, input).await
    }

    async fn tag_role(
        &self,
        caller: &Caller,
        input: TagRoleRequest,
    ) -> Result<TagRoleResponse, ApiError> {
        tag_role::run(self, caller, input).await
    }

    async fn tag_user(
        &self,
        caller: &Caller,
        input: TagUserRequest,
    ) -> Result<TagUserResponse, ApiError> {
        tag_user::run(self, caller, input).await
    }

    async fn untag_instance_profile(
        &self,
        caller: &Caller,
        input: UntagInstanceProfileRequest,
    ) -> Result<UntagInstanceProfileResponse, ApiError> {
        untag_instance_profile::run(self, caller, input).await
    }

    async fn untag_policy(
        &self,
        caller: &Caller,
        input: UntagPolicyRequest,
    ) -> Result<UntagPolicyResponse, ApiError> {
        untag_policy::run(self, caller, input).await
    }

    async fn untag_role(
        &self,
        caller: &Caller,
        input: UntagRoleRequest,
    ) -> Result<UntagRoleResponse, ApiError> {
        untag_role::run(self, caller, input).await
    }

    async fn untag_user(
        &self,
        caller: &Caller,
        input: UntagUserRequest,
    ) -> Result<UntagUserResponse, ApiError> {
        untag_user::run(self, caller, input).await
    }

    async fn update_access_key(
        &self,
        caller: &Caller,
        input: UpdateAccessKeyRequest,
    ) -> Result<UpdateAccessKeyResponse, ApiError> {
        update_access_key::run(self, caller, input).await
    }

    async fn update_assume_role_policy(
        &self,
        caller: &Caller,
        input: UpdateAssumeRolePolicyRequest,
    ) -> Result<UpdateAssumeRolePolicyResponse, ApiError> {
        update_assume_role_policy::run(self, caller, input).await
    }

    async fn update_group(
        &self,
        caller: &Caller,
        input: UpdateGroupRequest,
    ) -> Result<UpdateGroupResponse, ApiError> {
        update_group::run(self, caller, input).await
    }

    async fn update_role(
        &self,
        caller: &Caller,
        input: UpdateRoleRequest,
    ) -> Result<UpdateRoleResponse, ApiError> {
        update_role::run(self, caller, input).await
    }

    async fn update_role_description(
        &self,
        caller: &Caller,
        input: UpdateRoleDescriptionRequest,
    ) -> Result<UpdateRoleDescriptionResponse, ApiError> {
        update_role_description::run(self, caller, input).await
    }

    async fn update_user(
        &self,
        caller: &Caller,
        input: UpdateUserRequest,
    ) -> Result<UpdateUserResponse, ApiError> {
        update_user::run(self, caller, input).await
    }
}
