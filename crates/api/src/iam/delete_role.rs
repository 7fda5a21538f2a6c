//! `DeleteRole`: deletes a role that has nothing any more.

use aws_api::iam::{DeleteRoleRequest, DeleteRoleResponse, errors};
use model::iam_scope;
use wire::ApiError;

use super::{find, holder, role};
use crate::{Api, Caller, principals};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteRoleRequest,
) -> Result<DeleteRoleResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::role(turn.snapshot, &scope, &input.role_name)?;
        role::check_modifiable(known)?;
        if find::profiles_of(turn.snapshot, &scope, &known.name).next().is_some() {
            return Err(errors::delete_conflict_exception(
                "Cannot delete entity, must remove roles from instance profile first.",
            ));
        }
        holder::check_without_policies(&known.policies)?;
        turn.plan.delete(known);
        principals::rename(turn, &known.arn(), &known.id);
        Ok(DeleteRoleResponse {})
    })
    .await
}
