//! `UpdateAlias`: gives an alias to another key.

use aws_api::kms::{UpdateAliasRequest, UpdateAliasResponse};
use model::KmsAlias;
use wire::ApiError;

use super::{alias, key};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateAliasRequest,
) -> Result<UpdateAliasResponse, ApiError> {
    alias::check_name(&input.alias_name)?;
    api.transact(caller, |turn| {
        let known = key::find_alias(turn.snapshot, turn.scope(), &input.alias_name);
        let known = known.map_err(super::refusal)?;
        let target = alias::target(turn, &input.target_key_id)?;
        turn.plan.read(target);
        let moved = KmsAlias {
            key_id: target.id.clone(),
            updated_at: turn.now(),
            ..(*known.record).clone()
        };
        turn.plan.update(known, moved);
        Ok(UpdateAliasResponse {})
    })
    .await
}
