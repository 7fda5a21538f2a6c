//! `GetServiceLinkedRoleDeletionStatus`: every deletion is done when its task is told.

use aws_api::iam::{
    DeletionTaskStatusType, GetServiceLinkedRoleDeletionStatusRequest,
    GetServiceLinkedRoleDeletionStatusResponse, errors,
};
use wire::ApiError;

use super::service_linked;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetServiceLinkedRoleDeletionStatusRequest,
) -> Result<GetServiceLinkedRoleDeletionStatusResponse, ApiError> {
    let task = &input.deletion_task_id;
    if !service_linked::is_deletion_task(&api.vault, &caller.scope.account, task) {
        return Err(errors::no_such_entity_exception(format!(
            "The deletion task {task} cannot be found."
        )));
    }
    Ok(GetServiceLinkedRoleDeletionStatusResponse {
        status: Some(DeletionTaskStatusType::Succeeded),
        reason: None,
    })
}
