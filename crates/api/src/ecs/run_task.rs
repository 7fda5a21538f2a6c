//! RunTask: makes tasks that are not a service's, where there is room for them.

mod overrides;
mod request;

use std::collections::BTreeMap;

use aws_api::ecs::{Failure, RunTaskRequest, RunTaskResponse, errors};
use model::{Entry, LaunchType, Snapshot, TaskDefinition, TaskKey};
use planner::placement::{self, Candidate, Request};
use planner::task::{Draw, NewTask, NoTask, TakenAddresses};
use wire::{ApiError, Field};

use self::request::Wanted;
use super::task::{self, Shown};
use super::{cluster, network_configuration, task_definition};
use crate::client_token::{Seen, TokenRequest};
use crate::task_identity::cannot_assume;
use crate::{Api, Caller, Turn, default_network, security_group_use};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RunTaskRequest,
) -> Result<RunTaskResponse, ApiError> {
    let wanted = Wanted::new(&input)?;
    let token = TokenRequest::new("RunTask", &input, |rest| rest.client_token.take());
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| {
        check_roles(api, turn, &input)?;
        decide(turn, (&input, &wanted), &token)
    })
    .await
}

/// Each role that a task is to have can be assumed for it, now.
fn check_roles(api: &Api, turn: &Turn<'_>, input: &RunTaskRequest) -> Result<(), ApiError> {
    let (snapshot, scope) = (turn.snapshot, turn.scope());
    let Ok(definition) = task_definition::find_active(snapshot, scope, &input.task_definition)
    else {
        return Ok(());
    };
    let given = input.overrides.as_ref();
    let own = |arn: Option<&String>| arn.filter(|arn| !arn.is_empty()).cloned();
    let roles = [
        own(given.and_then(|it| it.task_role_arn.as_ref()))
            .or_else(|| definition.task_role_arn.clone()),
        own(given.and_then(|it| it.execution_role_arn.as_ref()))
            .or_else(|| definition.execution_role_arn.clone()),
    ];
    let mut roles = roles.into_iter().flatten();
    match roles.find(|arn| !api.can_be_assumed(snapshot, arn)) {
        Some(arn) => Err(errors::client_exception(cannot_assume(&arn))),
        None => Ok(()),
    }
}

fn decide(
    turn: &mut Turn<'_>,
    (input, wanted): (&RunTaskRequest, &Wanted),
    token: &TokenRequest,
) -> Result<RunTaskResponse, ApiError> {
    match token.seen(turn) {
        Seen::Never => {}
        Seen::Done(ids) => return Ok(again(turn, &ids)),
        Seen::Otherwise(ids) => return Err(conflict(turn, &ids)),
    }
    let snapshot = turn.snapshot;
    let cluster = cluster::find(snapshot, turn.scope(), input.cluster.as_deref())?;
    let definition = task_definition::find_active(snapshot, turn.scope(), &input.task_definition)?;
    let network = network_configuration::resolve(
        snapshot,
        turn.scope(),
        input.network_configuration.as_ref(),
        definition.network_mode,
    )?;
    let providers = wanted.providers(cluster)?;
    if !task_definition::compatibilities(definition).contains(&LaunchType::Fargate) {
        return Err(errors::invalid_parameter_exception(
            "Task definition does not support launch_type FARGATE.",
        ));
    }
    let template = NewTask {
        cluster: cluster.name.clone(),
        group: wanted.group_of(definition),
        service: None,
        started_by: input.started_by.clone(),
        launch_type: LaunchType::Fargate,
        capacity_provider: None,
        platform_version: Some(planner::rollout::FARGATE_PLATFORM_VERSION.to_owned()),
        network,
        overrides: overrides::resolve(input.overrides.as_ref(), definition)?,
        image_digests: BTreeMap::new(),
        tags: wanted.tags_of(&cluster.name, definition)?,
    };
    turn.plan.read(cluster);
    turn.plan.read(definition);
    let groups = template.network.iter().flat_map(|network| &network.security_group_ids);
    security_group_use::hold(turn, groups);
    let (keys, response) = start(turn, definition, (&template, &providers))?;
    if !keys.is_empty() {
        token
            .remember(turn, keys.iter().map(|key| format!("{}/{}", key.cluster, key.id)).collect());
    }
    Ok(response)
}

