//! `GetInstanceProfile`: one instance profile, with its role.

use aws_api::iam::{GetInstanceProfileRequest, GetInstanceProfileResponse};
use model::iam_scope;
use wire::ApiError;

use super::{View, find, instance_profile};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetInstanceProfileRequest,
) -> Result<GetInstanceProfileResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let known = find::instance_profile(&snapshot, &scope, &input.instance_profile_name)?;
    let shown = instance_profile::render(&snapshot, known, View::Whole);
    Ok(GetInstanceProfileResponse { instance_profile: Some(shown) })
}
