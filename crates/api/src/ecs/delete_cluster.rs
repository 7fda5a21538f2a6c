//! `DeleteCluster`: makes an empty cluster `INACTIVE`.

use aws_api::ecs::{DeleteClusterRequest, DeleteClusterResponse, errors};
use model::{Cluster, ClusterStatus, ServiceStatus, TaskState};
use wire::ApiError;

use super::cluster;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteClusterRequest,
) -> Result<DeleteClusterResponse, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &DeleteClusterRequest,
) -> Result<DeleteClusterResponse, ApiError> {
    let name = cluster::name(turn.scope(), Some(&input.cluster))?;
    let found = name
        .and_then(|name| turn.snapshot.clusters.get(turn.scope(), name))
        .ok_or_else(|| errors::cluster_not_found_exception("Cluster not found."))?;
    check_empty(turn, found)?;
    let deleted = Cluster { status: ClusterStatus::Inactive, ..(*found.record).clone() };
    if found.status == ClusterStatus::Active {
        turn.plan.update(found, deleted.clone());
    }
    let rendered = cluster::render_whole(turn.snapshot, &deleted);
    Ok(DeleteClusterResponse { cluster: Some(rendered) })
}

fn check_empty(turn: &Turn<'_>, found: &Cluster) -> Result<(), ApiError> {
    let prefix = format!("{}/", found.name);
    let mut services = turn.snapshot.services.list_under(&found.scope, &prefix);
    if services.any(|service| service.status != ServiceStatus::Inactive) {
        return Err(errors::cluster_contains_services_exception(
            "The Cluster cannot be deleted while Services are active.",
        ));
    }
    let mut tasks = cluster::tasks(turn.snapshot, found);
    if tasks.any(|task| task.last_status != TaskState::Stopped) {
        return Err(errors::cluster_contains_tasks_exception(
            "The Cluster cannot be deleted while Tasks are active.",
        ));
    }
    Ok(())
}
