//! `UpdateService`: changes a service, and begins a deployment where its tasks change.
//
// COMPAT: which parameters begin a deployment is said at each ("UpdateServiceRequest",
// ECS API Reference). One that leaves the revision as it is begins none; nor does a
// change of the count.

use aws_api::ecs::{UpdateServiceRequest, UpdateServiceResponse, errors};
use model::{
    Cidr, Cluster, DeploymentController, Entry, Service, ServiceKey, ServiceStatus, TaskDefinition,
};
use planner::rollout::{self, RevisionSpec};
use wire::ApiError;

use super::service_settings::{self as settings, Unhonoured, is_filled};
use super::{
    cluster, deployment_configuration, deployment_controller, external_controller, launch,
    network_configuration, service, service_load_balancers, service_name, task_definition,
};
use crate::{Api, Caller, Turn, default_network, security_group_use};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateServiceRequest,
) -> Result<UpdateServiceResponse, ApiError> {
    refuse_what_is_not_honoured(&input)?;
    let vpc_cidr = api.vpc_cidr;
    api.transact(caller, |turn| decide(turn, &input, vpc_cidr)).await
}

/// The service that the request is of; what it decides is in the turn's plan.
pub(crate) fn plan(
    api: &Api,
    turn: &mut Turn<'_>,
    input: &UpdateServiceRequest,
) -> Result<ServiceKey, ApiError> {
    refuse_what_is_not_honoured(input)?;
    decide(turn, input, api.vpc_cidr)?;
    let cluster = cluster::find(turn.snapshot, turn.scope(), input.cluster.as_deref())?;
    Ok(service_name::find(turn.snapshot, cluster, &input.service)?.key.clone())
}

fn decide(
    turn: &mut Turn<'_>,
    input: &UpdateServiceRequest,
    vpc_cidr: Cidr,
) -> Result<UpdateServiceResponse, ApiError> {
    let cluster = cluster::find(turn.snapshot, turn.scope(), input.cluster.as_deref())?;
    let known = service_name::find(turn.snapshot, cluster, &input.service)?;
    match known.status {
        ServiceStatus::Active => {}
        ServiceStatus::Draining | ServiceStatus::Inactive => {
            return Err(errors::service_not_active_exception("Service was not ACTIVE."));
        }
    }
    deployment_controller::check_update(known.controller, input)?;
    match known.controller {
        DeploymentController::Ecs | DeploymentController::CodeDeploy => {
            change(turn, (cluster, known), (input, vpc_cidr))?;
        }
        DeploymentController::External => change_external(turn, known, input)?,
    }
    Ok(UpdateServiceResponse { service: service::render_planned(turn, &known.key) })
}

/// Changes a service whose revisions follow one another.
fn change(
    turn: &mut Turn<'_>,
    (cluster, known): (&Cluster, &Entry<Service>),
    (input, vpc_cidr): (&UpdateServiceRequest, Cidr),
) -> Result<(), ApiError> {
    let revision = turn.snapshot.service_revision(&known.key, &known.primary_revision);
    let old = RevisionSpec::of(revision.ok_or_else(wire::internal_failure)?);
    let spec = changed_spec(turn, (cluster, input), (&old, vpc_cidr))?;
    let mut next = changed_settings(known, input)?;
    let load_balancers = spec.load_balancers.as_slice();
    deployment_configuration::check_load_balancers(&next.deployment_configuration, load_balancers)?;
    let kept = known.health_check_grace_period_secs.filter(|_| !load_balancers.is_empty());
    let grace = input.health_check_grace_period_seconds.or(kept.map(|seconds| seconds as i32));
    next.health_check_grace_period_secs = settings::grace_period(grace, load_balancers)?;
    if spec != old || input.force_new_deployment.unwrap_or(false) {
        let begun = rollout::begin(
            turn.snapshot,
            &known.key,
            (spec, next.deployment_configuration.clone()),
            (turn.caller.now, &mut turn.rng),
            &mut turn.plan,
        );
        next.primary_revision = begun.revision.id;
        next.current_deployment = begun.deployment.id;
        next.is_steady = false;
    }
    if next != *known.record {
        turn.plan.update(known, next);
    }
    Ok(())
}

/// Changes a service that is its task sets.
fn change_external(
    turn: &mut Turn<'_>,
    known: &Entry<Service>,
    input: &UpdateServiceRequest,
) -> Result<(), ApiError> {
    external_controller::check_update(input)?;
    let mut next = changed_settings(known, input)?;
    external_controller::check_configuration(&next.deployment_configuration)?;
    if let Some(seconds) = input.health_check_grace_period_seconds {
        next.health_check_grace_period_secs = Some(settings::grace_secs(seconds)?);
    }
    if next != *known.record {
        turn.plan.update(known, next);
    }
    Ok(())
}

