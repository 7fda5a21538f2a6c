//! `GetRole`: one role, with its trust policy.

use aws_api::iam::{GetRoleRequest, GetRoleResponse};
use model::iam_scope;
use wire::ApiError;

use super::{View, find, role};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetRoleRequest,
) -> Result<GetRoleResponse, ApiError> {
    let snapshot = api.snapshot();
    let known = find::role(&snapshot, &iam_scope(&caller.scope.account), &input.role_name)?;
    Ok(GetRoleResponse { role: Some(role::render(known, View::Whole)) })
}
