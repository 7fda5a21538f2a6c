//! How often each managed policy is used, counted in one pass.

use std::collections::BTreeMap;

use model::{Scope, Snapshot};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Users, groups and roles that it is attached to.
    pub(super) attachments: i32,
    /// Users and roles that it bounds.
    pub(super) boundaries: i32,
}

/// By ARN.
#[derive(Debug, Default)]
pub(super) struct Usage(BTreeMap<String, Counts>);

impl Usage {
    pub(super) fn count(snapshot: &Snapshot, scope: &Scope) -> Usage {
        let users = snapshot.iam_users.list(scope);
        let users = users.map(|one| (&one.record.policies, &one.record.permissions_boundary));
        let roles = snapshot.iam_roles.list(scope);
        let roles = roles.map(|one| (&one.record.policies, &one.record.permissions_boundary));
        let groups = snapshot.iam_groups.list(scope).map(|one| (&one.record.policies, &None));
        let mut usage = Usage::default();
        for (policies, boundary) in users.chain(groups).chain(roles) {
            for arn in &policies.attached {
                usage.0.entry(arn.clone()).or_default().attachments += 1;
            }
            if let Some(arn) = boundary {
                usage.0.entry(arn.clone()).or_default().boundaries += 1;
            }
        }
        usage
    }

    pub(super) fn of(&self, arn: &str) -> Counts {
        self.0.get(arn).copied().unwrap_or_default()
    }
}
