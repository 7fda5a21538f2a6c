//! `CreateService`: makes a service and begins its first deployment.

use aws_api::ecs::{self, CreateServiceRequest, CreateServiceResponse, errors};
use model::{Cidr, DeploymentController, Entry, Service, ServiceKey, ServiceStatus, Tags};
use planner::rollout::{self, RevisionSpec};
use wire::ApiError;

use super::revision_spec::{self, Asked};
use super::service_settings::{self as settings, Unhonoured, is_filled};
use super::{
    cluster, deployment_configuration, deployment_controller, external_controller, launch, service,
    tags,
};
use crate::client_token::{Seen, TokenRequest};
use crate::{Api, Caller, Turn};

/// LIMIT: AWS's own ("`CreateService`", ECS API Reference).
const NAME_CHARS_MAX: usize = 255;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateServiceRequest,
) -> Result<CreateServiceResponse, ApiError> {
    let controller = deployment_controller::parse(input.deployment_controller.as_ref());
    refuse_what_is_not_honoured(&input)?;
    match controller {
        DeploymentController::Ecs | DeploymentController::CodeDeploy => {}
        DeploymentController::External => external_controller::check_create(&input)?,
    }
    check_name(&input.service_name)?;
    let token = TokenRequest::new("CreateService", &input, |rest| rest.client_token.take());
    let wanted = Wanted {
        input: &input,
        controller,
        tags: tags::parse(input.tags.as_deref())?,
        vpc_cidr: api.vpc_cidr,
    };
    api.transact(caller, |turn| decide(turn, &wanted, &token)).await
}

/// A request, with what of it needs no state to be read.
struct Wanted<'a> {
    input: &'a CreateServiceRequest,
    controller: DeploymentController,
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
    let spec = match wanted.controller {
        DeploymentController::Ecs | DeploymentController::CodeDeploy => {
            Some(spec(turn, cluster, wanted)?)
        }
        DeploymentController::External => None,
    };
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
    let asked = Asked {
        task_definition: input.task_definition.as_deref(),
        launch: launch::Wanted {
            launch_type: input.launch_type,
            strategy: input.capacity_provider_strategy.as_deref(),
        },
        platform_version: input.platform_version.as_deref(),
        network: input.network_configuration.as_ref(),
        load_balancers: input.load_balancers.as_deref().unwrap_or_default(),
    };
    revision_spec::resolve(turn, cluster, &asked, wanted.vpc_cidr)
}

/// The service's record; its first revision and deployment go into the plan, where there is
/// one.
fn new_service(
    turn: &mut Turn<'_>,
    wanted: &Wanted<'_>,
    (key, spec): (ServiceKey, Option<RevisionSpec>),
) -> Result<Service, ApiError> {
    let input = wanted.input;
    let desired_count = match (input.desired_count, wanted.controller) {
        (Some(given), _) => settings::desired_count(given)?,
        // COMPAT: "The only required parameter is the service name" ("Deploy Amazon ECS services
        // using a third-party controller", ECS Developer Guide).
        (None, DeploymentController::External) => 0,
        (None, DeploymentController::Ecs | DeploymentController::CodeDeploy) => {
            return Err(errors::invalid_parameter_exception(
                "desiredCount must be specified for a service with the REPLICA scheduling \
                 strategy.",
            ));
        }
    };
    let load_balancers = spec.as_ref().map(|spec| spec.load_balancers.as_slice());
    deployment_controller::check_create(
        wanted.controller,
        input,
        load_balancers.unwrap_or_default(),
    )?;
    let configuration =
        deployment_configuration::parse(input.deployment_configuration.as_ref(), None)?;
    let grace = input.health_check_grace_period_seconds;
    let health_check_grace_period_secs = if let Some(spec) = &spec {
        deployment_configuration::check_load_balancers(&configuration, &spec.load_balancers)?;
        settings::grace_period(grace, &spec.load_balancers)?
    } else {
        external_controller::check_configuration(&configuration)?;
        grace.map(settings::grace_secs).transpose()?
    };
    let now = turn.now();
    let begun = spec.map(|spec| {
        let (randomness, plan) = ((now, &mut turn.rng), &mut turn.plan);
        let wanted = (spec, configuration.clone());
        rollout::begin(turn.snapshot, &key, wanted, randomness, plan)
    });
    let (primary_revision, current_deployment) =
        begun.map(|begun| (begun.revision.id, begun.deployment.id)).unwrap_or_default();
    Ok(Service {
        key,
        status: ServiceStatus::Active,
        controller: wanted.controller,
        desired_count,
        deployment_configuration: configuration,
        health_check_grace_period_secs,
        propagate_tags: settings::propagate_tags(input.propagate_tags),
        is_managed_tags_enabled: input.enable_ecs_managed_tags.unwrap_or(false),
        primary_revision,
        current_deployment,
        completed_revision: None,
        events: Vec::new(),
        is_steady: false,
        tags: wanted.tags.clone(),
        created_at: now,
        created_by: turn.caller.principal_arn(),
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
