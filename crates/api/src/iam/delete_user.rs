//! `DeleteUser`: deletes who has nothing any more.

use aws_api::iam::{DeleteUserRequest, DeleteUserResponse, errors};
use model::iam_scope;
use wire::ApiError;

use super::{access_key, find, holder};
use crate::{Api, Caller, principals};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteUserRequest,
) -> Result<DeleteUserResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::user(turn.snapshot, &scope, &input.user_name)?;
        let mut keys = access_key::of_user(turn.snapshot, (&scope.account, &known.name));
        if keys.next().is_some() {
            return Err(errors::delete_conflict_exception(
                "Cannot delete entity, must delete access keys first.",
            ));
        }
        holder::check_without_policies(&known.policies)?;
        if !known.groups.is_empty() {
            return Err(errors::delete_conflict_exception(
                "Cannot delete entity, must remove users from group first.",
            ));
        }
        turn.plan.delete(known);
        principals::rename(turn, &known.arn(), &known.id);
        Ok(DeleteUserResponse {})
    })
    .await
}
