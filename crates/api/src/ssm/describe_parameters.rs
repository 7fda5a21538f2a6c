//! `DescribeParameters`: all about parameters but their values, page by page.

use aws_api::ssm::{DescribeParametersRequest, DescribeParametersResult};
use model::{Entry, Parameter};
use wire::ApiError;

use super::filter::{Asking, Filters};
use super::render;
use crate::paging::page;
use crate::refuse::refuse_given;
use crate::{Api, Caller};

/// COMPAT: `MaxResults` is 50 at most, and as many where it is not given.
const PAGE_DEFAULT: usize = 50;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeParametersRequest,
) -> Result<DescribeParametersResult, ApiError> {
    refuse_given(&[("Shared", input.shared == Some(true))], super::unsupported)?;
    let old = input.filters.as_deref().unwrap_or_default();
    let new = input.parameter_filters.as_deref().unwrap_or_default();
    if !old.is_empty() && !new.is_empty() {
        return Err(super::invalid(
            "You can use either Filters or ParameterFilters in a single request.",
        ));
    }
    let filters = if new.is_empty() {
        Filters::parse_old(old)
    } else {
        Filters::parse(Asking::DescribeParameters, new)?
    };
    let snapshot = api.snapshot();
    let found = snapshot.parameters.list(&caller.scope).filter(|it| filters.are_met(it));
    let limit = super::limit(input.max_results, PAGE_DEFAULT);
    let asked = (input.next_token.as_deref(), limit);
    let page = page(found, |it: &&Entry<Parameter>| it.name.clone(), asked);
    let page = page.map_err(super::bad_token)?;
    Ok(DescribeParametersResult {
        parameters: Some(page.items.into_iter().map(|it| render::metadata(it)).collect()),
        next_token: page.next_token,
    })
}
