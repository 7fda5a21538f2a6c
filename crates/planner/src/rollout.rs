//! Begins a deployment: a new revision of a service, and the records that follow it.

use std::collections::BTreeMap;

use model::{
    AwsvpcConfiguration, CapacityProviderStrategyItem, DeploymentConfiguration, DeploymentStatus,
    DeploymentStrategy, Entry, LaunchType, LifecycleStage, Plan, Progress, PropagateTags, Rng,
    Scope, Service, ServiceDeployment, ServiceKey, ServiceLoadBalancer, ServiceRevision,
    ServiceStatus, Snapshot, SourceRevision, Tags, TaskDefinition, TaskDefinitionRef, TaskState,
    Timestamp,
};

use crate::{hooks, traffic};

/// COMPAT: what `LATEST` is for Linux ("Fargate platform versions", ECS Developer Guide).
pub const FARGATE_PLATFORM_VERSION: &str = "1.4.0";

/// What a revision of a service is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionSpec {
    pub definition: TaskDefinitionRef,
    pub launch_type: Option<LaunchType>,
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    pub platform_version: Option<String>,
    pub load_balancers: Vec<ServiceLoadBalancer>,
    pub network: Option<AwsvpcConfiguration>,
}

impl RevisionSpec {
    /// What a revision was made of.
    pub fn of(revision: &ServiceRevision) -> RevisionSpec {
        RevisionSpec {
            definition: revision.definition.clone(),
            launch_type: revision.launch_type,
            capacity_provider_strategy: revision.capacity_provider_strategy.clone(),
            platform_version: revision.platform_version.clone(),
            load_balancers: revision.load_balancers.clone(),
            network: revision.network.clone(),
        }
    }
}

/// The records of a deployment that begins.
#[derive(Clone, Debug)]
pub struct Begun {
    pub revision: ServiceRevision,
    pub deployment: ServiceDeployment,
}

/// Begins the first deployment of a service, or the next. The caller puts the ids into
/// the service's record and both records into its plan.
///
/// A deployment that is still under way is ended by `plan`: a service has one at a time.
pub fn begin(
    snapshot: &Snapshot,
    key: &ServiceKey,
    (spec, configuration): (RevisionSpec, DeploymentConfiguration),
    (now, rng): (Timestamp, &mut Rng),
    plan: &mut Plan,
) -> Begun {
    let source = source(snapshot, key);
    let sources = source_revisions(snapshot, key);
    // What an earlier deployment left, of tasks or of traffic, is put right first.
    let is_other = |one: &SourceRevision| source.is_none_or(|source| one.id != source.id);
    let is_left = sources.iter().any(is_other)
        || source.is_some_and(|source| traffic::is_elsewhere(snapshot, source));
    let first = if is_left { LifecycleStage::ReconcileService } else { LifecycleStage::PreScaleUp };
    let progress = first_progress(&configuration, (source, first), (now, rng));
    let groups = target_groups(snapshot, &spec.load_balancers, (key, progress.is_some()));
    let revision = new_revision(key, (spec, groups), (now, rng));
    let deployment = ServiceDeployment {
        service: key.clone(),
        id: rng.alphanumeric(20),
        status: DeploymentStatus::Pending,
        status_reason: None,
        target_revision: revision.id.clone(),
        source_revisions: sources,
        is_watching_alarms: !is_any_alarming(snapshot, &key.scope, &configuration),
        deployment_configuration: configuration,
        failed_tasks: 0,
        healthy_tasks: 0,
        healthy_at: None,
        progress,
        failure: None,
        rollback: None,
        baking_since: None,
        created_at: now,
        started_at: None,
        finished_at: None,
        updated_at: now,
    };
    supersede(snapshot, key, now, plan);
    plan.insert(revision.clone());
    plan.insert(deployment.clone());
    Begun { revision, deployment }
}

/// The revision of a task set, whose tasks are registered where its load balancers say.
pub fn task_set_revision(
    key: &ServiceKey,
    spec: RevisionSpec,
    (now, rng): (Timestamp, &mut Rng),
) -> ServiceRevision {
    let groups = spec.load_balancers.iter().map(|one| one.target_group_arn.clone()).collect();
    new_revision(key, (spec, groups), (now, rng))
}

fn new_revision(
    key: &ServiceKey,
    (spec, target_group_arns): (RevisionSpec, Vec<String>),
    (now, rng): (Timestamp, &mut Rng),
) -> ServiceRevision {
    ServiceRevision {
        service: key.clone(),
        id: rng.decimal_id(),
        definition: spec.definition,
        launch_type: spec.launch_type,
        capacity_provider_strategy: spec.capacity_provider_strategy,
        platform_version: spec.platform_version,
        target_group_arns,
        load_balancers: spec.load_balancers,
        network: spec.network,
        image_digests: BTreeMap::new(),
        created_at: now,
    }
}

/// The revision that traffic comes from: the last that was completed, else the one that is
/// there, if any of its tasks runs.
fn source<'a>(snapshot: &'a Snapshot, key: &ServiceKey) -> Option<&'a Entry<ServiceRevision>> {
    let service = snapshot.service(key)?;
    let is_serving = service.status == ServiceStatus::Active;
    let id = match &service.completed_revision {
        Some(completed) => completed,
        None => snapshot
            .tasks_of_service(key)
            .filter(|task| task.last_status == TaskState::Running)
            .filter_map(|task| task.record.service.as_ref())
            .any(|of| of.revision == service.primary_revision)
            .then_some(&service.primary_revision)?,
    };
    snapshot.service_revision(key, id).filter(|_| is_serving)
}

