//! `CreateService`: makes a service and begins its first deployment.

use aws_api::ecs::{self, CreateServiceRequest, CreateServiceResponse, errors};
use model::{Cidr, Entry, Service, ServiceKey, ServiceStatus, Tags};
use planner::rollout::{self, RevisionSpec};
use wire::ApiError;

use super::service_settings::{self as settings, Unhonoured, is_filled};
use super::{
    cluster, deployment_configuration, deployment_controller, launch, service,
    service_load_balancers, tags, task_definition,
};
use crate::client_token::{Seen, TokenRequest};
use crate::{Api, Caller, Turn, default_network};

/// LIMIT: AWS's own ("`CreateService`", ECS API Reference).
const NAME_CHARS_MAX: usize = 255;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateServiceRequest,
) -> Result<CreateServiceResponse, ApiError> {
    refuse_what_is_not_honoured(&input)?;
    check_name(&input.service_name)?;
    let token = TokenRequest::new("CreateService", &input, |rest| rest.client_token.take());
    let wanted = Wanted {
        input: &input,
        tags: tags::parse(input.tags.as_deref())?,
        vpc_cidr: api.config.vpc_cidr,
    };
    api.transact(caller, |turn| decide(turn, &wanted, &token)).await
}

/// A request, with what of it needs no state to be read.
struct Wanted<'a> {
    input: &'a CreateServiceRequest,
    tags: Tags,
    vpc_cidr: Cidr,
}

fn decide(
    turn: &mut Turn<'_>,
    wanted: &Wanted<'_>,
    token: &TokenRequest,
) -> Result<CreateServiceResponse, ApiError> {
    let input = wanted.input;
    let cluster = cluster::find(turn.snapshot, turn.scope(), input.cluster.as_deref())?;
    let key = ServiceKey {
        scope: cluster.scope.clone(),
        cluster: cluster.name.clone(),
        name: input.service_name.clone(),
    };
    let known = turn.snapshot.service(&key);
    match (token.seen(turn), known) {
        (Seen::Done(_), Some(_)) => {
            return Ok(CreateServiceResponse { service: service::render_planned(turn, &key) });
        }
        (Seen::Done(_), None) | (Seen::Otherwise(_), _) => return Err(not_idempotent()),
        (Seen::Never, _) => {}
    }
    let replaced = replaced(known)?;
    turn.plan.read(cluster);
    let spec = spec(turn, cluster, wanted)?;
    let made = new_service(turn, wanted, (key.clone(), spec))?;
    match replaced {
        Some(inactive) => turn.plan.update(inactive, made),
        None => turn.plan.insert(made),
    }
    token.remember(turn, vec![key.arn()]);
    Ok(CreateServiceResponse { service: service::render_planned(turn, &key) })
}

/// The inactive service of the same name that the new one takes the place of.
fn replaced(known: Option<&Entry<Service>>) -> Result<Option<&Entry<Service>>, ApiError> {
    match known.map(|known| known.status) {
        None | Some(ServiceStatus::Inactive) => Ok(known),
        Some(ServiceStatus::Draining) => Err(errors::invalid_parameter_exception(
            "Unable to Start a service that is still Draining.",
        )),
        Some(ServiceStatus::Active) => Err(not_idempotent()),
    }
}

fn not_idempotent() -> ApiError {
    errors::invalid_parameter_exception("Creation of service was not idempotent.")
}

/// What the first revision is made of.
fn spec(
    turn: &mut Turn<'_>,
    cluster: &model::Cluster,
    wanted: &Wanted<'_>,
) -> Result<RevisionSpec, ApiError> {
    let input = wanted.input;
    let named = input.task_definition.as_deref().filter(|named| !named.is_empty());
    let named = named
        .ok_or_else(|| errors::invalid_parameter_exception("TaskDefinition can not be blank."))?;
    let scope = turn.scope().clone();
    let definition = task_definition::find_active(turn.snapshot, &scope, named)?;
    turn.plan.read(definition);
    let launch = launch::resolve(
        cluster,
        &launch::Wanted {
            launch_type: input.launch_type,
            strategy: input.capacity_provider_strategy.as_deref(),
        },
    )?;
    launch::check_definition(definition)?;
    let platform_version = launch::platform_version(input.platform_version.as_deref())?;
    let snapshot = default_network::within(turn, wanted.vpc_cidr);
    let given = input.network_configuration.as_ref();
    let network = settings::network((&snapshot, &scope), definition, given)?;
    let given = input.load_balancers.as_deref().unwrap_or_default();
    let load_balancers = service_load_balancers::parse((&snapshot, &scope), given)?;
    service_load_balancers::check(&load_balancers, definition)?;
    Ok(RevisionSpec {
        definition: definition.reference(),
        launch_type: launch.launch_type,
        capacity_provider_strategy: launch.strategy,
        platform_version: Some(platform_version),
        load_balancers,
        network,
    })
}

