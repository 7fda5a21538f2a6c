//! `GetParametersByPath`: the parameters under a level of a hierarchy, page by page.

use aws_api::ssm::{GetParametersByPathRequest, GetParametersByPathResult};
use wire::ApiError;

use super::filter::{self, Asking, Filters};
use super::name::Found;
use super::render;
use super::value::{self, Decryption};
use crate::paging::page;
use crate::{Api, Caller};

/// COMPAT: `MaxResults` is 10 at most, and as many where it is not given.
const PAGE_DEFAULT: usize = 10;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetParametersByPathRequest,
) -> Result<GetParametersByPathResult, ApiError> {
    let path = input.path.trim();
    filter::check_path(path)?;
    let given = input.parameter_filters.as_deref().unwrap_or_default();
    let filters = Filters::parse(Asking::GetParametersByPath, given)?;
    let snapshot = api.snapshot();
    let is_under = match input.recursive {
        Some(true) => filter::is_anywhere_under,
        Some(false) | None => filter::is_directly_under,
    };
    let found = snapshot
        .parameters
        .list(&caller.scope)
        .filter(|it| is_under(&it.name, path) && filters.are_met(it))
        .filter_map(|parameter| {
            let (number, version) = filters.version(&parameter.record)?;
            Some(Found { parameter, number, version, selector: None })
        });
    let limit = super::limit(input.max_results, PAGE_DEFAULT);
    let asked = (input.next_token.as_deref(), limit);
    let page = page(found, |it| it.parameter.name.clone(), asked);
    let page = page.map_err(super::bad_token)?;
    let decryption = Decryption::of(input.with_decryption);
    let keys = value::on_behalf(api, (caller, &snapshot));
    let shown = page
        .items
        .iter()
        .map(|one| render::with_value(keys, one, decryption))
        .collect::<Result<_, _>>()?;
    Ok(GetParametersByPathResult { parameters: Some(shown), next_token: page.next_token })
}