/// Where a deployment begins that keeps both revisions; `None` where tasks are replaced.
fn first_progress(
    configuration: &DeploymentConfiguration,
    (source, stage): (Option<&Entry<ServiceRevision>>, LifecycleStage),
    (now, rng): (Timestamp, &mut Rng),
) -> Option<Progress> {
    if configuration.strategy == DeploymentStrategy::Rolling {
        return None;
    }
    let source = source.map(|source| source.id.clone());
    Some(Progress {
        source,
        stage,
        entered_at: now,
        step: 0,
        production_permille: 0,
        test_permille: 0,
        shifted_at: None,
        hooks: hooks::begin(&configuration.lifecycle_hooks, (stage, 0), (now, rng)),
    })
}

/// The target group of each load balancer that the new revision's tasks are registered in.
///
/// Beside a source it is the one that the source is not in; in place of it, the same one.
fn target_groups(
    snapshot: &Snapshot,
    load_balancers: &[ServiceLoadBalancer],
    (key, is_beside): (&ServiceKey, bool),
) -> Vec<String> {
    let service = snapshot.service(key).filter(|service| service.status == ServiceStatus::Active);
    let kept = source(snapshot, key)
        .or_else(|| snapshot.service_revision(key, &service?.primary_revision));
    let held = |arn: &String| kept.is_some_and(|kept| kept.target_group_arns.contains(arn));
    load_balancers
        .iter()
        .map(|one| match &one.advanced {
            Some(advanced) => {
                let (named, alternate) =
                    (&one.target_group_arn, &advanced.alternate_target_group_arn);
                let is_swapped = if is_beside { held(named) } else { held(alternate) };
                if is_swapped { alternate.clone() } else { named.clone() }
            }
            None => one.target_group_arn.clone(),
        })
        .collect()
}

fn is_any_alarming(
    snapshot: &Snapshot,
    scope: &Scope,
    configuration: &DeploymentConfiguration,
) -> bool {
    let alarms = configuration.alarms.names.iter();
    let mut known = alarms.filter_map(|name| snapshot.alarms.get(scope, name));
    known.any(|alarm| alarm.is_alarming())
}

/// How a revision's tasks are launched, and by which capacity provider.
pub fn launch(revision: &ServiceRevision) -> (LaunchType, Option<String>) {
    launch_of(revision.launch_type, &revision.capacity_provider_strategy)
}

/// The launch type that was asked for, or that of the capacity provider with the most
/// weight (ties on its name).
pub fn launch_of(
    launch_type: Option<LaunchType>,
    strategy: &[CapacityProviderStrategyItem],
) -> (LaunchType, Option<String>) {
    let heaviest = strategy
        .iter()
        .max_by_key(|item| (item.weight, std::cmp::Reverse(&item.capacity_provider)));
    match (launch_type, heaviest) {
        (Some(launch_type), _) => (launch_type, None),
        (None, Some(item)) => (LaunchType::Fargate, Some(item.capacity_provider.clone())),
        (None, None) => (LaunchType::Ec2, None),
    }
}

/// The tags of a service's task: ECS's own where they are enabled, and what is propagated.
pub fn task_tags(service: &Service, definition: &TaskDefinition) -> Tags {
    let mut tags = match service.propagate_tags {
        PropagateTags::None => Tags::new(),
        PropagateTags::Service => service.tags.clone(),
        PropagateTags::TaskDefinition => definition.tags.clone(),
    };
    if service.is_managed_tags_enabled {
        tags.insert("aws:ecs:clusterName".to_owned(), service.key.cluster.clone());
        tags.insert("aws:ecs:serviceName".to_owned(), service.key.name.clone());
    }
    tags
}

/// The revisions that have tasks now, and how many each is to have.
fn source_revisions(snapshot: &Snapshot, key: &ServiceKey) -> Vec<SourceRevision> {
    let mut counts = BTreeMap::new();
    for task in snapshot.tasks_of_service(key) {
        if task.last_status <= TaskState::Running
            && let Some(owner) = &task.service
        {
            *counts.entry(owner.revision.clone()).or_insert(0_u32) += 1;
        }
    }
    counts
        .into_iter()
        .map(|(id, requested_task_count)| SourceRevision { id, requested_task_count })
        .collect()
}

/// Ends the deployment under way: the next takes its place.
fn supersede(snapshot: &Snapshot, key: &ServiceKey, now: Timestamp, plan: &mut Plan) {
    let current = snapshot
        .service(key)
        .and_then(|service| snapshot.service_deployment(key, &service.current_deployment));
    if let Some(current) = current.filter(|deployment| !deployment.status.is_final()) {
        let ended = stopped(current, now);
        plan.update(current, ended);
    }
}

fn stopped(deployment: &Entry<ServiceDeployment>, now: Timestamp) -> ServiceDeployment {
    ServiceDeployment {
        status: DeploymentStatus::Stopped,
        status_reason: Some("Service deployment was replaced by a newer deployment.".to_owned()),
        finished_at: Some(now),
        updated_at: now,
        ..(*deployment.record).clone()
    }
}
