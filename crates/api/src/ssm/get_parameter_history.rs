//! `GetParameterHistory`: the versions of a parameter that are kept, page by page.

use aws_api::ssm::{GetParameterHistoryRequest, GetParameterHistoryResult};
use wire::ApiError;

use super::name::{self, Missing};
use super::render;
use super::value::{self, Decryption};
use crate::paging::page;
use crate::{Api, Caller};

/// COMPAT: `MaxResults` is 50 at most, and as many where it is not given.
const PAGE_DEFAULT: usize = 50;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetParameterHistoryRequest,
) -> Result<GetParameterHistoryResult, ApiError> {
    name::check_looked_for(&input.name)?;
    let snapshot = api.snapshot();
    let found = name::find(&snapshot, &caller.scope, &input.name);
    // A history is of the whole parameter.
    let whole = found.ok().filter(|found| found.selector.is_none());
    let parameter = whole.map(|found| found.parameter);
    let parameter =
        parameter.ok_or_else(|| super::missing(&Missing::Parameter(input.name.clone())))?;
    let limit = super::limit(input.max_results, PAGE_DEFAULT);
    let asked = (input.next_token.as_deref(), limit);
    // As wide as any number, so that texts are in the order of numbers.
    let page = page(&parameter.versions, |(number, _)| format!("{number:020}"), asked);
    let page = page.map_err(super::bad_token)?;
    let decryption = Decryption::of(input.with_decryption);
    let keys = value::on_behalf(api, (caller, &snapshot));
    let shown = page
        .items
        .into_iter()
        .map(|(number, version)| render::history(keys, parameter, (*number, version), decryption))
        .collect::<Result<_, _>>()?;
    Ok(GetParameterHistoryResult { parameters: Some(shown), next_token: page.next_token })
}
