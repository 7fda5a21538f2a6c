//! How much of everything there may be.
//
// COMPAT: the defaults of "IAM and AWS STS quotas". `GetAccountSummary` shows them.

use aws_api::iam::errors;
use wire::ApiError;

/// LIMIT: users of an account.
pub(super) const USERS_MAX: usize = 5_000;
/// LIMIT: groups of an account.
pub(super) const GROUPS_MAX: usize = 300;
/// LIMIT: roles of an account.
pub(super) const ROLES_MAX: usize = 1_000;
/// LIMIT: instance profiles of an account.
pub(super) const INSTANCE_PROFILES_MAX: usize = 1_000;
/// LIMIT: managed policies of an account's own.
pub(super) const POLICIES_MAX: usize = 1_500;
/// LIMIT: versions of a managed policy.
pub(super) const VERSIONS_MAX: usize = 5;
/// LIMIT: managed policies that are attached to one user, group or role.
pub(super) const ATTACHED_MAX: usize = 10;
/// LIMIT: groups that one user is in.
pub(super) const GROUPS_PER_USER_MAX: usize = 10;
/// LIMIT: access keys of one user.
pub(super) const ACCESS_KEYS_MAX: usize = 2;
/// LIMIT: tags of one user, role, policy or instance profile.
pub(super) const TAGS_MAX: usize = 50;
/// LIMIT: characters of a managed policy, white space not counted.
pub(super) const POLICY_SIZE_MAX: usize = 6_144;
/// LIMIT: characters of all inline policies of a user.
pub(super) const USER_POLICY_SIZE_MAX: usize = 2_048;
/// LIMIT: characters of all inline policies of a group.
pub(super) const GROUP_POLICY_SIZE_MAX: usize = 5_120;
/// LIMIT: characters of all inline policies of a role.
pub(super) const ROLE_POLICY_SIZE_MAX: usize = 10_240;
/// LIMIT: characters of a role's trust policy.
pub(super) const TRUST_POLICY_SIZE_MAX: usize = 2_048;

/// Whether there can be one more of what there are `count` of.
pub(super) fn check(count: usize, (name, max): (&str, usize)) -> Result<(), ApiError> {
    if count < max { Ok(()) } else { Err(exceeded(name, max)) }
}

pub(super) fn exceeded(name: &str, max: usize) -> ApiError {
    errors::limit_exceeded_exception(format!("Cannot exceed quota for {name}: {max}"))
}
