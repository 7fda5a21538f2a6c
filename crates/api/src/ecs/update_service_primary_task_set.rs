//! `UpdateServicePrimaryTaskSet`: says which task set is the service, as it is described.
//
// COMPAT: the one that was primary is `ACTIVE` from then on, and keeps its tasks.

use aws_api::ecs::{UpdateServicePrimaryTaskSetRequest, UpdateServicePrimaryTaskSetResponse};
use model::{Service, TaskSet};
use wire::ApiError;

use super::task_set;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateServicePrimaryTaskSetRequest,
) -> Result<UpdateServicePrimaryTaskSetResponse, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &UpdateServicePrimaryTaskSetRequest,
) -> Result<UpdateServicePrimaryTaskSetResponse, ApiError> {
    let named = (input.cluster.as_str(), input.service.as_str());
    let service = task_set::service_of(turn.snapshot, turn.scope(), named)?;
    let found = task_set::find_active(turn.snapshot, &service.key, &input.primary_task_set)?;
    if service.primary_revision != found.id {
        let updated_at = turn.now();
        if let Some(old) = turn.snapshot.task_set(&service.key, &service.primary_revision) {
            turn.plan.update(old, TaskSet { updated_at, ..(*old.record).clone() });
        }
        turn.plan.update(found, TaskSet { updated_at, ..(*found.record).clone() });
        let primary_revision = found.id.clone();
        turn.plan.update(service, Service { primary_revision, ..(*service.record).clone() });
    }
    let task_set = task_set::render_planned(turn, (&service.key, &found.id));
    Ok(UpdateServicePrimaryTaskSetResponse { task_set })
}