/// Makes a task for each of the capacity providers, so far as there is room.
fn start(
    turn: &mut Turn<'_>,
    definition: &Entry<TaskDefinition>,
    (template, providers): (&NewTask, &[Option<String>]),
) -> Result<(Vec<TaskKey>, RunTaskResponse), ApiError> {
    let snapshot = turn.snapshot;
    let mut candidates = candidates(snapshot);
    let mut taken = TakenAddresses::new();
    let (mut keys, mut tasks, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for provider in providers {
        let wanted = NewTask { capacity_provider: provider.clone(), ..template.clone() };
        let mut draw = Draw { now: turn.now(), rng: &mut turn.rng, taken: &mut taken };
        let (made, interface) =
            match planner::task::new_task(snapshot, definition, wanted, &mut draw) {
                Ok(made) => made,
                Err(NoTask::Exhausted(exhausted)) => {
                    failures.push(failure("RESOURCE:ENI", exhausted.to_string()));
                    continue;
                }
                Err(NoTask::NoPublicAddress(none)) => {
                    failures.push(failure("RESOURCE:ENI", none.to_string()));
                    continue;
                }
                Err(NoTask::NoSubnet(id)) => {
                    let message = format!("The subnet ID '{id}' does not exist");
                    return Err(errors::invalid_parameter_exception(message));
                }
            };
        let mut request = Request::of(snapshot, &made);
        request.cpu_architecture = placement::architecture(definition);
        match placement::place(&candidates, &request) {
            Err(refusals) => failures.push(no_room(&refusals)),
            Ok(index) => {
                candidates[index].take(&request);
                tasks.push(task::render(snapshot, &made, Shown::WithTags));
                keys.push(made.key.clone());
                turn.plan.insert(made);
                if let Some(interface) = interface {
                    interface.insert_into(&mut turn.plan);
                }
            }
        }
    }
    Ok((keys, RunTaskResponse { tasks: Some(tasks), failures: Some(failures) }))
}

/// The nodes with what they have left once every task that waits is placed.
fn candidates(snapshot: &Snapshot) -> Vec<Candidate<'_>> {
    let mut candidates = placement::candidates(snapshot);
    let waiting = snapshot.tasks.all().filter(|task| {
        task.node.is_none()
            && task.is_holding_resources()
            && task.desired_status == model::DesiredStatus::Running
    });
    for task in waiting {
        let request = Request::of(snapshot, task);
        if let Ok(index) = placement::place(&candidates, &request) {
            candidates[index].take(&request);
        }
    }
    candidates
}

/// The reason that the most nodes gave; `explain` counts them all.
fn no_room(refusals: &[placement::Refusal]) -> Failure {
    let count = |reason: &str| refusals.iter().filter(|refusal| refusal.reason == reason).count();
    let reason = refusals
        .iter()
        .map(|refusal| refusal.reason)
        .max_by_key(|reason| (count(reason), std::cmp::Reverse(*reason)))
        .unwrap_or("AGENT");
    failure(reason, placement::explain(refusals))
}

fn failure(reason: &str, detail: String) -> Failure {
    Failure { arn: None, reason: Some(reason.to_owned()), detail: Some(detail) }
}

/// The answer to a request that was done before: its tasks as they are now.
fn again(turn: &Turn<'_>, ids: &[String]) -> RunTaskResponse {
    let snapshot = turn.snapshot;
    let tasks = ids.iter().filter_map(|id| snapshot.tasks.get(turn.scope(), id));
    RunTaskResponse {
        tasks: Some(tasks.map(|it| task::render(snapshot, it, Shown::WithTags)).collect()),
        failures: Some(Vec::new()),
    }
}

// COMPAT: "The `resourceIds` are the existing task ARNs which are already associated with
// the `clientToken`" (RunTask, ConflictException).
fn conflict(turn: &Turn<'_>, ids: &[String]) -> ApiError {
    let arns = ids.iter().map(|id| turn.scope().arn("ecs", format_args!("task/{id}"))).collect();
    errors::conflict_exception(
        "The RunTask request could not be processed due to conflicts. The provided clientToken \
         is already in use with a different RunTask request.",
    )
    .with("resourceIds", Field::List(arns))
}
