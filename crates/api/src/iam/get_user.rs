//! `GetUser`: one user, or whoever asks.

use aws_api::iam::{self, GetUserRequest, GetUserResponse};
use model::iam_scope;
use wire::ApiError;

use super::whose::{Whose, whose};
use super::{View, find, user};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetUserRequest,
) -> Result<GetUserResponse, ApiError> {
    let name = match whose(caller, input.user_name.as_ref())? {
        Whose::User(name) => name,
        Whose::Root => return Ok(GetUserResponse { user: Some(root(caller)) }),
    };
    let snapshot = api.snapshot();
    let known = find::user(&snapshot, &iam_scope(&caller.scope.account), &name)?;
    Ok(GetUserResponse { user: Some(user::render(known, View::Whole)) })
}

/// COMPAT: the root has an id and an ARN, and no name. Since when there is an account is not kept.
fn root(caller: &Caller) -> iam::User {
    let account = caller.scope.account.clone();
    iam::User {
        path: Some("/".to_owned()),
        arn: Some(caller.principal_arn()),
        user_id: Some(account),
        ..iam::User::default()
    }
}
