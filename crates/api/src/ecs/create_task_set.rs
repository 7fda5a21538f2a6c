//! `CreateTaskSet`: a set of tasks of a service under an external controller.

use aws_api::ecs::{CreateTaskSetRequest, CreateTaskSetResponse, LoadBalancer, errors};
use model::{Cidr, ServiceKey, Stability, Tags, TaskSet, TaskSetStatus};
use planner::rollout;
use wire::ApiError;

use super::revision_spec::{self, Asked};
use super::service_settings::is_filled;
use super::{cluster, launch, tags, task_set, unsupported};
use crate::client_token::{Seen, TokenRequest};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

/// LIMIT: AWS's own, of one service.
const TASK_SETS_MAX: usize = 5;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateTaskSetRequest,
) -> Result<CreateTaskSetResponse, ApiError> {
    refuse_given(
        &[("serviceRegistries", is_filled(input.service_registries.as_ref()))],
        unsupported,
    )?;
    check_load_balancers(input.load_balancers.as_deref().unwrap_or_default())?;
    let token = TokenRequest::new("CreateTaskSet", &input, |rest| rest.client_token.take());
    let wanted = Wanted {
        input: &input,
        scale_ppm: task_set::scale(input.scale.as_ref())?,
        tags: tags::parse(input.tags.as_deref())?,
        vpc_cidr: api.vpc_cidr,
    };
    api.transact(caller, |turn| decide(turn, &wanted, &token)).await
}

/// COMPAT: "multiple target groups are not supported for external deployments" (ECS Developer
/// Guide); and it is the controller that moves traffic.
fn check_load_balancers(load_balancers: &[LoadBalancer]) -> Result<(), ApiError> {
    if load_balancers.len() > 1 {
        return Err(errors::invalid_parameter_exception(
            "Multiple target groups are not supported for services with an EXTERNAL deployment \
             controller.",
        ));
    }
    if load_balancers.iter().any(|one| one.advanced_configuration.is_some()) {
        return Err(errors::invalid_parameter_exception(
            "advancedConfiguration field is not allowed for services with an EXTERNAL deployment \
             controller.",
        ));
    }
    Ok(())
}

/// A request, with what of it needs no state to be read.
struct Wanted<'a> {
    input: &'a CreateTaskSetRequest,
    scale_ppm: u32,
    tags: Tags,
    vpc_cidr: Cidr,
}

fn decide(
    turn: &mut Turn<'_>,
    wanted: &Wanted<'_>,
    token: &TokenRequest,
) -> Result<CreateTaskSetResponse, ApiError> {
    let (snapshot, input) = (turn.snapshot, wanted.input);
    let service = task_set::service_of(snapshot, turn.scope(), (&input.cluster, &input.service))?;
    match token.seen(turn) {
        Seen::Never => {}
        Seen::Done(ids) => return again(turn, &service.key, &ids),
        Seen::Otherwise(_) => return Err(not_idempotent()),
    }
    if task_set::all(snapshot, &service.key).len() >= TASK_SETS_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "{TASK_SETS_MAX} deployments exist on the service. Unable to create new TaskSet since \
             this exceeds the maximum limit."
        )));
    }
    let cluster = cluster::find(snapshot, turn.scope(), Some(&input.cluster))?;
    turn.plan.read(cluster);
    // Written as it is, so that of two that are made at once one counts the other.
    turn.plan.update(service, (*service.record).clone());
    let asked = Asked {
        task_definition: Some(&input.task_definition),
        launch: launch::Wanted {
            launch_type: input.launch_type,
            strategy: input.capacity_provider_strategy.as_deref(),
        },
        platform_version: input.platform_version.as_deref(),
        network: input.network_configuration.as_ref(),
        load_balancers: input.load_balancers.as_deref().unwrap_or_default(),
    };
    let spec = revision_spec::resolve(turn, cluster, &asked, wanted.vpc_cidr)?;
    let now = turn.now();
    let revision = rollout::task_set_revision(&service.key, spec, (now, &mut turn.rng));
    let made = new_task_set(turn, wanted, (&service.key, &revision.id));
    let id = made.id.clone();
    turn.plan.insert(revision);
    turn.plan.insert(made);
    token.remember(turn, vec![id.clone()]);
    Ok(CreateTaskSetResponse { task_set: task_set::render_planned(turn, (&service.key, &id)) })
}

fn new_task_set(turn: &Turn<'_>, wanted: &Wanted<'_>, (key, id): (&ServiceKey, &str)) -> TaskSet {
    let now = turn.now();
    TaskSet {
        service: key.clone(),
        id: id.to_owned(),
        status: TaskSetStatus::Active,
        scale_ppm: wanted.scale_ppm,
        started_by: None,
        external_id: wanted.input.external_id.clone(),
        stability: Stability::Stabilizing,
        stability_at: now,
        tags: wanted.tags.clone(),
        created_at: now,
        updated_at: now,
    }
}

/// The answer to a request that was done before: its task set as it is now.
fn again(
    turn: &Turn<'_>,
    key: &ServiceKey,
    ids: &[String],
) -> Result<CreateTaskSetResponse, ApiError> {
    let known = ids.first().and_then(|id| task_set::render_planned(turn, (key, id)));
    match known {
        Some(known) => Ok(CreateTaskSetResponse { task_set: Some(known) }),
        None => Err(not_idempotent()),
    }
}

fn not_idempotent() -> ApiError {
    errors::invalid_parameter_exception("Creation of task set was not idempotent.")
}
