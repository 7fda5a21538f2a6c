//! `CreateAlias`: gives a key another name.

use aws_api::kms::{CreateAliasRequest, CreateAliasResponse, errors};
use model::KmsAlias;
use wire::ApiError;

use super::alias;
use crate::{Api, Caller};

/// LIMIT: aliases of one key ("Resource quotas").
const ALIASES_MAX: usize = 50;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateAliasRequest,
) -> Result<CreateAliasResponse, ApiError> {
    alias::check_name(&input.alias_name)?;
    api.transact(caller, |turn| {
        let aliases = &turn.snapshot.kms_aliases;
        if let Some(known) = aliases.get(turn.scope(), &input.alias_name) {
            return Err(errors::already_exists_exception(format!(
                "An alias with the name {} already exists",
                known.arn()
            )));
        }
        let key = alias::target(turn, &input.target_key_id)?;
        let count = aliases.list(turn.scope()).filter(|alias| alias.key_id == key.id).count();
        if count >= ALIASES_MAX {
            return Err(errors::limit_exceeded_exception(format!(
                "A key can have at most {ALIASES_MAX} aliases."
            )));
        }
        turn.plan.read(key);
        turn.plan.insert(KmsAlias {
            scope: turn.scope().clone(),
            name: input.alias_name.clone(),
            key_id: key.id.clone(),
            created_at: turn.now(),
            updated_at: turn.now(),
        });
        Ok(CreateAliasResponse {})
    })
    .await
}
