//! `DeleteGroup`: deletes a group that has neither users nor policies.

use aws_api::iam::{DeleteGroupRequest, DeleteGroupResponse, errors};
use model::iam_scope;
use wire::ApiError;

use super::{find, holder};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteGroupRequest,
) -> Result<DeleteGroupResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::group(turn.snapshot, &scope, &input.group_name)?;
        if find::members(turn.snapshot, &scope, &known.name).next().is_some() {
            return Err(errors::delete_conflict_exception(
                "Cannot delete entity, must remove users from group first.",
            ));
        }
        holder::check_without_policies(&known.policies)?;
        turn.plan.delete(known);
        Ok(DeleteGroupResponse {})
    })
    .await
}
