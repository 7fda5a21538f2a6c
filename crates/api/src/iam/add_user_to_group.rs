//! `AddUserToGroup`: one who is in it stays in it.

use aws_api::iam::{AddUserToGroupRequest, AddUserToGroupResponse};
use model::{IamUser, iam_scope};
use wire::ApiError;

use super::{find, hold, quota};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AddUserToGroupRequest,
) -> Result<AddUserToGroupResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let group = find::group(turn.snapshot, &scope, &input.group_name)?;
        let known = find::user(turn.snapshot, &scope, &input.user_name)?;
        let mut groups = known.groups.clone();
        if !groups.insert(group.name.clone()) {
            return Ok(AddUserToGroupResponse {});
        }
        quota::check(known.groups.len(), ("GroupsPerUser", quota::GROUPS_PER_USER_MAX))?;
        hold(turn, group);
        turn.plan.update(known, IamUser { groups, ..(*known.record).clone() });
        Ok(AddUserToGroupResponse {})
    })
    .await
}
