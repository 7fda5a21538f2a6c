//! `UpdateTaskSet`: changes the share of a service's desired count that a task set has.

use aws_api::ecs::{UpdateTaskSetRequest, UpdateTaskSetResponse, errors};
use model::TaskSet;
use wire::ApiError;

use super::task_set;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateTaskSetRequest,
) -> Result<UpdateTaskSetResponse, ApiError> {
    if input.scale.value.is_none() {
        return Err(errors::invalid_parameter_exception("The scale value can not be null."));
    }
    let scale_ppm = task_set::scale(Some(&input.scale))?;
    api.transact(caller, |turn| decide(turn, &input, scale_ppm)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &UpdateTaskSetRequest,
    scale_ppm: u32,
) -> Result<UpdateTaskSetResponse, ApiError> {
    let named = (input.cluster.as_str(), input.service.as_str());
    let service = task_set::service_of(turn.snapshot, turn.scope(), named)?;
    let found = task_set::find_active(turn.snapshot, &service.key, &input.task_set)?;
    turn.plan.read(service);
    if found.scale_ppm != scale_ppm {
        let updated_at = turn.now();
        turn.plan.update(found, TaskSet { scale_ppm, updated_at, ..(*found.record).clone() });
    }
    let task_set = task_set::render_planned(turn, (&service.key, &found.id));
    Ok(UpdateTaskSetResponse { task_set })
}