/// The service's record; its first revision and deployment go into the plan.
fn new_service(
    turn: &mut Turn<'_>,
    wanted: &Wanted<'_>,
    (key, spec): (ServiceKey, RevisionSpec),
) -> Result<Service, ApiError> {
    let input = wanted.input;
    let desired_count = input.desired_count.ok_or_else(|| {
        errors::invalid_parameter_exception(
            "desiredCount must be specified for a service with the REPLICA scheduling strategy.",
        )
    })?;
    let desired_count = settings::desired_count(desired_count)?;
    let controller = deployment_controller::parse(input.deployment_controller.as_ref())?;
    deployment_controller::check_create(controller, input, &spec.load_balancers)?;
    let configuration =
        deployment_configuration::parse(input.deployment_configuration.as_ref(), None)?;
    deployment_configuration::check_load_balancers(&configuration, &spec.load_balancers)?;
    let health_check_grace_period_secs =
        settings::grace_period(input.health_check_grace_period_seconds, &spec.load_balancers)?;
    let now = turn.now();
    let begun = rollout::begin(
        turn.snapshot,
        &key,
        (spec, configuration.clone()),
        (now, &mut turn.rng),
        &mut turn.plan,
    );
    Ok(Service {
        key,
        status: ServiceStatus::Active,
        controller,
        desired_count,
        deployment_configuration: configuration,
        health_check_grace_period_secs,
        propagate_tags: settings::propagate_tags(input.propagate_tags),
        is_managed_tags_enabled: input.enable_ecs_managed_tags.unwrap_or(false),
        primary_revision: begun.revision.id,
        current_deployment: begun.deployment.id,
        completed_revision: None,
        events: Vec::new(),
        is_steady: false,
        tags: wanted.tags.clone(),
        created_at: now,
        created_by: turn.caller.principal_arn.clone(),
        inactive_at: None,
    })
}

fn refuse_what_is_not_honoured(input: &CreateServiceRequest) -> Result<(), ApiError> {
    match input.scheduling_strategy {
        None | Some(ecs::SchedulingStrategy::Replica) => {}
        Some(daemon @ ecs::SchedulingStrategy::Daemon) => {
            return Err(settings::unsupported_value("schedulingStrategy", daemon.as_str()));
        }
    }
    settings::refuse_unhonoured(&Unhonoured {
        availability_zone_rebalancing: input.availability_zone_rebalancing,
        service_connect: input.service_connect_configuration.as_ref(),
        others: &[
            ("enableExecuteCommand", input.enable_execute_command.unwrap_or(false)),
            ("serviceRegistries", is_filled(input.service_registries.as_ref())),
            ("volumeConfigurations", is_filled(input.volume_configurations.as_ref())),
            ("placementConstraints", is_filled(input.placement_constraints.as_ref())),
            ("placementStrategy", is_filled(input.placement_strategy.as_ref())),
            ("role", input.role.as_ref().is_some_and(|role| !role.is_empty())),
            ("vpcLatticeConfigurations", is_filled(input.vpc_lattice_configurations.as_ref())),
            ("gatewayConnectors", is_filled(input.gateway_connectors.as_ref())),
            ("monitoring", input.monitoring.is_some()),
        ],
    })
}

fn check_name(name: &str) -> Result<(), ApiError> {
    let is_valid = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(is_valid) {
        return Ok(());
    }
    Err(errors::invalid_parameter_exception(format!(
        "Invalid service name. A service name has up to {NAME_CHARS_MAX} letters (uppercase and \
         lowercase), numbers, underscores, and hyphens."
    )))
}
