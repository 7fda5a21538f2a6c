//! What requests name: users, groups, roles and instance profiles.
//
// COMPAT: the sentences are those that IAM answers with.

use aws_api::iam::errors;
use model::{Entry, IamGroup, IamRole, IamUser, InstanceProfile, Record, Scope, Snapshot, Table};
use wire::ApiError;

/// COMPAT: names are unique without regard to case, and found with regard to it.
fn by_name<'a, R: Record>(
    table: &'a Table<R>,
    scope: &Scope,
    (name, name_of): (&str, fn(&R) -> &str),
) -> Option<&'a Entry<R>> {
    table.get(scope, &name.to_ascii_lowercase()).filter(|known| name_of(known) == name)
}

pub(super) fn user<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    name: &str,
) -> Result<&'a Entry<IamUser>, ApiError> {
    by_name(&snapshot.iam_users, scope, (name, |known| &known.name)).ok_or_else(|| {
        errors::no_such_entity_exception(format!("The user with name {name} cannot be found."))
    })
}

pub(super) fn group<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    name: &str,
) -> Result<&'a Entry<IamGroup>, ApiError> {
    by_name(&snapshot.iam_groups, scope, (name, |known| &known.name)).ok_or_else(|| {
        errors::no_such_entity_exception(format!("The group with name {name} cannot be found."))
    })
}

pub(super) fn role<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    name: &str,
) -> Result<&'a Entry<IamRole>, ApiError> {
    by_name(&snapshot.iam_roles, scope, (name, |known| &known.name)).ok_or_else(|| {
        errors::no_such_entity_exception(format!("The role with name {name} cannot be found."))
    })
}

pub(super) fn instance_profile<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    name: &str,
) -> Result<&'a Entry<InstanceProfile>, ApiError> {
    by_name(&snapshot.instance_profiles, scope, (name, |known| &known.name)).ok_or_else(|| {
        errors::no_such_entity_exception(format!("Instance Profile {name} cannot be found."))
    })
}

/// The users of a group, by name.
pub(super) fn members<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    group: &'a str,
) -> impl Iterator<Item = &'a Entry<IamUser>> {
    snapshot.iam_users.list(scope).filter(move |user| user.groups.contains(group))
}

/// The instance profiles that a role is in, by name.
pub(super) fn profiles_of<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    role: &'a str,
) -> impl Iterator<Item = &'a Entry<InstanceProfile>> {
    let all = snapshot.instance_profiles.list(scope);
    all.filter(move |profile| profile.role.as_deref() == Some(role))
}
