//! Services as the API shows them: every number is counted from the tasks there are.
//
// COMPAT: the words of `rolloutStateReason` are those that ECS answers with.

use std::collections::BTreeMap;

use aws_api::ecs;
use model::{
    DeploymentController, DeploymentFailure, DeploymentStatus, DesiredStatus, PropagateTags,
    Service, ServiceDeployment, ServiceKey, ServiceRevision, ServiceStatus, Snapshot, TaskState,
    Timestamp, cluster_arn,
};

use super::{
    cluster, deployment_configuration, deployment_controller, network_configuration,
    replacement_sets, service_deployment, service_load_balancers, tags, task_definition, task_set,
};
use crate::Turn;

/// The tasks of one revision of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub running: u32,
    pub pending: u32,
    /// Those that are to run.
    pub requested: u32,
}

/// A service with its tags, as the turn's plan will have it.
pub(super) fn render_planned(turn: &Turn<'_>, key: &ServiceKey) -> Option<ecs::Service> {
    let mut planned = turn.snapshot.clone();
    planned.apply(planned.revision + 1, &turn.plan.changes);
    let service = planned.service(key)?;
    let tags = Some(tags::render(&service.tags));
    Some(ecs::Service { tags, ..render(&planned, service, turn.now()) })
}

/// A service without its tags, which are shown to those who ask for them.
pub(super) fn render(snapshot: &Snapshot, service: &Service, now: Timestamp) -> ecs::Service {
    let counts = counts(snapshot, &service.key);
    let all = counts.values().fold(Counts::default(), |sum, of| Counts {
        running: sum.running + of.running,
        pending: sum.pending + of.pending,
        requested: sum.requested + of.requested,
    });
    let shown = ecs::Service {
        service_arn: Some(service.key.arn()),
        service_name: Some(service.key.name.clone()),
        cluster_arn: Some(cluster_arn(&service.key.scope, &service.key.cluster)),
        status: Some(service.status.as_str().to_owned()),
        desired_count: Some(service.desired_count as i32),
        running_count: Some(all.running as i32),
        pending_count: Some(all.pending as i32),
        deployment_configuration: Some(deployment_configuration::render(
            &service.deployment_configuration,
        )),
        deployments: Some(deployments(snapshot, service, &counts)),
        events: Some(events(service)),
        created_at: Some(service.created_at),
        created_by: Some(service.created_by.clone()),
        current_service_deployment: snapshot
            .service_deployment(&service.key, &service.current_deployment)
            .map(|deployment| deployment.arn()),
        current_service_revisions: current_revisions(snapshot, service, &counts),
        task_sets: task_sets(snapshot, service, now),
        service_registries: Some(Vec::new()),
        placement_constraints: Some(Vec::new()),
        placement_strategy: Some(Vec::new()),
        health_check_grace_period_seconds: service
            .health_check_grace_period_secs
            .map(|seconds| seconds as i32),
        scheduling_strategy: Some(ecs::SchedulingStrategy::Replica),
        deployment_controller: Some(deployment_controller::render(service.controller)),
        enable_ecs_managed_tags: Some(service.is_managed_tags_enabled),
        propagate_tags: Some(propagate_tags(service.propagate_tags)),
        enable_execute_command: Some(false),
        availability_zone_rebalancing: Some(ecs::AvailabilityZoneRebalancing::Disabled),
        resource_management_type: Some(ecs::ResourceManagementType::Customer),
        ..ecs::Service::default()
    };
    let revision = snapshot.service_revision(&service.key, &service.primary_revision);
    match (service.controller, revision) {
        (DeploymentController::CodeDeploy, _) => {
            replacement_sets::with_task_sets((snapshot, service), shown, &counts)
        }
        (DeploymentController::Ecs | DeploymentController::External, Some(revision)) => {
            with_revision(snapshot, shown, revision)
        }
        (DeploymentController::Ecs | DeploymentController::External, None) => shown,
    }
}

/// Those of a service under an external controller; others have none.
fn task_sets(snapshot: &Snapshot, service: &Service, now: Timestamp) -> Option<Vec<ecs::TaskSet>> {
    match service.controller {
        DeploymentController::Ecs | DeploymentController::CodeDeploy => None,
        DeploymentController::External => {
            let sets = task_set::all(snapshot, &service.key);
            Some(sets.into_iter().map(|set| task_set::render(snapshot, set, now)).collect())
        }
    }
}

/// What a service shows of the revision that new tasks run.
pub(super) fn with_revision(
    snapshot: &Snapshot,
    shown: ecs::Service,
    revision: &ServiceRevision,
) -> ecs::Service {
    ecs::Service {
        task_definition: Some(revision.definition.arn(&revision.service.scope)),
        launch_type: launch_type(revision),
        capacity_provider_strategy: strategy(revision),
        platform_version: revision.platform_version.clone(),
        platform_family: Some(platform_family(snapshot, revision)),
        network_configuration: revision.network.as_ref().map(network_configuration::render),
        load_balancers: Some(service_load_balancers::render(&revision.load_balancers)),
        ..shown
    }
}

