//! `ListClusters`: the active clusters' ARNs, a page at a time.

use aws_api::ecs::{ListClustersRequest, ListClustersResponse};
use model::ClusterStatus;
use wire::ApiError;

use super::listing::{self, Asked};
use crate::{Api, Caller};

/// LIMIT: "This value can be between 1 and 100" (`ListClusters`).
const RESULTS_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListClustersRequest,
) -> Result<ListClustersResponse, ApiError> {
    let snapshot = api.snapshot();
    let active = snapshot
        .clusters
        .list(&caller.scope)
        .filter(|cluster| cluster.status == ClusterStatus::Active);
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        max: RESULTS_MAX,
    };
    let page = listing::page(active, |cluster| cluster.name.clone(), asked)?;
    Ok(ListClustersResponse {
        cluster_arns: Some(page.items.iter().map(|cluster| cluster.arn()).collect()),
        next_token: page.next_token,
    })
}
