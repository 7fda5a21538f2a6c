//! `DescribeSecret`: all of a secret but its values.

use aws_api::secretsmanager::{DescribeSecretRequest, DescribeSecretResponse};
use wire::ApiError;

use super::{find, render};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeSecretRequest,
) -> Result<DescribeSecretResponse, ApiError> {
    let snapshot = api.snapshot();
    let secret = find::any(&snapshot, &caller.scope, &input.secret_id)?;
    Ok(render::description(secret))
}
