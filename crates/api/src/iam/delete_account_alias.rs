//! `DeleteAccountAlias`: the account has no other name any more.

use aws_api::iam::{DeleteAccountAliasRequest, DeleteAccountAliasResponse, errors};
use model::AccountAlias;
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteAccountAliasRequest,
) -> Result<DeleteAccountAliasResponse, ApiError> {
    api.transact(caller, |turn| {
        let alias = &input.account_alias;
        let known = turn.snapshot.account_aliases.get(&AccountAlias::scope(), alias);
        let own = known.filter(|known| known.account == caller.scope.account);
        let own = own.ok_or_else(|| {
            errors::no_such_entity_exception(format!("The account alias {alias} cannot be found."))
        })?;
        turn.plan.delete(own);
        Ok(DeleteAccountAliasResponse {})
    })
    .await
}
