//! `PutClusterCapacityProviders`: which providers a cluster has, and its default strategy.

use aws_api::ecs::{
    PutClusterCapacityProvidersRequest, PutClusterCapacityProvidersResponse, errors,
};
use model::{Cluster, Entry, ServiceStatus};
use wire::ApiError;

use super::{capacity, cluster};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutClusterCapacityProvidersRequest,
) -> Result<PutClusterCapacityProvidersResponse, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &PutClusterCapacityProvidersRequest,
) -> Result<PutClusterCapacityProvidersResponse, ApiError> {
    let found = cluster::find(turn.snapshot, turn.scope(), Some(&input.cluster))?;
    let capacity_providers = capacity::providers(Some(&input.capacity_providers))?;
    let default_capacity_provider_strategy =
        capacity::strategy(Some(&input.default_capacity_provider_strategy), &capacity_providers)?;
    let removed = found.capacity_providers.iter().filter(|it| !capacity_providers.contains(it));
    for provider in removed {
        check_unused(turn, found, provider)?;
    }
    let changed = Cluster {
        capacity_providers,
        default_capacity_provider_strategy,
        ..(*found.record).clone()
    };
    if changed != *found.record {
        turn.plan.update(found, changed.clone());
    }
    let rendered = cluster::render_whole(turn.snapshot, &changed);
    Ok(PutClusterCapacityProvidersResponse { cluster: Some(rendered) })
}

/// COMPAT: a provider that a task or a service of the cluster uses cannot be taken from it.
fn check_unused(turn: &Turn<'_>, found: &Entry<Cluster>, provider: &str) -> Result<(), ApiError> {
    let has_task = cluster::tasks(turn.snapshot, found).any(|task| {
        task.is_holding_resources() && task.capacity_provider.as_deref() == Some(provider)
    });
    let mut services = turn.snapshot.services.list_under(&found.scope, &format!("{}/", found.name));
    let has_service = services.any(|service| {
        let sets = turn.snapshot.task_sets_of(&service.key).map(|set| &set.record.id);
        let mut revisions = std::iter::once(&service.primary_revision).chain(sets);
        service.status == ServiceStatus::Active
            && revisions.any(|id| {
                let revision = turn.snapshot.service_revision(&service.key, id);
                revision.is_some_and(|revision| {
                    let mut items = revision.capacity_provider_strategy.iter();
                    items.any(|item| item.capacity_provider == provider)
                })
            })
    });
    if has_task || has_service {
        return Err(errors::resource_in_use_exception(
            "The specified capacity provider is in use and cannot be removed.",
        ));
    }
    Ok(())
}
