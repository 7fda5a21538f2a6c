//! `CreateAccountAlias`: another name of the account, in place of the one before.

use aws_api::iam::{CreateAccountAliasRequest, CreateAccountAliasResponse, errors};
use model::AccountAlias;
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateAccountAliasRequest,
) -> Result<CreateAccountAliasResponse, ApiError> {
    api.transact(caller, |turn| {
        let account = &caller.scope.account;
        let alias = &input.account_alias;
        let table = &turn.snapshot.account_aliases;
        if table.get(&AccountAlias::scope(), alias).is_some() {
            return Err(errors::entity_already_exists_exception(format!(
                "The account alias {alias} already exists."
            )));
        }
        // COMPAT: "the new alias overwrites the previous alias" ("Creating, deleting, and listing
        // an AWS account alias").
        let all = table.list(&AccountAlias::scope());
        for known in all.filter(|known| known.account == *account) {
            turn.plan.delete(known);
        }
        turn.plan.insert(AccountAlias { alias: alias.clone(), account: account.clone() });
        Ok(CreateAccountAliasResponse {})
    })
    .await
}