/// The tasks of a service that have not stopped, by the revision they run.
pub(super) fn counts(snapshot: &Snapshot, key: &ServiceKey) -> BTreeMap<String, Counts> {
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for task in snapshot.tasks_of_service(key) {
        let Some(of) = task.service.as_ref().filter(|_| task.last_status != TaskState::Stopped)
        else {
            continue;
        };
        let of = counts.entry(of.revision.clone()).or_default();
        of.running += u32::from(task.last_status == TaskState::Running);
        of.pending += u32::from(task.last_status < TaskState::Running);
        of.requested += u32::from(task.desired_status == DesiredStatus::Running);
    }
    counts
}

pub(super) fn launch_type(revision: &ServiceRevision) -> Option<ecs::LaunchType> {
    revision.launch_type.map(|launch_type| match launch_type {
        model::LaunchType::Ec2 => ecs::LaunchType::Ec2,
        model::LaunchType::Fargate => ecs::LaunchType::Fargate,
    })
}

/// Absent where the revision was given a launch type.
pub(super) fn strategy(
    revision: &ServiceRevision,
) -> Option<Vec<ecs::CapacityProviderStrategyItem>> {
    let items = &revision.capacity_provider_strategy;
    (!items.is_empty()).then(|| items.iter().map(cluster::render_strategy).collect())
}

/// COMPAT: services say `Linux` for what a definition calls `LINUX`.
pub(super) fn platform_family(snapshot: &Snapshot, revision: &ServiceRevision) -> String {
    let scope = &revision.service.scope;
    let family = task_definition::get(snapshot, scope, &revision.definition)
        .and_then(|definition| definition.operating_system_family.clone());
    family.filter(|family| family != "LINUX").unwrap_or_else(|| "Linux".to_owned())
}

/// The primary deployment, then each older one that still has tasks, youngest first.
fn deployments(
    snapshot: &Snapshot,
    service: &Service,
    counts: &BTreeMap<String, Counts>,
) -> Vec<ecs::Deployment> {
    if service.status == ServiceStatus::Inactive {
        return Vec::new();
    }
    let of = |id: &str| {
        let revision = snapshot.service_revision(&service.key, id)?;
        let deployment = deployment_of(snapshot, service, id)?;
        Some((&*revision.record, deployment))
    };
    let mut older: Vec<_> = counts
        .keys()
        .filter(|id| **id != service.primary_revision)
        .filter_map(|id| of(id))
        .collect();
    older.sort_by_key(|(revision, _)| std::cmp::Reverse((revision.created_at, &revision.id)));
    let primary = of(&service.primary_revision).into_iter();
    primary
        .chain(older)
        .map(|(revision, deployment)| {
            let counts = counts.get(&revision.id).copied().unwrap_or_default();
            render_deployment((snapshot, service), revision, deployment, counts)
        })
        .collect()
}

fn render_deployment(
    (snapshot, service): (&Snapshot, &Service),
    revision: &ServiceRevision,
    deployment: &ServiceDeployment,
    counts: Counts,
) -> ecs::Deployment {
    let is_primary = revision.id == service.primary_revision;
    let is_completed = deployment.status == DeploymentStatus::Successful;
    let id = revision.deployment_id();
    let (state, reason) = rollout(snapshot, service, (revision, deployment));
    let is_fargate = planner::rollout::launch(revision).0 == model::LaunchType::Fargate;
    ecs::Deployment {
        status: Some(if is_primary { "PRIMARY".to_owned() } else { "ACTIVE".to_owned() }),
        task_definition: Some(revision.definition.arn(&revision.service.scope)),
        desired_count: Some(
            if is_primary { service.desired_count } else { counts.requested } as i32
        ),
        pending_count: Some(counts.pending as i32),
        running_count: Some(counts.running as i32),
        // COMPAT: "resets to zero" once tasks run ("Deployment", ECS API Reference).
        failed_tasks: Some(if is_completed { 0 } else { deployment.failed_tasks as i32 }),
        created_at: Some(deployment.created_at),
        updated_at: Some(deployment.updated_at),
        capacity_provider_strategy: strategy(revision),
        launch_type: launch_type(revision),
        platform_version: is_fargate.then(|| planner::rollout::FARGATE_PLATFORM_VERSION.to_owned()),
        platform_family: Some(platform_family(snapshot, revision)),
        network_configuration: revision.network.as_ref().map(network_configuration::render),
        rollout_state: Some(state),
        rollout_state_reason: Some(reason),
        id: Some(id),
        ..ecs::Deployment::default()
    }
}

