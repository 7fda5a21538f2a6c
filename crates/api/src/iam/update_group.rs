//! `UpdateGroup`: another name or path, which its users follow.

use aws_api::iam::{UpdateGroupRequest, UpdateGroupResponse};
use model::{IamGroup, IamUser, Record, iam_scope};
use wire::ApiError;

use super::{find, group};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateGroupRequest,
) -> Result<UpdateGroupResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::group(turn.snapshot, &scope, &input.group_name)?;
        let name = input.new_group_name.clone().unwrap_or_else(|| known.name.clone());
        let renamed = IamGroup {
            name: name.clone(),
            path: input.new_path.clone().unwrap_or_else(|| known.path.clone()),
            ..(*known.record).clone()
        };
        if renamed.id() == known.record.id() {
            turn.plan.update(known, renamed);
        } else {
            if let Some(other) = turn.snapshot.iam_groups.get(&scope, &renamed.id()) {
                return Err(group::exists(&other.name));
            }
            turn.plan.delete(known);
            turn.plan.insert(renamed);
        }
        if name == known.name {
            return Ok(UpdateGroupResponse {});
        }
        for member in find::members(turn.snapshot, &scope, &known.name) {
            let mut groups = member.groups.clone();
            groups.remove(&known.name);
            groups.insert(name.clone());
            turn.plan.update(member, IamUser { groups, ..(*member.record).clone() });
        }
        Ok(UpdateGroupResponse {})
    })
    .await
}
