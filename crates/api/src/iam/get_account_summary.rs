//! `GetAccountSummary`: how much there is of everything, and how much there may be.

use aws_api::iam::GetAccountSummaryResponse;
use model::iam_scope;

use super::quota;
use crate::{Api, Caller};

pub(super) fn run(api: &Api, caller: &Caller) -> GetAccountSummaryResponse {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let versions = snapshot.iam_policies.list(&scope).map(|one| one.versions.len()).sum::<usize>();
    let counts = [
        ("Users", snapshot.iam_users.list(&scope).count()),
        ("Groups", snapshot.iam_groups.list(&scope).count()),
        ("Roles", snapshot.iam_roles.list(&scope).count()),
        ("InstanceProfiles", snapshot.instance_profiles.list(&scope).count()),
        ("Policies", snapshot.iam_policies.list(&scope).count()),
        ("PolicyVersionsInUse", versions),
    ];
    let all = counts
        .into_iter()
        .chain(FIXED)
        .map(|(name, count)| (name.to_owned(), i32::try_from(count).unwrap_or(i32::MAX)));
    GetAccountSummaryResponse { summary_map: Some(all.collect()) }
}

/// Quotas; what there never is any of; and the root's key, which there always is.
const FIXED: [(&str, usize); 27] = [
    ("UsersQuota", quota::USERS_MAX),
    ("GroupsQuota", quota::GROUPS_MAX),
    ("RolesQuota", quota::ROLES_MAX),
    ("InstanceProfilesQuota", quota::INSTANCE_PROFILES_MAX),
    ("PoliciesQuota", quota::POLICIES_MAX),
    ("PolicyVersionsInUseQuota", quota::POLICIES_MAX * quota::VERSIONS_MAX),
    ("VersionsPerPolicyQuota", quota::VERSIONS_MAX),
    ("PolicySizeQuota", quota::POLICY_SIZE_MAX),
    ("UserPolicySizeQuota", quota::USER_POLICY_SIZE_MAX),
    ("GroupPolicySizeQuota", quota::GROUP_POLICY_SIZE_MAX),
    ("RolePolicySizeQuota", quota::ROLE_POLICY_SIZE_MAX),
    ("AssumeRolePolicySizeQuota", quota::TRUST_POLICY_SIZE_MAX),
    ("GroupsPerUserQuota", quota::GROUPS_PER_USER_MAX),
    ("AccessKeysPerUserQuota", quota::ACCESS_KEYS_MAX),
    ("AttachedPoliciesPerUserQuota", quota::ATTACHED_MAX),
    ("AttachedPoliciesPerGroupQuota", quota::ATTACHED_MAX),
    ("AttachedPoliciesPerRoleQuota", quota::ATTACHED_MAX),
    ("AccountAccessKeysPresent", 1),
    ("AccountMFAEnabled", 0),
    ("AccountPasswordPresent", 0),
    ("AccountSigningCertificatesPresent", 0),
    ("MFADevices", 0),
    ("MFADevicesInUse", 0),
    ("Providers", 0),
    ("ServerCertificates", 0),
    ("ServerCertificatesQuota", 0),
    ("SigningCertificatesPerUserQuota", 0),
];
