//! `CreateGroup`: a group without members and without permissions.

use aws_api::iam::{CreateGroupRequest, CreateGroupResponse};
use model::{IamGroup, IamPolicies, iam_scope};
use wire::ApiError;

use super::id::{IdOf, new_id};
use super::{group, path, quota};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateGroupRequest,
) -> Result<CreateGroupResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let name = &input.group_name;
        if let Some(known) = turn.snapshot.iam_groups.get(&scope, &name.to_ascii_lowercase()) {
            return Err(group::exists(&known.name));
        }
        let count = turn.snapshot.iam_groups.list(&scope).count();
        quota::check(count, ("GroupsPerAccount", quota::GROUPS_MAX))?;
        let made = IamGroup {
            account: scope.account.clone(),
            name: name.clone(),
            path: path(input.path.as_ref()),
            id: new_id(IdOf::Group),
            policies: IamPolicies::default(),
            created_at: turn.now(),
        };
        let shown = group::render(&made);
        turn.plan.insert(made);
        Ok(CreateGroupResponse { group: Some(shown) })
    })
    .await
}
