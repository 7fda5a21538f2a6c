//! A role by its ARN, and the principal that a session of it is.

use model::principal::Identity;
use model::{Arn, Entry, IamRole, Principal, Snapshot, iam_scope};

/// The role whose ARN this is, path included.
pub(crate) fn find<'a>(snapshot: &'a Snapshot, arn: &str) -> Option<&'a Entry<IamRole>> {
    let parsed = Arn::parse(arn)?;
    let name = parsed.resource.strip_prefix("role/")?.rsplit('/').next()?;
    let scope = iam_scope(&parsed.scope.account);
    let role = snapshot.iam_roles.get(&scope, &name.to_ascii_lowercase())?;
    (role.arn() == arn).then_some(role)
}

/// Without what its credentials say besides.
pub(crate) fn session(role: &IamRole, session_name: &str) -> Principal {
    let identity = Identity::Role {
        name: role.name.clone(),
        path: role.path.clone(),
        id: role.id.clone(),
        session_name: session_name.to_owned(),
    };
    Principal { account: role.account.clone(), identity, session: None }
}
