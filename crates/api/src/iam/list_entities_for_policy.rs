//! `ListEntitiesForPolicy`: whom a managed policy is attached to, or bounds.

use aws_api::iam::{
    EntityType, ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse, PolicyGroup,
    PolicyRole, PolicyUsageType, PolicyUser,
};
use model::{IamPolicies, Scope, Snapshot, iam_scope};
use wire::ApiError;

use super::listing::{self, Listed};
use super::policy;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListEntitiesForPolicyRequest,
) -> Result<ListEntitiesForPolicyResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    policy::find(&snapshot, &scope, &input.policy_arn)?;
    let asked = (input.marker.as_deref(), input.max_items);
    let found = entities(&snapshot, &scope, input);
    let Listed { items, is_truncated, marker } = listing::page(found, Entity::order, asked)?;
    let mut response = ListEntitiesForPolicyResponse {
        policy_groups: Some(Vec::new()),
        policy_users: Some(Vec::new()),
        policy_roles: Some(Vec::new()),
        is_truncated,
        marker,
    };
    for entity in items {
        match entity {
            Entity::Group(one) => response.policy_groups.get_or_insert_default().push(one),
            Entity::User(one) => response.policy_users.get_or_insert_default().push(one),
            Entity::Role(one) => response.policy_roles.get_or_insert_default().push(one),
        }
    }
    Ok(response)
}

enum Entity {
    Group(PolicyGroup),
    User(PolicyUser),
    Role(PolicyRole),
}

impl Entity {
    fn order(&self) -> String {
        let (kind, name) = match self {
            Entity::Group(one) => ('a', &one.group_name),
            Entity::User(one) => ('b', &one.user_name),
            Entity::Role(one) => ('c', &one.role_name),
        };
        format!("{kind}/{}", name.as_deref().unwrap_or_default().to_ascii_lowercase())
    }
}

/// Groups, then users, then roles, each by name.
fn entities(
    snapshot: &Snapshot,
    scope: &Scope,
    input: &ListEntitiesForPolicyRequest,
) -> Vec<Entity> {
    let is_of = |kind| input.entity_filter.is_none_or(|wanted| wanted == kind);
    let is_wanted = |path: &str, policies: &IamPolicies, boundary: Option<&String>| {
        let is_attached = policies.attached.contains(&input.policy_arn);
        let is_bounded = boundary == Some(&input.policy_arn);
        let is_used = match input.policy_usage_filter {
            None => is_attached || is_bounded,
            Some(PolicyUsageType::PermissionsPolicy) => is_attached,
            Some(PolicyUsageType::PermissionsBoundary) => is_bounded,
        };
        is_used && listing::is_below(path, input.path_prefix.as_ref())
    };
    let groups = snapshot.iam_groups.list(scope).filter(|_| is_of(EntityType::Group));
    let groups = groups.filter(|one| is_wanted(&one.path, &one.policies, None));
    let groups = groups.map(|one| {
        let (name, id) = (Some(one.name.clone()), Some(one.id.clone()));
        Entity::Group(PolicyGroup { group_name: name, group_id: id })
    });
    let users = snapshot.iam_users.list(scope).filter(|_| is_of(EntityType::User));
    let users =
        users.filter(|one| is_wanted(&one.path, &one.policies, one.permissions_boundary.as_ref()));
    let users = users.map(|one| {
        let (name, id) = (Some(one.name.clone()), Some(one.id.clone()));
        Entity::User(PolicyUser { user_name: name, user_id: id })
    });
    let roles = snapshot.iam_roles.list(scope).filter(|_| is_of(EntityType::Role));
    let roles =
        roles.filter(|one| is_wanted(&one.path, &one.policies, one.permissions_boundary.as_ref()));
    let roles = roles.map(|one| {
        let (name, id) = (Some(one.name.clone()), Some(one.id.clone()));
        Entity::Role(PolicyRole { role_name: name, role_id: id })
    });
    groups.chain(users).chain(roles).collect()
}
