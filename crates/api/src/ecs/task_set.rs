//! Task sets as callers name them, and as the API shows them.
//
// COMPAT: the refusals of a service that is not under an external controller are ECS's own
// words; that of a task set that is not there is put like the others.

use aws_api::ecs::{self, errors};
use model::{
    DeploymentController, Entry, Scope, Service, ServiceKey, ServiceRevision, ServiceStatus,
    Snapshot, Stability, TaskSet, TaskSetStatus, Timestamp, cluster_arn,
};
use wire::ApiError;

use super::{
    cluster, network_configuration, service, service_load_balancers, service_name, tags,
    unsupported,
};
use crate::Turn;

/// What a scale in millionths is in percent.
const PPM_OF_PERCENT: f64 = 10_000.0;

/// The active service that a request names in a cluster, if task sets can be made of it.
pub(super) fn service_of<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    (cluster, named): (&str, &str),
) -> Result<&'a Entry<Service>, ApiError> {
    let cluster = cluster::find(snapshot, scope, Some(cluster))?;
    let found = service_name::find(snapshot, cluster, named)?;
    match found.status {
        ServiceStatus::Active => {}
        ServiceStatus::Draining | ServiceStatus::Inactive => {
            return Err(errors::service_not_active_exception("Service was not ACTIVE."));
        }
    }
    match found.controller {
        DeploymentController::External => Ok(found),
        DeploymentController::Ecs | DeploymentController::CodeDeploy => {
            Err(errors::invalid_parameter_exception(
                "Amazon ECS only supports task set management on services configured to use \
                 external deployment controllers.",
            ))
        }
    }
}

/// The task set of a service that a request names, by id or ARN.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    key: &ServiceKey,
    named: &str,
) -> Result<&'a Entry<TaskSet>, ApiError> {
    id(key, named).and_then(|id| snapshot.task_set(key, id)).ok_or_else(|| {
        errors::task_set_not_found_exception("The specified task set was not found.")
    })
}

/// The same, for a change: one that is deleted is not to be changed.
pub(super) fn find_active<'a>(
    snapshot: &'a Snapshot,
    key: &ServiceKey,
    named: &str,
) -> Result<&'a Entry<TaskSet>, ApiError> {
    let found = find(snapshot, key, named)?;
    match found.status {
        TaskSetStatus::Active => Ok(found),
        TaskSetStatus::Draining => {
            Err(errors::invalid_parameter_exception("The specified task set is DRAINING."))
        }
    }
}

/// The task sets of a service, the youngest first.
pub(super) fn all<'a>(snapshot: &'a Snapshot, key: &'a ServiceKey) -> Vec<&'a Entry<TaskSet>> {
    let mut sets: Vec<_> = snapshot.task_sets_of(key).collect();
    sets.sort_by_key(|set| std::cmp::Reverse((set.created_at, &set.record.id)));
    sets
}

/// A scale as it is kept, in millionths; nothing is given where it is to be zero.
pub(super) fn scale(given: Option<&ecs::Scale>) -> Result<u32, ApiError> {
    let percent = given.and_then(|scale| scale.value).unwrap_or(0.0);
    if !(0.0..=100.0).contains(&percent) {
        return Err(errors::invalid_parameter_exception(
            "The scale value must be between 0 and 100.",
        ));
    }
    let ppm = percent * PPM_OF_PERCENT;
    if (ppm - ppm.round()).abs() > 1e-6 {
        return Err(unsupported(
            "a `scale.value` of more than four decimal places is not supported by Longshore yet"
                .to_owned(),
        ));
    }
    Ok(ppm.round() as u32)
}

/// A task set with its tags, as the turn's plan will have it.
pub(super) fn render_planned(
    turn: &Turn<'_>,
    (key, id): (&ServiceKey, &str),
) -> Option<ecs::TaskSet> {
    let mut planned = turn.snapshot.clone();
    planned.apply(planned.revision + 1, &turn.plan.changes);
    let set = planned.task_set(key, id)?;
    let tags = Some(tags::render(&set.tags));
    Some(ecs::TaskSet { tags, ..render(&planned, set, turn.now()) })
}

