//! What each operation of IAM asks for.

use super::access::{Access, row};

pub(super) const ACCESS: &[Access] = &[
    row("AddRoleToInstanceProfile", &["iam:instance-profile{InstanceProfileName|profile}"])
        .passes(&[("RoleName", "ec2.amazonaws.com")]),
    row("AddUserToGroup", &["iam:group{GroupName|group}"]),
    row("AttachGroupPolicy", &["iam:group{GroupName|group}"])
        .keys(&[("iam:PolicyARN", "{PolicyArn}")]),
    row("AttachRolePolicy", &["iam:role{RoleName|role}"]).keys(&[
        ("iam:PolicyARN", "{PolicyArn}"),
        ("iam:PermissionsBoundary", "{RoleName|boundary_of_role}"),
    ]),
    row("AttachUserPolicy", &["iam:user{UserName|user}"]).keys(&[
        ("iam:PolicyARN", "{PolicyArn}"),
        ("iam:PermissionsBoundary", "{UserName|boundary_of_user}"),
    ]),
    row("CreateAccessKey", &["iam:user{UserName|user}"]),
    row("CreateAccountAlias", &["*"]),
    row("CreateGroup", &["iam:group{Path=/}{GroupName}"]),
    row("CreateInstanceProfile", &["iam:instance-profile{Path=/}{InstanceProfileName}"])
        .tags("iam:TagInstanceProfile", "iam:instance-profile{Path=/}{InstanceProfileName}"),
    row("CreateLoginProfile", &["iam:user{UserName|user}"]),
    row("CreateOpenIDConnectProvider", &["*"]).tags("iam:TagOpenIDConnectProvider", "*"),
    row("CreatePolicy", &["iam:policy{Path=/}{PolicyName}"])
        .tags("iam:TagPolicy", "iam:policy{Path=/}{PolicyName}"),
    row("CreatePolicyVersion", &["{PolicyArn}"]),
    row("CreateRole", &["iam:role{Path=/}{RoleName}"])
        .keys(&[("iam:PermissionsBoundary", "{PermissionsBoundary}")])
        .tags("iam:TagRole", "iam:role{Path=/}{RoleName}"),
    row("CreateSAMLProvider", &["*"]).tags("iam:TagSAMLProvider", "*"),
    row("CreateServiceLinkedRole", &["iam:role/aws-service-role/{AWSServiceName}/*"])
        .keys(&[("iam:AWSServiceName", "{AWSServiceName}")]),
    row("CreateUser", &["iam:user{Path=/}{UserName}"])
        .keys(&[("iam:PermissionsBoundary", "{PermissionsBoundary}")])
        .tags("iam:TagUser", "iam:user{Path=/}{UserName}"),
    row("DeleteAccessKey", &["iam:user{UserName|user}"]),
    row("DeleteAccountAlias", &["*"]),
    row("DeleteGroup", &["iam:group{GroupName|group}"]),
    row("DeleteGroupPolicy", &["iam:group{GroupName|group}"]),
    row("DeleteInstanceProfile", &["iam:instance-profile{InstanceProfileName|profile}"]),
    row("DeleteLoginProfile", &["iam:user{UserName|user}"]),
    row("DeletePolicy", &["{PolicyArn}"]),
    row("DeletePolicyVersion", &["{PolicyArn}"]),
    row("DeleteRole", &["iam:role{RoleName|role}"]),
    row("DeleteRolePermissionsBoundary", &["iam:role{RoleName|role}"])
        .keys(&[("iam:PermissionsBoundary", "{RoleName|boundary_of_role}")]),
    row("DeleteRolePolicy", &["iam:role{RoleName|role}"])
        .keys(&[("iam:PermissionsBoundary", "{RoleName|boundary_of_role}")]),
    row("DeleteServiceLinkedRole", &["iam:role{RoleName|role}"]),
    row("DeleteUser", &["iam:user{UserName|user}"]),
    row("DeleteUserPermissionsBoundary", &["iam:user{UserName|user}"])
        .keys(&[("iam:PermissionsBoundary", "{UserName|boundary_of_user}")]),
    row("DeleteUserPolicy", &["iam:user{UserName|user}"])
        .keys(&[("iam:PermissionsBoundary", "{UserName|boundary_of_user}")]),
    row("DetachGroupPolicy", &["iam:group{GroupName|group}"])
        .keys(&[("iam:PolicyARN", "{PolicyArn}")]),
    row("DetachRolePolicy", &["iam:role{RoleName|role}"]).keys(&[
        ("iam:PolicyARN", "{PolicyArn}"),
        ("iam:PermissionsBoundary", "{RoleName|boundary_of_role}"),
    ]),
    row("DetachUserPolicy", &["iam:user{UserName|user}"]).keys(&[
        ("iam:PolicyARN", "{PolicyArn}"),
        ("iam:PermissionsBoundary", "{UserName|boundary_of_user}"),
    ]),
    row("GetAccessKeyLastUsed", &["*"]),
    row("GetAccountAuthorizationDetails", &["*"]),
    row("GetAccountSummary", &["*"]),
    row("GetContextKeysForCustomPolicy", &["*"]),
    row("GetContextKeysForPrincipalPolicy", &["{PolicySourceArn}"]),
    row("GetGroup", &["iam:group{GroupName|group}"]),
    row("GetGroupPolicy", &["iam:group{GroupName|group}"]),
    row("GetInstanceProfile", &["iam:instance-profile{InstanceProfileName|profile}"]),
    row("GetLoginProfile", &["iam:user{UserName|user}"]),
    row("GetPolicy", &["{PolicyArn}"]),
    row("GetPolicyVersion", &["{PolicyArn}"]),
    row("GetRole", &["iam:role{RoleName|role}"]),
    row("GetRolePolicy", &["iam:role{RoleName|role}"]),
    row("GetServiceLinkedRoleDeletionStatus", &["*"]),
    row("GetUser", &["iam:user{UserName|user}"]),
    row("GetUserPolicy", &["iam:user{UserName|user}"]),
    row("ListAccessKeys", &["iam:user{UserName|user}"]),
    row("ListAccountAliases", &["*"]),
    row("ListAttachedGroupPolicies", &["iam:group{GroupName|group}"]),
    row("ListAttachedRolePolicies", &["iam:role{RoleName|role}"]),
    row("ListAttachedUserPolicies", &["iam:user{UserName|user}"]),
    row("ListEntitiesForPolicy", &["{PolicyArn}"]),
    row("ListGroupPolicies", &["iam:group{GroupName|group}"]),
    row("ListGroups", &["*"]),
    row("ListGroupsForUser", &["iam:user{UserName|user}"]),
    row("ListInstanceProfileTags", &["iam:instance-profile{InstanceProfileName|profile}"]),
    row("ListInstanceProfiles", &["*"]),
    row("ListInstanceProfilesForRole", &["iam:role{RoleName|role}"]),
    row("ListMFADevices", &["iam:user{UserName|user}"]),
    row("ListPolicies", &["*"]),
    row("ListPoliciesGrantingServiceAccess", &["{Arn}"]),
    row("ListPolicyTags", &["{PolicyArn}"]),
    row("ListPolicyVersions", &["{PolicyArn}"]),
    row("ListRolePolicies", &["iam:role{RoleName|role}"]),
    row("ListRoleTags", &["iam:role{RoleName|role}"]),
    row("ListRoles", &["*"]),
    row("ListSSHPublicKeys", &["iam:user{UserName|user}"]),
    row("ListServiceSpecificCredentials", &["iam:user{UserName|user}"]),
    row("ListSigningCertificates", &["iam:user{UserName|user}"]),
    row("ListUserPolicies", &["iam:user{UserName|user}"]),
    row("ListUserTags", &["iam:user{UserName|user}"]),
    row("ListUsers", &["*"]),
    row("ListVirtualMFADevices", &["*"]),
    row("PutGroupPolicy", &["iam:group{GroupName|group}"]),
    row("PutRolePermissionsBoundary", &["iam:role{RoleName|role}"])
        .keys(&[("iam:PermissionsBoundary", "{PermissionsBoundary}")]),
    row("PutRolePolicy", &["iam:role{RoleName|role}"])
        .keys(&[("iam:PermissionsBoundary", "{RoleName|boundary_of_role}")]),
    row("PutUserPermissionsBoundary", &["iam:user{UserName|user}"])
        .keys(&[("iam:PermissionsBoundary", "{PermissionsBoundary}")]),
    row("PutUserPolicy", &["iam:user{UserName|user}"])
        .keys(&[("iam:PermissionsBoundary", "{UserName|boundary_of_user}")]),
    row("RemoveRoleFromInstanceProfile", &["iam:instance-profile{InstanceProfileName|profile}"]),
    row("RemoveUserFromGroup", &["iam:group{GroupName|group}"]),
    row("SetDefaultPolicyVersion", &["{PolicyArn}"]),
    row("SimulateCustomPolicy", &["*"]),
    row("SimulatePrincipalPolicy", &["{PolicySourceArn}"]),
    row("TagInstanceProfile", &["iam:instance-profile{InstanceProfileName|profile}"]),
    row("TagPolicy", &["{PolicyArn}"]),
    row("TagRole", &["iam:role{RoleName|role}"]),
    row("TagUser", &["iam:user{UserName|user}"]),
    row("UntagInstanceProfile", &["iam:instance-profile{InstanceProfileName|profile}"]),
    row("UntagPolicy", &["{PolicyArn}"]),
    row("UntagRole", &["iam:role{RoleName|role}"]),
    row("UntagUser", &["iam:user{UserName|user}"]),
    row("UpdateAccessKey", &["iam:user{UserName|user}"]),
    row("UpdateAssumeRolePolicy", &["iam:role{RoleName|role}"]),
    row("UpdateGroup", &["iam:group{GroupName|group}", "iam:group{GroupName|renamed_group}"]),
    row("UpdateRole", &["iam:role{RoleName|role}"]),
    row("UpdateRoleDescription", &["iam:role{RoleName|role}"]),
    row("UpdateUser", &["iam:user{UserName|user}", "iam:user{UserName|renamed_user}"]),
];
