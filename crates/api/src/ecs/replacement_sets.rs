//! A service that `CodeDeploy` deploys to, as ECS shows it: its revisions are task sets.
//!
//! INVARIANT: a task set is a view of a revision; nothing is kept of it but the revision.
//
// COMPAT: the fields are those of "TaskSet" (ECS API Reference). The primary one is the one
// that all of production traffic went to last, and the service shows what that is made of.

use std::collections::BTreeMap;

use aws_api::ecs;
use model::{DeploymentStatus, Service, ServiceRevision, ServiceStatus, Snapshot, cluster_arn};

use super::service;
pub(crate) use super::service::Counts;
use super::{network_configuration, service_load_balancers};

/// The revision whose tasks production traffic goes to until all of it has moved.
pub(crate) fn primary<'a>(snapshot: &'a Snapshot, service: &'a Service) -> &'a str {
    let current = snapshot.service_deployment(&service.key, &service.current_deployment);
    let source = current.and_then(|deployment| {
        let progress = deployment.progress.as_ref()?;
        let is_moved = progress.production_permille >= 1_000;
        let is_over = deployment.status == DeploymentStatus::Successful;
        progress.source.as_deref().filter(|_| !is_moved && !is_over)
    });
    source.unwrap_or(&service.primary_revision)
}

/// The revisions that are task sets now, the primary one first, with their tasks.
pub(crate) fn revisions<'a>(
    snapshot: &'a Snapshot,
    service: &'a Service,
) -> Vec<(&'a ServiceRevision, Counts)> {
    revisions_of((snapshot, service), &service::counts(snapshot, &service.key))
}

/// The service with its task sets, and with what it says of deployments of its own left out.
pub(super) fn with_task_sets(
    (snapshot, service): (&Snapshot, &Service),
    shown: ecs::Service,
    counts: &BTreeMap<String, Counts>,
) -> ecs::Service {
    let sets = revisions_of((snapshot, service), counts);
    let sets =
        sets.into_iter().map(|(revision, counts)| render((snapshot, service), revision, counts));
    let shown = ecs::Service {
        deployments: Some(Vec::new()),
        task_sets: Some(sets.collect()),
        current_service_deployment: None,
        current_service_revisions: None,
        ..shown
    };
    match snapshot.service_revision(&service.key, primary(snapshot, service)) {
        Some(revision) => ecs::Service {
            load_balancers: Some(load_balancers(revision)),
            ..service::with_revision(snapshot, shown, revision)
        },
        None => shown,
    }
}

fn revisions_of<'a>(
    (snapshot, service): (&'a Snapshot, &'a Service),
    counts: &BTreeMap<String, Counts>,
) -> Vec<(&'a ServiceRevision, Counts)> {
    if service.status == ServiceStatus::Inactive {
        return Vec::new();
    }
    let primary = primary(snapshot, service);
    let target = (service.primary_revision != primary).then_some(&service.primary_revision);
    let target = target.filter(|id| !counts.contains_key(*id)).map(String::as_str);
    let others = counts.keys().map(String::as_str).filter(|id| *id != primary);
    std::iter::once(primary)
        .chain(target)
        .chain(others)
        .filter_map(|id| snapshot.service_revision(&service.key, id))
        .map(|revision| (&*revision.record, counts.get(&revision.id).copied().unwrap_or_default()))
        .collect()
}

fn render(
    (snapshot, service): (&Snapshot, &Service),
    revision: &ServiceRevision,
    counts: Counts,
) -> ecs::TaskSet {
    let is_primary = revision.id == primary(snapshot, service);
    let deployment = service::deployment_of(snapshot, service, &revision.id);
    let begun_by = deployment.and_then(|deployment| {
        let mut known = snapshot.code_deploy_deployments.list(&service.key.scope);
        known.find(|one| one.service == service.key && one.service_deployment == deployment.id)
    });
    let wanted = service.desired_count;
    let is_steady = counts.running == wanted && counts.pending == 0 && counts.requested == wanted;
    let is_fargate = planner::rollout::launch(revision).0 == model::LaunchType::Fargate;
    let id = revision.deployment_id();
    let (cluster, name) = (&service.key.cluster, &service.key.name);
    ecs::TaskSet {
        task_set_arn: Some(
            service.key.scope.arn("ecs", format_args!("task-set/{cluster}/{name}/{id}")),
        ),
        id: Some(id),
        service_arn: Some(service.key.arn()),
        cluster_arn: Some(cluster_arn(&service.key.scope, cluster)),
        started_by: begun_by.map(|_| "CODE_DEPLOY".to_owned()),
        external_id: begun_by.map(|deployment| deployment.id.clone()),
        status: Some(if is_primary { "PRIMARY" } else { "ACTIVE" }.to_owned()),
        task_definition: Some(revision.definition.arn(&service.key.scope)),
        computed_desired_count: Some(wanted as i32),
        pending_count: Some(counts.pending as i32),
        running_count: Some(counts.running as i32),
        created_at: Some(revision.created_at),
        updated_at: Some(deployment.map_or(revision.created_at, |one| one.updated_at)),
        launch_type: service::launch_type(revision),
        capacity_provider_strategy: service::strategy(revision),
        platform_version: is_fargate.then(|| planner::rollout::FARGATE_PLATFORM_VERSION.to_owned()),
        platform_family: Some(service::platform_family(snapshot, revision)),
        network_configuration: revision.network.as_ref().map(network_configuration::render),
        load_balancers: Some(load_balancers(revision)),
        service_registries: Some(Vec::new()),
        scale: Some(ecs::Scale { value: Some(100.0), unit: Some(ecs::ScaleUnit::Percent) }),
        stability_status: Some(if is_steady {
            ecs::StabilityStatus::SteadyState
        } else {
            ecs::StabilityStatus::Stabilizing
        }),
        tags: Some(Vec::new()),
        ..ecs::TaskSet::default()
    }
}

/// The target group that the revision's tasks are in; which rules move is the group's to say.
fn load_balancers(revision: &ServiceRevision) -> Vec<ecs::LoadBalancer> {
    let plain: Vec<_> = revision
        .registrations()
        .map(|(load_balancer, group)| model::ServiceLoadBalancer {
            target_group_arn: group.to_owned(),
            advanced: None,
            ..load_balancer.clone()
        })
        .collect();
    service_load_balancers::render(&plain)
}
