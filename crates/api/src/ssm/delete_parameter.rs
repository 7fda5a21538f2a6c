//! `DeleteParameter`: with all of its versions.

use aws_api::ssm::{DeleteParameterRequest, DeleteParameterResult};
use wire::ApiError;

use super::name;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteParameterRequest,
) -> Result<DeleteParameterResult, ApiError> {
    api.transact(caller, |turn| {
        let found = name::find_whole(turn.snapshot, turn.scope(), &input.name)?;
        turn.plan.delete(found);
        Ok(DeleteParameterResult {})
    })
    .await
}
