//! `ListServiceDeployments`: a service's deployments, the newest first.

use aws_api::ecs::{ListServiceDeploymentsRequest, ListServiceDeploymentsResponse};
use model::ServiceDeployment;
use wire::ApiError;

use super::listing::{self, Asked};
use super::{cluster, service_deployment, service_name};
use crate::paging::Order;
use crate::{Api, Caller};

/// COMPAT: "up to 20 results" where nothing is said, and at most 100
/// (`ListServiceDeployments`).
const PAGE_DEFAULT: i32 = 20;
const PAGE_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListServiceDeploymentsRequest,
) -> Result<ListServiceDeploymentsResponse, ApiError> {
    let snapshot = api.snapshot();
    let cluster = cluster::find(&snapshot, &caller.scope, input.cluster.as_deref())?;
    let service = service_name::find(&snapshot, cluster, &input.service)?;
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: Some(input.max_results.unwrap_or(PAGE_DEFAULT)),
        max: PAGE_MAX,
    };
    let mut deployments: Vec<&ServiceDeployment> =
        service_deployment::of_service(&snapshot, &service.key)
            // Those before are of a service of the same name that is no more.
            .filter(|deployment| deployment.created_at >= service.created_at)
            .filter(|deployment| is_asked_for(deployment, input))
            .map(|deployment| &*deployment.record)
            .collect();
    deployments.sort_by_key(|deployment| std::cmp::Reverse(page_key(deployment)));
    let page =
        listing::page_in(Order::Descending, deployments, |deployment| page_key(deployment), asked)?;
    let briefs = page.items.into_iter().map(service_deployment::render_brief);
    Ok(ListServiceDeploymentsResponse {
        service_deployments: Some(briefs.collect()),
        next_token: page.next_token,
    })
}

fn is_asked_for(deployment: &ServiceDeployment, input: &ListServiceDeploymentsRequest) -> bool {
    let statuses = input.status.as_deref().unwrap_or_default();
    let is_of_status =
        statuses.is_empty() || statuses.contains(&service_deployment::status(deployment.status));
    let range = input.created_at.as_ref();
    let is_before =
        range.and_then(|range| range.before).is_none_or(|before| deployment.created_at < before);
    let is_after =
        range.and_then(|range| range.after).is_none_or(|after| deployment.created_at > after);
    is_of_status && is_before && is_after
}

/// In the order of age.
fn page_key(deployment: &ServiceDeployment) -> String {
    format!("{:020}/{}", deployment.created_at.as_millis(), deployment.id)
}
