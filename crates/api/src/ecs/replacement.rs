//! What `CodeDeploy` does with a service: finds it, and replaces its tasks by those of another
//! revision, through the deployments that services have.

use aws_api::ecs::{self, errors};
use model::{
    DeploymentConfiguration, DeploymentController, Entry, Scope, Service, ServiceDeployment,
    ServiceLoadBalancer, ServiceStatus, Snapshot,
};
use planner::rollout::{self, RevisionSpec};
use wire::ApiError;

use super::service_settings as settings;
use super::{cluster, launch, service_load_balancers, service_name, task_definition};
use crate::{Turn, default_network, security_group_use};

/// What the new tasks are to be; what is not named stays as it is.
#[derive(Debug)]
pub(crate) struct Replacement<'a> {
    pub task_definition: &'a str,
    /// Its target group is one of a pair.
    pub load_balancer: ServiceLoadBalancer,
    pub platform_version: Option<&'a str>,
    pub network: Option<&'a ecs::NetworkConfiguration>,
    pub capacity_provider_strategy: Option<&'a [ecs::CapacityProviderStrategyItem]>,
    pub vpc_cidr: model::Cidr,
}

/// The active service of that name, by short names or ARNs.
pub(crate) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    (cluster, name): (Option<&str>, &str),
) -> Result<&'a Entry<Service>, ApiError> {
    let cluster = cluster::find(snapshot, scope, cluster)?;
    let service = service_name::find(snapshot, cluster, name)?;
    match service.status {
        ServiceStatus::Active => Ok(service),
        ServiceStatus::Draining | ServiceStatus::Inactive => {
            Err(errors::service_not_active_exception("Service was not ACTIVE."))
        }
    }
}

/// Begins a deployment of the service in the turn's plan.
pub(crate) fn begin(
    turn: &mut Turn<'_>,
    service: &Entry<Service>,
    wanted: &Replacement<'_>,
    configuration: DeploymentConfiguration,
) -> Result<ServiceDeployment, ApiError> {
    debug_assert!(service.controller == DeploymentController::CodeDeploy);
    let spec = spec(turn, service, wanted)?;
    let begun = rollout::begin(
        turn.snapshot,
        &service.key,
        (spec, configuration),
        (turn.caller.now, &mut turn.rng),
        &mut turn.plan,
    );
    let next = Service {
        primary_revision: begun.revision.id,
        current_deployment: begun.deployment.id.clone(),
        is_steady: false,
        ..(*service.record).clone()
    };
    turn.plan.update(service, next);
    Ok(begun.deployment)
}

fn spec(
    turn: &mut Turn<'_>,
    service: &Service,
    wanted: &Replacement<'_>,
) -> Result<RevisionSpec, ApiError> {
    let scope = turn.scope().clone();
    let primary = turn.snapshot.service_revision(&service.key, &service.primary_revision);
    let mut spec = RevisionSpec::of(primary.ok_or_else(wire::internal_failure)?);
    let definition = task_definition::find_active(turn.snapshot, &scope, wanted.task_definition)?;
    turn.plan.read(definition);
    launch::check_definition(definition)?;
    spec.definition = definition.reference();
    if let Some(items) = wanted.capacity_provider_strategy.filter(|items| !items.is_empty()) {
        let cluster = cluster::find(turn.snapshot, &scope, Some(&service.key.cluster))?;
        let strategy = launch::Wanted { launch_type: None, strategy: Some(items) };
        let launch = launch::resolve(cluster, &strategy)?;
        spec.launch_type = launch.launch_type;
        spec.capacity_provider_strategy = launch.strategy;
    }
    if wanted.platform_version.is_some() {
        spec.platform_version = Some(launch::platform_version(wanted.platform_version)?);
    }
    if wanted.network.is_some() {
        let snapshot = default_network::within(turn, wanted.vpc_cidr);
        spec.network = settings::network((&snapshot, &scope), definition, wanted.network)?;
        let groups = spec.network.iter().flat_map(|network| &network.security_group_ids);
        security_group_use::hold(turn, groups);
    }
    spec.load_balancers = vec![wanted.load_balancer.clone()];
    service_load_balancers::check(&spec.load_balancers, definition)?;
    Ok(spec)
}