/// The service's own settings, which new tasks or the scheduler's next pass follow.
fn changed_settings(known: &Service, input: &UpdateServiceRequest) -> Result<Service, ApiError> {
    let mut next = known.clone();
    if let Some(count) = input.desired_count {
        next.desired_count = settings::desired_count(count)?;
    }
    if let Some(given) = &input.deployment_configuration {
        let known = Some(&known.deployment_configuration);
        next.deployment_configuration = deployment_configuration::parse(Some(given), known)?;
    }
    if let Some(propagate) = input.propagate_tags {
        next.propagate_tags = settings::propagate_tags(Some(propagate));
    }
    if let Some(is_enabled) = input.enable_ecs_managed_tags {
        next.is_managed_tags_enabled = is_enabled;
    }
    Ok(next)
}

/// What the service's tasks are to be made of.
fn changed_spec(
    turn: &mut Turn<'_>,
    (cluster, input): (&Cluster, &UpdateServiceRequest),
    (old, vpc_cidr): (&RevisionSpec, Cidr),
) -> Result<RevisionSpec, ApiError> {
    let mut spec = old.clone();
    let definition = definition(turn, input, old)?;
    if let Some(items) = &input.capacity_provider_strategy {
        // COMPAT: an empty strategy goes back to the launch type.
        let launch_type = items.is_empty().then_some(aws_api::ecs::LaunchType::Fargate);
        let wanted = launch::Wanted { launch_type, strategy: Some(items) };
        let launch = launch::resolve(cluster, &wanted)?;
        spec.launch_type = launch.launch_type;
        spec.capacity_provider_strategy = launch.strategy;
    }
    if let Some(version) = &input.platform_version {
        spec.platform_version = Some(launch::platform_version(Some(version))?);
    }
    let scope = turn.scope().clone();
    let known = || old.network.as_ref().map(network_configuration::render);
    let network = input.network_configuration.clone().or_else(known);
    if input.network_configuration.is_some() || definition.reference() != old.definition {
        let snapshot = default_network::within(turn, vpc_cidr);
        spec.network = settings::network((&snapshot, &scope), definition, network.as_ref())?;
        let groups = spec.network.iter().flat_map(|network| &network.security_group_ids);
        security_group_use::hold(turn, groups);
    }
    if let Some(given) = &input.load_balancers {
        spec.load_balancers = service_load_balancers::parse((turn.snapshot, &scope), given)?;
    }
    spec.definition = definition.reference();
    if spec != *old {
        launch::check_definition(definition)?;
        service_load_balancers::check(&spec.load_balancers, definition)?;
    }
    Ok(spec)
}

/// The definition that the request names, else the one that there is.
fn definition<'a>(
    turn: &mut Turn<'a>,
    input: &UpdateServiceRequest,
    old: &RevisionSpec,
) -> Result<&'a Entry<TaskDefinition>, ApiError> {
    let scope = turn.scope().clone();
    let found = match input.task_definition.as_deref().filter(|named| !named.is_empty()) {
        Some(named) => task_definition::find_active(turn.snapshot, &scope, named)?,
        None => task_definition::get(turn.snapshot, &scope, &old.definition)
            .ok_or_else(|| errors::client_exception("TaskDefinition not found."))?,
    };
    turn.plan.read(found);
    Ok(found)
}

fn refuse_what_is_not_honoured(input: &UpdateServiceRequest) -> Result<(), ApiError> {
    settings::refuse_unhonoured(&Unhonoured {
        availability_zone_rebalancing: input.availability_zone_rebalancing,
        service_connect: input.service_connect_configuration.as_ref(),
        others: &[
            ("enableExecuteCommand", input.enable_execute_command.unwrap_or(false)),
            ("serviceRegistries", is_filled(input.service_registries.as_ref())),
            ("volumeConfigurations", is_filled(input.volume_configurations.as_ref())),
            ("placementConstraints", is_filled(input.placement_constraints.as_ref())),
            ("placementStrategy", is_filled(input.placement_strategy.as_ref())),
            ("vpcLatticeConfigurations", is_filled(input.vpc_lattice_configurations.as_ref())),
            ("gatewayConnectors", is_filled(input.gateway_connectors.as_ref())),
            ("monitoring", input.monitoring.is_some()),
        ],
    })
}
