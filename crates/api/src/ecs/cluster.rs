//! Clusters as the API shows them, and how callers name them.

use aws_api::ecs::{self, errors};
use model::{
    Arn, CapacityProviderStrategyItem, Cluster, ClusterStatus, Entry, LaunchType, Scope, Snapshot,
    Task, TaskState,
};
use wire::ApiError;

use super::tags;
use crate::refuse::refuse_given;

/// The cluster that a caller means who names none.
pub(super) const DEFAULT: &str = "default";

/// The active cluster that a caller names, by short name or by ARN.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    given: Option<&str>,
) -> Result<&'a Entry<Cluster>, ApiError> {
    let known = name(scope, given)?.and_then(|name| snapshot.clusters.get(scope, name));
    match known {
        None => Err(errors::cluster_not_found_exception("Cluster not found.")),
        Some(known) => match known.status {
            ClusterStatus::Active => Ok(known),
            ClusterStatus::Inactive => {
                Err(errors::cluster_not_found_exception("The referenced cluster was inactive."))
            }
        },
    }
}

/// The short name that a caller means; `None` for an ARN that is of no cluster of this
/// account and region.
pub(super) fn name<'a>(scope: &Scope, given: Option<&'a str>) -> Result<Option<&'a str>, ApiError> {
    match given {
        None => Ok(Some(DEFAULT)),
        Some(blank) if blank.trim().is_empty() => {
            Err(errors::invalid_parameter_exception("Cluster can not be blank."))
        }
        Some(text) if !text.starts_with("arn:") => Ok(Some(text)),
        Some(text) => Ok(Arn::parse(text)
            .filter(|arn| arn.service == "ecs" && arn.scope == *scope)
            .and_then(|_| text.splitn(6, ':').nth(5)?.strip_prefix("cluster/"))),
    }
}

/// The cluster with its counts; settings, statistics and tags are left to
/// [`render_whole`].
pub(super) fn render(snapshot: &Snapshot, cluster: &Cluster) -> ecs::Cluster {
    let count = |is_counted: fn(&Task) -> bool| {
        tasks(snapshot, cluster).filter(|task| is_counted(task)).count() as i32
    };
    let services = snapshot
        .services
        .list_under(&cluster.scope, &format!("{}/", cluster.name))
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
        running_tasks_count: Some(count(is_running)),
        pending_tasks_count: Some(count(is_pending)),
        active_services_count: Some(services as i32),
        statistics: Some(Vec::new()),
        tags: Some(Vec::new()),
        settings: Some(Vec::new()),
        capacity_providers: Some(cluster.capacity_providers.clone()),
        default_capacity_provider_strategy: Some(
            cluster.default_capacity_provider_strategy.iter().map(render_strategy).collect(),
        ),
        ..ecs::Cluster::default()
    }
}

/// The cluster with all that can be asked for, as those see it who make or change it.
pub(super) fn render_whole(snapshot: &Snapshot, cluster: &Cluster) -> ecs::Cluster {
    ecs::Cluster {
        tags: Some(tags::render(&cluster.tags)),
        settings: Some(settings()),
        ..render(snapshot, cluster)
    }
}

/// A cluster's settings: nothing here collects Container Insights.
pub(super) fn settings() -> Vec<ecs::ClusterSetting> {
    vec![ecs::ClusterSetting {
        name: Some(ecs::ClusterSettingName::ContainerInsights),
        value: Some("disabled".to_owned()),
    }]
}

/// Accepts what [`settings`] says, and refuses anything else.
pub(super) fn check_settings(given: Option<&[ecs::ClusterSetting]>) -> Result<(), ApiError> {
    for setting in given.unwrap_or_default() {
        match setting.value.as_deref() {
            None | Some("disabled") => {}
            Some("enabled" | "enhanced") => {
                return Err(super::unsupported(
                    "`containerInsights` other than `disabled` is not supported by Longshore yet"
                        .to_owned(),
                ));
            }
            Some(other) => {
                return Err(errors::invalid_parameter_exception(format!(
                    "Invalid setting value '{other}' for setting containerInsights."
                )));
            }
        }
    }
    Ok(())
}

/// Refuses what a cluster cannot be configured with.
pub(super) fn check_configuration(
    configuration: Option<&ecs::ClusterConfiguration>,
    service_connect: Option<&ecs::ClusterServiceConnectDefaultsRequest>,
) -> Result<(), ApiError> {
    let has_exec = configuration.is_some_and(|it| it.execute_command_configuration.is_some());
    let has_storage = configuration.is_some_and(|it| it.managed_storage_configuration.is_some());
    refuse_given(
        &[
            ("configuration.executeCommandConfiguration", has_exec),
            ("configuration.managedStorageConfiguration", has_storage),
            ("serviceConnectDefaults", service_connect.is_some()),
        ],
        super::unsupported,
    )
}

/// What `include` of `STATISTICS` shows.
pub(super) fn statistics(snapshot: &Snapshot, cluster: &Cluster) -> Vec<ecs::KeyValuePair> {
    let tasks = |is_counted: fn(&Task) -> bool, launch_type: LaunchType| {
        tasks(snapshot, cluster)
            .filter(|task| is_counted(task) && task.launch_type == launch_type)
            .count()
    };
    let services = |status: model::ServiceStatus| {
        snapshot
            .services
            .list_under(&cluster.scope, &format!("{}/", cluster.name))
            .filter(|service| service.status == status)
            .count()
    };
    // Every service here is a Fargate one: there is no container instance to run another.
    [
        ("runningEC2TasksCount", tasks(is_running, LaunchType::Ec2)),
        ("runningFargateTasksCount", tasks(is_running, LaunchType::Fargate)),
        ("pendingEC2TasksCount", tasks(is_pending, LaunchType::Ec2)),
        ("pendingFargateTasksCount", tasks(is_pending, LaunchType::Fargate)),
        ("activeEC2ServiceCount", 0),
        ("activeFargateServiceCount", services(model::ServiceStatus::Active)),
        ("drainingEC2ServiceCount", 0),
        ("drainingFargateServiceCount", services(model::ServiceStatus::Draining)),
    ]
    .into_iter()
    .map(|(name, count)| ecs::KeyValuePair {
        name: Some(name.to_owned()),
        value: Some(count.to_string()),
    })
    .collect()
}

/// Every task of the cluster, stopped ones too.
pub(super) fn tasks<'a>(
    snapshot: &'a Snapshot,
    cluster: &'a Cluster,
) -> impl Iterator<Item = &'a Entry<Task>> {
    snapshot.tasks.list_under(&cluster.scope, &format!("{}/", cluster.name))
}

fn is_running(task: &Task) -> bool {
    task.last_status == TaskState::Running
}

fn is_pending(task: &Task) -> bool {
    task.last_status < TaskState::Running
}

pub(super) fn render_strategy(
    item: &CapacityProviderStrategyItem,
) -> ecs::CapacityProviderStrategyItem {
    ecs::CapacityProviderStrategyItem {
        capacity_provider: Some(item.capacity_provider.clone()),
        weight: Some(item.weight as i32),
        base: Some(item.base as i32),
    }
}
