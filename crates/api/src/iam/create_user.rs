//! `CreateUser`: a user without keys and without permissions.

use std::collections::BTreeSet;

use aws_api::iam::{CreateUserRequest, CreateUserResponse};
use model::{IamPolicies, IamUser, iam_scope};
use wire::ApiError;

use super::id::{IdOf, new_id};
use super::{View, path, policy, quota, tags, user};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateUserRequest,
) -> Result<CreateUserResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let name = &input.user_name;
        if let Some(known) = turn.snapshot.iam_users.get(&scope, &name.to_ascii_lowercase()) {
            return Err(user::exists(&known.name));
        }
        let count = turn.snapshot.iam_users.list(&scope).count();
        quota::check(count, ("UsersPerAccount", quota::USERS_MAX))?;
        if let Some(arn) = &input.permissions_boundary {
            policy::hold_boundary(turn, &scope, arn)?;
        }
        let made = IamUser {
            account: scope.account.clone(),
            name: name.clone(),
            path: path(input.path.as_ref()),
            id: new_id(IdOf::User),
            policies: IamPolicies::default(),
            permissions_boundary: input.permissions_boundary.clone(),
            groups: BTreeSet::new(),
            tags: tags::parse(input.tags.as_deref())?,
            created_at: turn.now(),
        };
        let shown = user::render(&made, View::Whole);
        turn.plan.insert(made);
        Ok(CreateUserResponse { user: Some(shown) })
    })
    .await
}