/// What the move to a revision has come to.
fn rollout(
    snapshot: &Snapshot,
    service: &Service,
    (revision, deployment): (&ServiceRevision, &ServiceDeployment),
) -> (ecs::DeploymentRolloutState, String) {
    let id = revision.deployment_id();
    let current = snapshot.service_deployment(&service.key, &service.current_deployment);
    // A completed revision that a failed deployment goes back to is on its way again.
    let back = current.filter(|current| {
        let to = current.rollback.as_ref().map(|rollback| &rollback.revision);
        current.status == DeploymentStatus::RollbackInProgress && to == Some(&revision.id)
    });
    if let Some(back) = back {
        let cause = cause(back.failure.as_ref());
        let reason = format!("ECS deployment{cause}: rolling back to deploymentId {id}.");
        return (ecs::DeploymentRolloutState::InProgress, reason);
    }
    match (&deployment.failure, deployment.status) {
        (Some(DeploymentFailure::CircuitBreaker), _) => (
            ecs::DeploymentRolloutState::Failed,
            "ECS deployment circuit breaker: tasks failed to start.".to_owned(),
        ),
        (Some(failure), _) => {
            let cause = cause(Some(failure));
            let reason = format!("ECS deployment{cause}: deployment {id} failed.");
            (ecs::DeploymentRolloutState::Failed, reason)
        }
        (None, DeploymentStatus::Successful) => {
            (ecs::DeploymentRolloutState::Completed, format!("ECS deployment {id} completed."))
        }
        (
            None,
            DeploymentStatus::Pending
            | DeploymentStatus::InProgress
            | DeploymentStatus::Stopped
            | DeploymentStatus::RollbackRequested
            | DeploymentStatus::RollbackInProgress
            | DeploymentStatus::RollbackSuccessful
            | DeploymentStatus::RollbackFailed,
        ) => (ecs::DeploymentRolloutState::InProgress, format!("ECS deployment {id} in progress.")),
    }
}

/// COMPAT: ECS's words where the circuit breaker opened; the others are put alike.
fn cause(failure: Option<&DeploymentFailure>) -> &'static str {
    match failure {
        Some(DeploymentFailure::CircuitBreaker) => " circuit breaker",
        Some(DeploymentFailure::Alarms { .. }) => " alarms",
        Some(DeploymentFailure::Hook { .. } | DeploymentFailure::PauseTimedOut { .. }) => {
            " lifecycle hook"
        }
        Some(DeploymentFailure::Networking { .. } | DeploymentFailure::Requested) | None => "",
    }
}

/// The deployment that made a revision.
pub(super) fn deployment_of<'a>(
    snapshot: &'a Snapshot,
    service: &'a Service,
    revision: &str,
) -> Option<&'a ServiceDeployment> {
    let current = snapshot.service_deployment(&service.key, &service.current_deployment);
    if let Some(current) = current.filter(|current| current.target_revision == revision) {
        return Some(&current.record);
    }
    service_deployment::of_service(snapshot, &service.key)
        .find(|deployment| deployment.target_revision == revision)
        .map(|deployment| &*deployment.record)
}

fn current_revisions(
    snapshot: &Snapshot,
    service: &Service,
    counts: &BTreeMap<String, Counts>,
) -> Option<Vec<ecs::ServiceCurrentRevisionSummary>> {
    match (service.controller, service.status) {
        (DeploymentController::External, _) => return None,
        (_, ServiceStatus::Inactive) => return Some(Vec::new()),
        (_, ServiceStatus::Active | ServiceStatus::Draining) => {}
    }
    let older = counts.keys().filter(|id| **id != service.primary_revision);
    let shown = std::iter::once(&service.primary_revision)
        .chain(older)
        .filter_map(|id| snapshot.service_revision(&service.key, id))
        .map(|revision| {
            let of = counts.get(&revision.id).copied().unwrap_or_default();
            let is_primary = revision.id == service.primary_revision;
            let requested = if is_primary { service.desired_count } else { of.requested };
            ecs::ServiceCurrentRevisionSummary {
                arn: Some(revision.arn()),
                requested_task_count: Some(requested as i32),
                running_task_count: Some(of.running as i32),
                pending_task_count: Some(of.pending as i32),
            }
        });
    Some(shown.collect())
}

fn events(service: &Service) -> Vec<ecs::ServiceEvent> {
    let render = |event: &model::ServiceEvent| ecs::ServiceEvent {
        id: Some(event.id.clone()),
        created_at: Some(event.created_at),
        message: Some(event.message.clone()),
    };
    service.events.iter().map(render).collect()
}

fn propagate_tags(propagate: PropagateTags) -> ecs::PropagateTags {
    match propagate {
        PropagateTags::None => ecs::PropagateTags::None,
        PropagateTags::Service => ecs::PropagateTags::Service,
        PropagateTags::TaskDefinition => ecs::PropagateTags::TaskDefinition,
    }
}
