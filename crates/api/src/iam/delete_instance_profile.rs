//! `DeleteInstanceProfile`: deletes an instance profile without a role.

use aws_api::iam::{DeleteInstanceProfileRequest, DeleteInstanceProfileResponse, errors};
use model::iam_scope;
use wire::ApiError;

use super::find;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteInstanceProfileRequest,
) -> Result<DeleteInstanceProfileResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::instance_profile(turn.snapshot, &scope, &input.instance_profile_name)?;
        if known.role.is_some() {
            return Err(errors::delete_conflict_exception(
                "Cannot delete entity, must remove roles from instance profile first.",
            ));
        }
        turn.plan.delete(known);
        Ok(DeleteInstanceProfileResponse {})
    })
    .await
}