/// A task set without its tags, which are shown to those who ask for them.
pub(super) fn render(snapshot: &Snapshot, set: &TaskSet, now: Timestamp) -> ecs::TaskSet {
    let key = &set.service;
    let of = snapshot.service(key).map(|of| &*of.record);
    let counts = service::counts(snapshot, key).get(&set.id).copied().unwrap_or_default();
    let (stability, since) = stability((snapshot, of), set, now);
    let shown = ecs::TaskSet {
        id: Some(set.name()),
        task_set_arn: Some(set.arn()),
        service_arn: Some(key.arn()),
        cluster_arn: Some(cluster_arn(&key.scope, &key.cluster)),
        started_by: set.started_by.clone(),
        external_id: set.external_id.clone(),
        status: Some(status(of, set).to_owned()),
        computed_desired_count: of.map(|of| set.desired_count(of.desired_count) as i32),
        pending_count: Some(counts.pending as i32),
        running_count: Some(counts.running as i32),
        created_at: Some(set.created_at),
        updated_at: Some(set.updated_at),
        service_registries: Some(Vec::new()),
        scale: Some(ecs::Scale {
            value: Some(f64::from(set.scale_ppm) / PPM_OF_PERCENT),
            unit: Some(ecs::ScaleUnit::Percent),
        }),
        stability_status: Some(match stability {
            Stability::SteadyState => ecs::StabilityStatus::SteadyState,
            Stability::Stabilizing => ecs::StabilityStatus::Stabilizing,
        }),
        stability_status_at: Some(since),
        ..ecs::TaskSet::default()
    };
    match snapshot.service_revision(key, &set.id) {
        Some(revision) => with_revision(snapshot, shown, revision),
        None => shown,
    }
}

/// How stable it is now, and since when. The planner notes each change, a moment after it.
fn stability(
    (snapshot, of): (&Snapshot, Option<&Service>),
    set: &TaskSet,
    now: Timestamp,
) -> (Stability, Timestamp) {
    let is_so = of.map(|of| planner::task_set::stability(snapshot, of, set, now));
    match is_so {
        Some(is_so) if is_so != set.stability => (is_so, now),
        Some(_) | None => (set.stability, set.stability_at),
    }
}

fn with_revision(
    snapshot: &Snapshot,
    shown: ecs::TaskSet,
    revision: &ServiceRevision,
) -> ecs::TaskSet {
    ecs::TaskSet {
        task_definition: Some(revision.definition.arn(&revision.service.scope)),
        launch_type: service::launch_type(revision),
        capacity_provider_strategy: service::strategy(revision),
        platform_version: revision
            .platform_version
            .as_ref()
            .map(|_| planner::rollout::FARGATE_PLATFORM_VERSION.to_owned()),
        platform_family: Some(service::platform_family(snapshot, revision)),
        network_configuration: revision.network.as_ref().map(network_configuration::render),
        load_balancers: Some(service_load_balancers::render(&revision.load_balancers)),
        ..shown
    }
}

fn status(of: Option<&Service>, set: &TaskSet) -> &'static str {
    match set.status {
        TaskSetStatus::Draining => "DRAINING",
        TaskSetStatus::Active if of.is_some_and(|of| of.primary_revision == set.id) => "PRIMARY",
        TaskSetStatus::Active => "ACTIVE",
    }
}

/// The id that a name is of, where it can be of a task set of this service.
fn id<'a>(key: &ServiceKey, named: &'a str) -> Option<&'a str> {
    let name = if named.starts_with("arn:") {
        let (cluster, name) = (&key.cluster, &key.name);
        let prefix = key.scope.arn("ecs", format_args!("task-set/{cluster}/{name}/"));
        named.strip_prefix(&prefix)?
    } else {
        named
    };
    name.strip_prefix("ecs-svc/")
}
