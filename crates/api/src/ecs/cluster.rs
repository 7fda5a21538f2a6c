//! Clusters as the API shows them, and how callers name them.

use aws_api::ecs;
use model::{CapacityProviderStrategyItem, Cluster, ClusterStatus, Snapshot, Tags, TaskState};

/// The cluster that a caller means who names none.
pub(super) const DEFAULT: &str = "default";

pub(super) fn render(snapshot: &Snapshot, cluster: &Cluster) -> ecs::Cluster {
    let prefix = format!("{}/", cluster.name);
    let tasks = || snapshot.tasks.list_under(&cluster.scope, &prefix);
    let running = tasks().filter(|task| task.last_status == TaskState::Running).count();
    let pending = tasks().filter(|task| task.last_status < TaskState::Running).count();
    let services = snapshot
        .services
        .list_under(&cluster.scope, &prefix)
        .filter(|service| service.status == model::ServiceStatus::Active)
        .count();
    ecs::Cluster {
        cluster_arn: Some(cluster.arn()),
        cluster_name: Some(cluster.name.clone()),
        status: Some(match cluster.status {
            ClusterStatus::Active => "ACTIVE".to_owned(),
            ClusterStatus::Inactive => "INACTIVE".to_owned(),
        }),
        registered_container_instances_count: Some(0),
        running_tasks_count: Some(running as i32),
        pending_tasks_count: Some(pending as i32),
        active_services_count: Some(services as i32),
        capacity_providers: Some(cluster.capacity_providers.clone()),
        ..ecs::Cluster::default()
    }
}

pub(super) fn tags(tags: Option<&[ecs::Tag]>) -> Tags {
    tags.unwrap_or_default()
        .iter()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .collect()
}

pub(super) fn strategy(
    items: Option<&[ecs::CapacityProviderStrategyItem]>,
) -> Vec<CapacityProviderStrategyItem> {
    items
        .unwrap_or_default()
        .iter()
        .map(|item| CapacityProviderStrategyItem {
            capacity_provider: item.capacity_provider.clone().unwrap_or_default(),
            weight: item.weight.unwrap_or(0) as u32,
            base: item.base.unwrap_or(0) as u32,
        })
        .collect()
}
