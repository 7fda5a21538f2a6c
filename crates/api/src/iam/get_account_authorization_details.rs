//! `GetAccountAuthorizationDetails`: users, groups, roles and policies, with all that they allow.

use aws_api::iam::{
    EntityType, GetAccountAuthorizationDetailsRequest, GetAccountAuthorizationDetailsResponse,
    GroupDetail, RoleDetail, UserDetail,
};
use model::{Entry, IamGroup, IamRole, IamUser, Record, Snapshot, iam_scope};
use wire::ApiError;

use super::listing::{self, Listed};
use super::policy::{self, Managed};
use super::usage::Usage;
use super::{View, attachment, boundary, document, find, inline, instance_profile, tags};
use crate::{Api, Caller};

enum Item<'a> {
    User(&'a Entry<IamUser>),
    Group(&'a Entry<IamGroup>),
    Role(&'a Entry<IamRole>),
    Policy(Managed<'a>),
}

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetAccountAuthorizationDetailsRequest,
) -> Result<GetAccountAuthorizationDetailsResponse, ApiError> {
    let snapshot = api.snapshot();
    let account = &caller.scope.account;
    let usage = Usage::count(&snapshot, &iam_scope(account));
    let wanted = items(&snapshot, account, &usage);
    let filter = input.filter.as_deref().unwrap_or_default();
    let wanted = wanted.into_iter().filter(|one| filter.is_empty() || filter.contains(&one.kind()));
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } = listing::page(wanted, Item::order, asked)?;
    let (mut users, mut groups, mut roles, mut policies) = (vec![], vec![], vec![], vec![]);
    for item in items {
        match item {
            Item::User(one) => users.push(user(&snapshot, one)),
            Item::Group(one) => groups.push(group(&snapshot, one)),
            Item::Role(one) => roles.push(role(&snapshot, one)),
            Item::Policy(one) => policies.push(policy::render_detail(one, &usage)),
        }
    }
    Ok(GetAccountAuthorizationDetailsResponse {
        user_detail_list: Some(users),
        group_detail_list: Some(groups),
        role_detail_list: Some(roles),
        policies: Some(policies),
        is_truncated,
        marker,
    })
}

/// COMPAT: of the policies that every account finds ready, those that somebody has.
fn items<'a>(snapshot: &'a Snapshot, account: &str, usage: &Usage) -> Vec<Item<'a>> {
    let scope = iam_scope(account);
    let mut items: Vec<Item<'a>> = snapshot.iam_users.list(&scope).map(Item::User).collect();
    items.extend(snapshot.iam_groups.list(&scope).map(Item::Group));
    items.extend(snapshot.iam_roles.list(&scope).map(Item::Role));
    items.extend(snapshot.iam_policies.list(&scope).map(Managed::Own).map(Item::Policy));
    let is_used = |one: &&'static ::iam::Managed| {
        let counts = usage.of(&one.arn());
        counts.attachments > 0 || counts.boundaries > 0
    };
    let ready = ::iam::managed_policies().iter().filter(is_used);
    items.extend(ready.map(Managed::Ready).map(Item::Policy));
    items.sort_by_key(Item::order);
    items
}

impl Item<'_> {
    fn kind(&self) -> EntityType {
        match self {
            Item::User(_) => EntityType::User,
            Item::Group(_) => EntityType::Group,
            Item::Role(_) => EntityType::Role,
            Item::Policy(Managed::Own(_)) => EntityType::LocalManagedPolicy,
            Item::Policy(Managed::Ready(_)) => EntityType::AwsManagedPolicy,
        }
    }

    fn order(&self) -> String {
        match self {
            Item::User(one) => format!("a/{}", one.record.id()),
            Item::Group(one) => format!("b/{}", one.record.id()),
            Item::Role(one) => format!("c/{}", one.record.id()),
            Item::Policy(one) => format!("d/{}", one.order()),
        }
    }
}

fn user(snapshot: &Snapshot, user: &IamUser) -> UserDetail {
    UserDetail {
        path: Some(user.path.clone()),
        user_name: Some(user.name.clone()),
        user_id: Some(user.id.clone()),
        arn: Some(user.arn()),
        create_date: Some(user.created_at),
        user_policy_list: Some(inline::render(&user.policies)),
        group_list: Some(user.groups.iter().cloned().collect()),
        attached_managed_policies: Some(attachment::render(
            snapshot,
            &user.account,
            &user.policies,
        )),
        permissions_boundary: boundary::render(user.permissions_boundary.as_ref()),
        tags: Some(tags::render(&user.tags)),
    }
}

fn group(snapshot: &Snapshot, group: &IamGroup) -> GroupDetail {
    GroupDetail {
        path: Some(group.path.clone()),
        group_name: Some(group.name.clone()),
        group_id: Some(group.id.clone()),
        arn: Some(group.arn()),
        create_date: Some(group.created_at),
        group_policy_list: Some(inline::render(&group.policies)),
        attached_managed_policies: Some(attachment::render(
            snapshot,
            &group.account,
            &group.policies,
        )),
    }
}

fn role(snapshot: &Snapshot, role: &IamRole) -> RoleDetail {
    let scope = iam_scope(&role.account);
    let profiles = find::profiles_of(snapshot, &scope, &role.name)
        .map(|one| instance_profile::render(snapshot, one, View::Listed));
    RoleDetail {
        path: Some(role.path.clone()),
        role_name: Some(role.name.clone()),
        role_id: Some(role.id.clone()),
        arn: Some(role.arn()),
        create_date: Some(role.created_at),
        assume_role_policy_document: Some(document::encoded(&role.trust_policy)),
        instance_profile_list: Some(profiles.collect()),
        role_policy_list: Some(inline::render(&role.policies)),
        attached_managed_policies: Some(attachment::render(
            snapshot,
            &role.account,
            &role.policies,
        )),
        permissions_boundary: boundary::render(role.permissions_boundary.as_ref()),
        tags: Some(tags::render(&role.tags)),
        role_last_used: None,
    }
}
