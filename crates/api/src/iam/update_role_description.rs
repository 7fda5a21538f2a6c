//! `UpdateRoleDescription`: another description.

use aws_api::iam::{UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse};
use model::{IamRole, iam_scope};
use wire::ApiError;

use super::{View, find, role};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateRoleDescriptionRequest,
) -> Result<UpdateRoleDescriptionResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::role(turn.snapshot, &scope, &input.role_name)?;
        let description = Some(input.description.clone());
        let next = IamRole { description, ..(*known.record).clone() };
        let shown = role::render(&next, View::Whole);
        turn.plan.update(known, next);
        Ok(UpdateRoleDescriptionResponse { role: Some(shown) })
    })
    .await
}
