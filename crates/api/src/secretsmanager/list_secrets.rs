//! `ListSecrets`: secrets without their values, filtered and in order, page by page.

use aws_api::secretsmanager::{ListSecretsRequest, ListSecretsResponse};
use wire::ApiError;

use super::filter::Filters;
use super::listing::{self, Sort};
use super::render;
use crate::{Api, Caller};

const PAGE_DEFAULT: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListSecretsRequest,
) -> Result<ListSecretsResponse, ApiError> {
    let filters = Filters::parse(input.filters.as_deref().unwrap_or_default())?;
    let is_deleted_wanted = input.include_planned_deletion == Some(true);
    let snapshot = api.snapshot();
    let wanted = snapshot.secrets.list(&caller.scope).filter(|secret| {
        (secret.deletion.is_none() || is_deleted_wanted) && filters.match_all(secret)
    });
    let limit = input.max_results.and_then(|given| usize::try_from(given).ok());
    let asked = (input.next_token.as_deref(), limit.unwrap_or(PAGE_DEFAULT));
    let sort = Sort { by: input.sort_by, order: input.sort_order };
    let page = listing::page(wanted, sort, asked)?;
    Ok(ListSecretsResponse {
        secret_list: Some(page.items.into_iter().map(|it| render::list_entry(it)).collect()),
        next_token: page.next_token,
    })
}
