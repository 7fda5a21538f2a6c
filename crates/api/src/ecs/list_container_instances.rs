//! `ListContainerInstances`: there are none; Fargate's nodes are not the caller's.

use aws_api::ecs::{ListContainerInstancesRequest, ListContainerInstancesResponse};
use wire::ApiError;

use super::cluster;
use super::listing::{self, Asked};
use crate::{Api, Caller};

/// LIMIT: "This value can be between 1 and 100" (`ListContainerInstances`).
const RESULTS_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListContainerInstancesRequest,
) -> Result<ListContainerInstancesResponse, ApiError> {
    cluster::find(&api.snapshot(), &caller.scope, input.cluster.as_deref())?;
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        max: RESULTS_MAX,
    };
    let page = listing::page(Vec::new(), String::clone, asked)?;
    Ok(ListContainerInstancesResponse {
        container_instance_arns: Some(page.items),
        next_token: page.next_token,
    })
}
