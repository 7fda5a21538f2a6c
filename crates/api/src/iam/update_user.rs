//! `UpdateUser`: another name or path, which its keys and its groups follow.

use aws_api::iam::{UpdateUserRequest, UpdateUserResponse};
use model::{AccessKey, IamUser, Record, iam_scope};
use wire::ApiError;

use super::{access_key, find, user};
use crate::{Api, Caller, principals};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateUserRequest,
) -> Result<UpdateUserResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::user(turn.snapshot, &scope, &input.user_name)?;
        let name = input.new_user_name.clone().unwrap_or_else(|| known.name.clone());
        let renamed = IamUser {
            name: name.clone(),
            path: input.new_path.clone().unwrap_or_else(|| known.path.clone()),
            ..(*known.record).clone()
        };
        if renamed.arn() != known.arn() {
            principals::rename(turn, &known.arn(), &renamed.arn());
        }
        if renamed.id() == known.record.id() {
            turn.plan.update(known, renamed);
        } else {
            if let Some(other) = turn.snapshot.iam_users.get(&scope, &renamed.id()) {
                return Err(user::exists(&other.name));
            }
            turn.plan.delete(known);
            turn.plan.insert(renamed);
        }
        for key in access_key::of_user(turn.snapshot, (&scope.account, &known.name)) {
            turn.plan.update(key, AccessKey { user: name.clone(), ..(*key.record).clone() });
        }
        Ok(UpdateUserResponse {})
    })
    .await
}
