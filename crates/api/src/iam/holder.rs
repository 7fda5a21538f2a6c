//! What policies are attached to: users, groups and roles.

use aws_api::iam::errors;
use model::{AnyRecord, Entry, IamGroup, IamPolicies, IamRole, IamUser, Record, Scope, Snapshot};
use wire::ApiError;

use super::{find, quota, role};

pub(super) trait Holder: Record + Into<AnyRecord> {
    /// As sentences have it.
    const WORD: &'static str;
    /// The quota of attached policies, by IAM's name.
    const ATTACHED_QUOTA: &'static str;
    /// How large all inline policies together may be, in characters.
    const INLINE_MAX: usize;

    fn find<'a>(
        snapshot: &'a Snapshot,
        scope: &Scope,
        name: &str,
    ) -> Result<&'a Entry<Self>, ApiError>;

    fn policies(&self) -> &IamPolicies;

    #[must_use]
    fn with_policies(&self, policies: IamPolicies) -> Self;

    /// Refuses to change what is a service's own.
    fn check_modifiable(&self) -> Result<(), ApiError>;
}

impl Holder for IamUser {
    const WORD: &'static str = "user";
    const ATTACHED_QUOTA: &'static str = "PoliciesPerUser";
    const INLINE_MAX: usize = quota::USER_POLICY_SIZE_MAX;

    fn find<'a>(
        snapshot: &'a Snapshot,
        scope: &Scope,
        name: &str,
    ) -> Result<&'a Entry<IamUser>, ApiError> {
        find::user(snapshot, scope, name)
    }

    fn policies(&self) -> &IamPolicies {
        &self.policies
    }

    fn with_policies(&self, policies: IamPolicies) -> IamUser {
        IamUser { policies, ..self.clone() }
    }

    fn check_modifiable(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

impl Holder for IamGroup {
    const WORD: &'static str = "group";
    const ATTACHED_QUOTA: &'static str = "PoliciesPerGroup";
    const INLINE_MAX: usize = quota::GROUP_POLICY_SIZE_MAX;

    fn find<'a>(
        snapshot: &'a Snapshot,
        scope: &Scope,
        name: &str,
    ) -> Result<&'a Entry<IamGroup>, ApiError> {
        find::group(snapshot, scope, name)
    }

    fn policies(&self) -> &IamPolicies {
        &self.policies
    }

    fn with_policies(&self, policies: IamPolicies) -> IamGroup {
        IamGroup { policies, ..self.clone() }
    }

    fn check_modifiable(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

impl Holder for IamRole {
    const WORD: &'static str = "role";
    const ATTACHED_QUOTA: &'static str = "PoliciesPerRole";
    const INLINE_MAX: usize = quota::ROLE_POLICY_SIZE_MAX;

    fn find<'a>(
        snapshot: &'a Snapshot,
        scope: &Scope,
        name: &str,
    ) -> Result<&'a Entry<IamRole>, ApiError> {
        find::role(snapshot, scope, name)
    }

    fn policies(&self) -> &IamPolicies {
        &self.policies
    }

    fn with_policies(&self, policies: IamPolicies) -> IamRole {
        IamRole { policies, ..self.clone() }
    }

    fn check_modifiable(&self) -> Result<(), ApiError> {
        role::check_modifiable(self)
    }
}

/// Refuses to delete who still has policies.
pub(super) fn check_without_policies(policies: &IamPolicies) -> Result<(), ApiError> {
    if !policies.attached.is_empty() {
        return Err(errors::delete_conflict_exception(
            "Cannot delete entity, must detach all policies first.",
        ));
    }
    if !policies.inline.is_empty() {
        return Err(errors::delete_conflict_exception(
            "Cannot delete entity, must delete policies first.",
        ));
    }
    Ok(())
}
