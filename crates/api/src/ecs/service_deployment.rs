//! Service deployments and revisions as the API shows them.

use aws_api::ecs;
use model::{
    DeploymentConfiguration, DeploymentStatus, Entry, Service, ServiceDeployment, ServiceKey,
    ServiceRevision, Snapshot, cluster_arn,
};

use super::service::{self, Counts};
use super::{network_configuration, service_load_balancers, task_definition};

/// The deployments of a service that are remembered, in key order.
pub(super) fn of_service<'a>(
    snapshot: &'a Snapshot,
    key: &'a ServiceKey,
) -> impl Iterator<Item = &'a Entry<ServiceDeployment>> {
    let prefix = format!("{}/{}/", key.cluster, key.name);
    snapshot.service_deployments.list_under(&key.scope, &prefix)
}

/// A deployment with the tasks that its revisions have now.
pub(super) fn render(
    snapshot: &Snapshot,
    deployment: &ServiceDeployment,
) -> ecs::ServiceDeployment {
    let key = &deployment.service;
    let counts = service::counts(snapshot, key);
    let summary = |id: &str, requested: u32| {
        let of = counts.get(id).copied().unwrap_or_default();
        summary(key, id, (requested, of))
    };
    let of = snapshot.service(key);
    let is_current = of.is_some_and(|of| of.current_deployment == deployment.id);
    let target = &deployment.target_revision;
    let requested = match of.filter(|_| is_current) {
        Some(of) => of.desired_count,
        None => counts.get(target).copied().unwrap_or_default().requested,
    };
    ecs::ServiceDeployment {
        service_deployment_arn: Some(deployment.arn()),
        service_arn: Some(key.arn()),
        cluster_arn: Some(cluster_arn(&key.scope, &key.cluster)),
        created_at: Some(deployment.created_at),
        started_at: deployment.started_at,
        finished_at: deployment.finished_at,
        stopped_at: deployment
            .finished_at
            .filter(|_| deployment.status == DeploymentStatus::Stopped),
        updated_at: Some(deployment.updated_at),
        source_service_revisions: Some(
            deployment
                .source_revisions
                .iter()
                .map(|source| summary(&source.id, source.requested_task_count))
                .collect(),
        ),
        target_service_revision: Some(summary(target, requested)),
        status: Some(status(deployment.status)),
        status_reason: deployment.status_reason.clone(),
        deployment_configuration: Some(render_configuration(configuration(
            of.filter(|_| is_current).map(|of| &*of.record),
            deployment,
        ))),
        ..ecs::ServiceDeployment::default()
    }
}

pub(super) fn render_brief(deployment: &ServiceDeployment) -> ecs::ServiceDeploymentBrief {
    let key = &deployment.service;
    ecs::ServiceDeploymentBrief {
        service_deployment_arn: Some(deployment.arn()),
        service_arn: Some(key.arn()),
        cluster_arn: Some(cluster_arn(&key.scope, &key.cluster)),
        created_at: Some(deployment.created_at),
        started_at: deployment.started_at,
        finished_at: deployment.finished_at,
        target_service_revision_arn: Some(revision_arn(key, &deployment.target_revision)),
        status: Some(status(deployment.status)),
        status_reason: deployment.status_reason.clone(),
    }
}

pub(super) fn render_revision(
    snapshot: &Snapshot,
    revision: &ServiceRevision,
) -> ecs::ServiceRevision {
    let key = &revision.service;
    ecs::ServiceRevision {
        service_revision_arn: Some(revision.arn()),
        service_arn: Some(key.arn()),
        cluster_arn: Some(cluster_arn(&key.scope, &key.cluster)),
        task_definition: Some(revision.definition.arn(&key.scope)),
        capacity_provider_strategy: service::strategy(revision),
        launch_type: service::launch_type(revision),
        platform_version: revision
            .platform_version
            .as_ref()
            .map(|_| planner::rollout::FARGATE_PLATFORM_VERSION.to_owned()),
        platform_family: Some(service::platform_family(snapshot, revision)),
        load_balancers: Some(service_load_balancers::render(&revision.load_balancers)),
        network_configuration: revision.network.as_ref().map(network_configuration::render),
        container_images: Some(container_images(snapshot, revision)),
        guard_duty_enabled: Some(false),
        created_at: Some(revision.created_at),
        ..ecs::ServiceRevision::default()
    }
}

pub(super) fn render_configuration(
    configuration: DeploymentConfiguration,
) -> ecs::DeploymentConfiguration {
    ecs::DeploymentConfiguration {
        deployment_circuit_breaker: Some(ecs::DeploymentCircuitBreaker {
            enable: Some(false),
            rollback: Some(false),
            ..ecs::DeploymentCircuitBreaker::default()
        }),
        maximum_percent: Some(configuration.maximum_percent as i32),
        minimum_healthy_percent: Some(configuration.minimum_healthy_percent as i32),
        strategy: Some(ecs::DeploymentStrategy::Rolling),
        bake_time_in_minutes: Some(0),
        ..ecs::DeploymentConfiguration::default()
    }
}

pub(super) fn status(status: DeploymentStatus) -> ecs::ServiceDeploymentStatus {
    match status {
        DeploymentStatus::Pending => ecs::ServiceDeploymentStatus::Pending,
        DeploymentStatus::InProgress => ecs::ServiceDeploymentStatus::InProgress,
        DeploymentStatus::Successful => ecs::ServiceDeploymentStatus::Successful,
        DeploymentStatus::Stopped => ecs::ServiceDeploymentStatus::Stopped,
    }
}

/// What governs a deployment: while it is under way, the service's own, which may have
/// been changed since it began.
fn configuration(
    current_of: Option<&Service>,
    deployment: &ServiceDeployment,
) -> DeploymentConfiguration {
    match current_of.filter(|_| !deployment.status.is_final()) {
        Some(service) => service.deployment_configuration,
        None => deployment.deployment_configuration,
    }
}

fn summary(
    key: &ServiceKey,
    id: &str,
    (requested, of): (u32, Counts),
) -> ecs::ServiceRevisionSummary {
    ecs::ServiceRevisionSummary {
        arn: Some(revision_arn(key, id)),
        requested_task_count: Some(requested as i32),
        running_task_count: Some(of.running as i32),
        pending_task_count: Some(of.pending as i32),
        ..ecs::ServiceRevisionSummary::default()
    }
}

fn revision_arn(key: &ServiceKey, id: &str) -> String {
    let (cluster, name) = (&key.cluster, &key.name);
    key.scope.arn("ecs", format_args!("service-revision/{cluster}/{name}/{id}"))
}

/// The images of the revision's containers, with the digests that its tasks have found.
fn container_images(snapshot: &Snapshot, revision: &ServiceRevision) -> Vec<ecs::ContainerImage> {
    let digest = |name: &str| {
        snapshot
            .tasks_of_service(&revision.service)
            .filter(|task| task.service.as_ref().is_some_and(|of| of.revision == revision.id))
            .flat_map(|task| &task.record.containers)
            .find(|container| container.name == name && container.image_digest.is_some())
            .and_then(|container| container.image_digest.clone())
    };
    let scope = &revision.service.scope;
    task_definition::get(snapshot, scope, &revision.definition)
        .map(|definition| definition.record.containers.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|container| ecs::ContainerImage {
            container_name: Some(container.name.clone()),
            image: Some(container.image.clone()),
            image_digest: digest(&container.name),
        })
        .collect()
}
