//! Service deployments and revisions as the API shows them.

use aws_api::ecs;
use model::{
    DeploymentConfiguration, DeploymentFailure, DeploymentStatus, Entry, Progress, Service,
    ServiceDeployment, ServiceKey, ServiceRevision, Snapshot, cluster_arn,
};

use super::service::{self, Counts};
use super::{
    deployment_configuration, lifecycle_hook, network_configuration, service_load_balancers,
    task_definition,
};

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
    let progress = deployment.progress.as_ref();
    let summary = |id: &str, requested: u32| {
        let of = counts.get(id).copied().unwrap_or_default();
        ecs::ServiceRevisionSummary {
            requested_production_traffic_weight: weight(deployment, id, |of| {
                of.production_permille
            }),
            requested_test_traffic_weight: weight(deployment, id, |of| of.test_permille),
            ..summary(key, id, (requested, of))
        }
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
        lifecycle_stage: progress.map(lifecycle_hook::render_stage),
        lifecycle_hook_details: progress
            .map(|progress| progress.hooks.iter().map(lifecycle_hook::render_run).collect()),
        deployment_configuration: Some(deployment_configuration::render(&configuration(
            of.filter(|_| is_current).map(|of| &*of.record),
            deployment,
        ))),
        rollback: rollback(deployment),
        deployment_circuit_breaker: Some(breaker(deployment, requested)),
        alarms: alarms(deployment),
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
        resolved_configuration: service_load_balancers::render_resolved(revision),
        network_configuration: revision.network.as_ref().map(network_configuration::render),
        container_images: Some(container_images(snapshot, revision)),
        guard_duty_enabled: Some(false),
        created_at: Some(revision.created_at),
        ..ecs::ServiceRevision::default()
    }
}

pub(super) fn status(status: DeploymentStatus) -> ecs::ServiceDeploymentStatus {
    match status {
        DeploymentStatus::Pending => ecs::ServiceDeploymentStatus::Pending,
        DeploymentStatus::InProgress => ecs::ServiceDeploymentStatus::InProgress,
        DeploymentStatus::Successful => ecs::ServiceDeploymentStatus::Successful,
        DeploymentStatus::Stopped => ecs::ServiceDeploymentStatus::Stopped,
        DeploymentStatus::RollbackRequested => ecs::ServiceDeploymentStatus::RollbackRequested,
        DeploymentStatus::RollbackInProgress => ecs::ServiceDeploymentStatus::RollbackInProgress,
        DeploymentStatus::RollbackSuccessful => ecs::ServiceDeploymentStatus::RollbackSuccessful,
        DeploymentStatus::RollbackFailed => ecs::ServiceDeploymentStatus::RollbackFailed,
    }
}

/// What governs a deployment: while it is under way, the bounds are the service's own, which
/// may have been changed since it began.
fn configuration(
    current_of: Option<&Service>,
    deployment: &ServiceDeployment,
) -> DeploymentConfiguration {
    let own = deployment.deployment_configuration.clone();
    match current_of.filter(|_| !deployment.status.is_final()) {
        Some(service) => DeploymentConfiguration {
            minimum_healthy_percent: service.deployment_configuration.minimum_healthy_percent,
            maximum_percent: service.deployment_configuration.maximum_percent,
            ..own
        },
        None => own,
    }
}

/// What watches a deployment, as far as it was asked to.
fn monitor(
    deployment: &ServiceDeployment,
    (is_enabled, is_triggered): (bool, bool),
) -> ecs::ServiceDeploymentRollbackMonitorsStatus {
    match (is_enabled, is_triggered, deployment.status.is_final()) {
        (false, _, _) => ecs::ServiceDeploymentRollbackMonitorsStatus::Disabled,
        (true, true, _) => ecs::ServiceDeploymentRollbackMonitorsStatus::Triggered,
        (true, false, true) => ecs::ServiceDeploymentRollbackMonitorsStatus::MonitoringComplete,
        (true, false, false) => ecs::ServiceDeploymentRollbackMonitorsStatus::Monitoring,
    }
}

fn breaker(
    deployment: &ServiceDeployment,
    desired_count: u32,
) -> ecs::ServiceDeploymentCircuitBreaker {
    let breaker = deployment.deployment_configuration.circuit_breaker;
    let is_triggered = deployment.failure == Some(DeploymentFailure::CircuitBreaker);
    let threshold = planner::deployment::threshold(breaker.threshold, desired_count);
    ecs::ServiceDeploymentCircuitBreaker {
        status: Some(monitor(deployment, (breaker.is_enabled, is_triggered))),
        failure_count: Some(deployment.failed_tasks as i32),
        threshold: Some(threshold as i32),
    }
}

fn alarms(deployment: &ServiceDeployment) -> Option<ecs::ServiceDeploymentAlarms> {
    let alarms = &deployment.deployment_configuration.alarms;
    let triggered = match &deployment.failure {
        Some(DeploymentFailure::Alarms { names }) => names.clone(),
        _ => Vec::new(),
    };
    let is_enabled = alarms.is_enabled && deployment.is_watching_alarms;
    (!alarms.names.is_empty()).then(|| ecs::ServiceDeploymentAlarms {
        status: Some(monitor(deployment, (is_enabled, !triggered.is_empty()))),
        alarm_names: Some(alarms.names.clone()),
        triggered_alarm_names: Some(triggered),
    })
}

/// The share of traffic that a revision was last given, in percent.
fn weight(
    deployment: &ServiceDeployment,
    revision: &str,
    of_target: fn(&Progress) -> u32,
) -> Option<f64> {
    let progress = deployment.progress.as_ref()?;
    let share = of_target(progress);
    let share = if revision == deployment.target_revision {
        share
    } else if progress.source.as_deref() == Some(revision) {
        1_000 - share
    } else {
        0
    };
    Some(deployment_configuration::to_percent(share))
}

fn rollback(deployment: &ServiceDeployment) -> Option<ecs::Rollback> {
    deployment.rollback.as_ref().map(|rollback| ecs::Rollback {
        reason: Some(rollback.reason.clone()),
        started_at: Some(rollback.started_at),
        service_revision_arn: Some(revision_arn(&deployment.service, &rollback.revision)),
    })
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

/// The images of the revision's containers, with the digests that they were found to have.
fn container_images(snapshot: &Snapshot, revision: &ServiceRevision) -> Vec<ecs::ContainerImage> {
    let scope = &revision.service.scope;
    task_definition::get(snapshot, scope, &revision.definition)
        .map(|definition| definition.record.containers.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|container| ecs::ContainerImage {
            container_name: Some(container.name.clone()),
            image: Some(container.image.clone()),
            image_digest: revision.image_digests.get(&container.name).cloned(),
        })
        .collect()
}
