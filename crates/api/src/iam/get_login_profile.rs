//! `GetLoginProfile`: a user has no password.

use aws_api::iam::{GetLoginProfileRequest, GetLoginProfileResponse};
use wire::ApiError;

use super::whose;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetLoginProfileRequest,
) -> Result<GetLoginProfileResponse, ApiError> {
    let name = whose::check(api, caller, input.user_name.as_ref())?;
    Err(whose::without_password(&name))
}
