//! What IAM lets its things be called: by names in any case, without their paths.

use model::{Scope, Snapshot, iam_scope};

use crate::authorize::scene::Scene;
use crate::authorize::template::texts;

/// The role's path and name as they are; of one that is not there, as it would be.
pub(super) fn role(snapshot: &Snapshot, scope: &Scope, name: &str) -> String {
    let found = snapshot.iam_roles.get(&iam_scope(&scope.account), &lower(name));
    whole(found.map(|it| (&it.path, &it.name)), name)
}

pub(super) fn user(snapshot: &Snapshot, scope: &Scope, name: &str) -> String {
    let found = snapshot.iam_users.get(&iam_scope(&scope.account), &lower(name));
    whole(found.map(|it| (&it.path, &it.name)), name)
}

pub(super) fn group(snapshot: &Snapshot, scope: &Scope, name: &str) -> String {
    let found = snapshot.iam_groups.get(&iam_scope(&scope.account), &lower(name));
    whole(found.map(|it| (&it.path, &it.name)), name)
}

pub(super) fn profile(snapshot: &Snapshot, scope: &Scope, name: &str) -> String {
    let found = snapshot.instance_profiles.get(&iam_scope(&scope.account), &lower(name));
    whole(found.map(|it| (&it.path, &it.name)), name)
}

/// What a user is called afterwards, which the caller has to be allowed to change as well
/// (`UpdateUser`).
pub(super) fn renamed_user(scene: &Scene<'_>, name: &str) -> String {
    renamed(scene, &user(scene.snapshot, scene.scope(), name), "NewUserName")
}

pub(super) fn renamed_group(scene: &Scene<'_>, name: &str) -> String {
    renamed(scene, &group(scene.snapshot, scene.scope(), name), "NewGroupName")
}

/// The ARN of the boundary that a role has; empty where it has none.
pub(super) fn boundary_of_role(snapshot: &Snapshot, scope: &Scope, name: &str) -> String {
    let found = snapshot.iam_roles.get(&iam_scope(&scope.account), &lower(name));
    found.and_then(|it| it.permissions_boundary.clone()).unwrap_or_default()
}

pub(super) fn boundary_of_user(snapshot: &Snapshot, scope: &Scope, name: &str) -> String {
    let found = snapshot.iam_users.get(&iam_scope(&scope.account), &lower(name));
    found.and_then(|it| it.permissions_boundary.clone()).unwrap_or_default()
}

fn renamed(scene: &Scene<'_>, now: &str, member: &str) -> String {
    let given = |member: &str| {
        texts(scene.asked.operation.input.schema, scene.input, member).into_iter().next()
    };
    let (path, name) = now.rsplit_once('/').unwrap_or(("", now));
    let path = given("NewPath").unwrap_or_else(|| format!("{path}/"));
    format!("{path}{}", given(member).unwrap_or_else(|| name.to_owned()))
}

fn whole(known: Option<(&String, &String)>, name: &str) -> String {
    known.map_or_else(|| format!("/{name}"), |(path, name)| format!("{path}{name}"))
}

fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}
