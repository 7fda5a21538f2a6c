//! `DeleteServiceLinkedRole`: the role is gone when this answers.

use aws_api::iam::{DeleteServiceLinkedRoleRequest, DeleteServiceLinkedRoleResponse, errors};
use model::iam_scope;
use wire::ApiError;

use super::{find, service_linked};
use crate::{Api, Caller, principals};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteServiceLinkedRoleRequest,
) -> Result<DeleteServiceLinkedRoleResponse, ApiError> {
    // Nothing here acts under these roles, so nothing holds one back.
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::role(turn.snapshot, &scope, &input.role_name)?;
        let Some(service) = &known.service_linked else {
            return Err(errors::invalid_input_exception(format!(
                "The role with name {} is not a service-linked role: use DeleteRole.",
                known.name
            )));
        };
        turn.plan.delete(known);
        principals::rename(turn, &known.arn(), &known.id);
        let task =
            service_linked::deletion_task(&api.vault, &scope.account, (service, &known.name));
        Ok(DeleteServiceLinkedRoleResponse { deletion_task_id: Some(task) })
    })
    .await
}
