//! `DeleteService`: a service drains; when its tasks have stopped it becomes inactive.

use aws_api::ecs::{DeleteServiceRequest, DeleteServiceResponse, errors};
use model::{Service, ServiceStatus};
use wire::ApiError;

use super::{cluster, delete_task_set, service, service_name};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteServiceRequest,
) -> Result<DeleteServiceResponse, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &DeleteServiceRequest,
) -> Result<DeleteServiceResponse, ApiError> {
    let cluster = cluster::find(turn.snapshot, turn.scope(), input.cluster.as_deref())?;
    let known = service_name::find(turn.snapshot, cluster, &input.service)?;
    match known.status {
        ServiceStatus::Inactive => return Err(service_name::not_found()),
        // It is on its way already.
        ServiceStatus::Draining => {}
        ServiceStatus::Active => {
            if known.desired_count > 0 && !input.force.unwrap_or(false) {
                return Err(errors::invalid_parameter_exception(
                    "The service cannot be stopped while it is scaled above 0.",
                ));
            }
            let status = ServiceStatus::Draining;
            let next = Service { status, desired_count: 0, ..(*known.record).clone() };
            turn.plan.update(known, next);
            for set in turn.snapshot.task_sets_of(&known.key) {
                turn.plan.update(set, delete_task_set::draining(set, turn.now()));
            }
        }
    }
    Ok(DeleteServiceResponse { service: service::render_planned(turn, &known.key) })
}
