//! `DeleteLoginProfile`: a user has no password to delete.

use aws_api::iam::{DeleteLoginProfileRequest, DeleteLoginProfileResponse};
use wire::ApiError;

use super::whose;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DeleteLoginProfileRequest,
) -> Result<DeleteLoginProfileResponse, ApiError> {
    let name = whose::check(api, caller, input.user_name.as_ref())?;
    Err(whose::without_password(&name))
}
