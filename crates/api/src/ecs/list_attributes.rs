//! `ListAttributes`: attributes are of container instances, and there are none.

use aws_api::ecs::{ListAttributesRequest, ListAttributesResponse, errors};
use wire::ApiError;

use super::cluster;
use super::listing::{self, Asked};
use crate::{Api, Caller};

/// LIMIT: "This value can be between 1 and 100" (`ListAttributes`).
const RESULTS_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListAttributesRequest,
) -> Result<ListAttributesResponse, ApiError> {
    if input.attribute_value.is_some() && input.attribute_name.is_none() {
        return Err(errors::invalid_parameter_exception(
            "You must specify an attribute name to filter by value.",
        ));
    }
    cluster::find(&api.snapshot(), &caller.scope, input.cluster.as_deref())?;
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        max: RESULTS_MAX,
    };
    let page = listing::page(Vec::new(), |_| String::new(), asked)?;
    Ok(ListAttributesResponse { attributes: Some(page.items), next_token: page.next_token })
}
