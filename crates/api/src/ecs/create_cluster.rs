//! CreateCluster: makes a cluster, or answers the one there is.

use aws_api::ecs::{CreateClusterRequest, CreateClusterResponse};
use model::{Cluster, ClusterStatus};
use wire::ApiError;

use super::cluster;
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateClusterRequest,
) -> Result<CreateClusterResponse, ApiError> {
    refuse_given(
        &[
            ("configuration", input.configuration.is_some()),
            ("settings", input.settings.is_some()),
            ("serviceConnectDefaults", input.service_connect_defaults.is_some()),
        ],
        super::unsupported,
    )?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &CreateClusterRequest,
) -> Result<CreateClusterResponse, ApiError> {
    let name = input.cluster_name.clone().unwrap_or_else(|| cluster::DEFAULT.to_owned());
    let known = turn.snapshot.clusters.get(turn.scope(), &name);
    let made = match known.filter(|known| known.status == ClusterStatus::Active) {
        Some(known) => (*known.record).clone(),
        None => {
            let made = Cluster {
                scope: turn.scope().clone(),
                name,
                status: ClusterStatus::Active,
                capacity_providers: input.capacity_providers.clone().unwrap_or_default(),
                default_capacity_provider_strategy: cluster::strategy(
                    input.default_capacity_provider_strategy.as_deref(),
                ),
                tags: cluster::tags(input.tags.as_deref()),
                created_at: turn.now(),
            };
            match known {
                Some(inactive) => turn.plan.update(inactive, made.clone()),
                None => turn.plan.insert(made.clone()),
            }
            made
        }
    };
    let cluster = cluster::render(turn.snapshot, &made);
    Ok(CreateClusterResponse { cluster: Some(cluster) })
}
