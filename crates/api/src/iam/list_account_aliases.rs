//! `ListAccountAliases`: the one there is, or none.

use aws_api::iam::{ListAccountAliasesRequest, ListAccountAliasesResponse};
use model::AccountAlias;
use wire::ApiError;

use super::listing::{self, Listed};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListAccountAliasesRequest,
) -> Result<ListAccountAliasesResponse, ApiError> {
    let snapshot = api.snapshot();
    let all = snapshot.account_aliases.list(&AccountAlias::scope());
    let own = all.filter(|known| known.account == caller.scope.account);
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        listing::page(own.map(|known| known.alias.clone()), String::clone, asked)?;
    Ok(ListAccountAliasesResponse { account_aliases: Some(items), is_truncated, marker })
}
