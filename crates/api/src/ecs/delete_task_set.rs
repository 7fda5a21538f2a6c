//! `DeleteTaskSet`: a task set drains; when its tasks have stopped it is gone.
//
// COMPAT: that one which is scaled above 0 takes `force` is the API Reference's ("`force`"); the
// words of that refusal are put like those of a service.

use aws_api::ecs::{DeleteTaskSetRequest, DeleteTaskSetResponse, errors};
use model::{Entry, Service, TaskSet, TaskSetStatus, Timestamp};
use wire::ApiError;

use super::task_set;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteTaskSetRequest,
) -> Result<DeleteTaskSetResponse, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &DeleteTaskSetRequest,
) -> Result<DeleteTaskSetResponse, ApiError> {
    let named = (input.cluster.as_str(), input.service.as_str());
    let service = task_set::service_of(turn.snapshot, turn.scope(), named)?;
    let found = task_set::find(turn.snapshot, &service.key, &input.task_set)?;
    match found.status {
        // It is on its way already.
        TaskSetStatus::Draining => {}
        TaskSetStatus::Active => {
            if !input.force.unwrap_or(false) {
                check_idle(service, found)?;
            }
            turn.plan.update(found, draining(found, turn.now()));
            if service.primary_revision == found.id {
                let next = Service { primary_revision: String::new(), ..(*service.record).clone() };
                turn.plan.update(service, next);
            } else {
                turn.plan.read(service);
            }
        }
    }
    let task_set = task_set::render_planned(turn, (&service.key, &found.id));
    Ok(DeleteTaskSetResponse { task_set })
}

/// A task set that is to stop its tasks and go.
pub(super) fn draining(set: &TaskSet, now: Timestamp) -> TaskSet {
    let status = TaskSetStatus::Draining;
    TaskSet { status, scale_ppm: 0, updated_at: now, ..set.clone() }
}

fn check_idle(service: &Service, found: &Entry<TaskSet>) -> Result<(), ApiError> {
    if service.primary_revision == found.id {
        return Err(errors::invalid_parameter_exception("Primary TaskSet cannot be deleted"));
    }
    if found.scale_ppm > 0 {
        return Err(errors::invalid_parameter_exception(
            "The TaskSet cannot be deleted while it is scaled above 0.",
        ));
    }
    Ok(())
}
