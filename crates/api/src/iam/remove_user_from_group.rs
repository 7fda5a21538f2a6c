//! `RemoveUserFromGroup`: a user leaves a group.

use aws_api::iam::{RemoveUserFromGroupRequest, RemoveUserFromGroupResponse, errors};
use model::{IamUser, iam_scope};
use wire::ApiError;

use super::find;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RemoveUserFromGroupRequest,
) -> Result<RemoveUserFromGroupResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let group = find::group(turn.snapshot, &scope, &input.group_name)?;
        let known = find::user(turn.snapshot, &scope, &input.user_name)?;
        let mut groups = known.groups.clone();
        if !groups.remove(&group.name) {
            return Err(errors::no_such_entity_exception(format!(
                "The user with name {} is not in the group with name {}.",
                known.name, group.name
            )));
        }
        turn.plan.update(known, IamUser { groups, ..(*known.record).clone() });
        Ok(RemoveUserFromGroupResponse {})
    })
    .await
}
