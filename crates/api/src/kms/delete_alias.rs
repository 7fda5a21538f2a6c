//! `DeleteAlias`: takes a name from a key, which stays as it is.

use aws_api::kms::{DeleteAliasRequest, DeleteAliasResponse};
use wire::ApiError;

use super::{alias, key};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteAliasRequest,
) -> Result<DeleteAliasResponse, ApiError> {
    alias::check_name(&input.alias_name)?;
    api.transact(caller, |turn| {
        let known = key::find_alias(turn.snapshot, turn.scope(), &input.alias_name);
        turn.plan.delete(known.map_err(super::refusal)?);
        Ok(DeleteAliasResponse {})
    })
    .await
}
