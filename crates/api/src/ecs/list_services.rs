//! `ListServices`: the ARNs of a cluster's services, a page at a time.

use aws_api::ecs::{self, ListServicesRequest, ListServicesResponse};
use model::{Service, ServiceStatus, Snapshot};
use wire::ApiError;

use super::listing::{self, Asked};
use super::{cluster, service};
use crate::{Api, Caller};

/// COMPAT: "up to 10 results" where nothing is said, and at most 100 (`ListServices`).
const PAGE_DEFAULT: i32 = 10;
const PAGE_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListServicesRequest,
) -> Result<ListServicesResponse, ApiError> {
    let snapshot = api.snapshot();
    let cluster = cluster::find(&snapshot, &caller.scope, input.cluster.as_deref())?;
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: Some(input.max_results.unwrap_or(PAGE_DEFAULT)),
        max: PAGE_MAX,
    };
    let services = snapshot
        .services
        .list_under(&cluster.scope, &format!("{}/", cluster.name))
        .filter(|service| is_listed(&snapshot, service, input));
    let page = listing::page(services, |service| service.key.name.clone(), asked)?;
    Ok(ListServicesResponse {
        service_arns: Some(page.items.iter().map(|service| service.key.arn()).collect()),
        next_token: page.next_token,
    })
}

/// COMPAT: a service that is draining "is no longer visible in … the `ListServices` API
/// operation" (`DeleteService`, ECS API Reference).
fn is_listed(snapshot: &Snapshot, service: &Service, input: &ListServicesRequest) -> bool {
    let is_active = match service.status {
        ServiceStatus::Active => true,
        ServiceStatus::Draining | ServiceStatus::Inactive => false,
    };
    let is_of_strategy = match input.scheduling_strategy {
        None | Some(ecs::SchedulingStrategy::Replica) => true,
        Some(ecs::SchedulingStrategy::Daemon) => false,
    };
    let is_of_manager = match input.resource_management_type {
        None | Some(ecs::ResourceManagementType::Customer) => true,
        Some(ecs::ResourceManagementType::Ecs) => false,
    };
    let is_of_launch_type = input.launch_type.is_none_or(|asked| {
        let revision = snapshot.service_revision(&service.key, &service.primary_revision);
        revision.and_then(|revision| service::launch_type(revision)) == Some(asked)
    });
    is_active && is_of_strategy && is_of_manager && is_of_launch_type
}
