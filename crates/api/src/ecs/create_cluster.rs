//! `CreateCluster`: makes a cluster, or answers the one there is.

use aws_api::ecs::{CreateClusterRequest, CreateClusterResponse, errors};
use model::{Cluster, ClusterStatus};
use wire::ApiError;

use super::{capacity, cluster, tags};
use crate::{Api, Caller, Turn};

/// LIMIT: "Up to 255 letters, numbers, underscores, and hyphens" (`CreateCluster`).
const NAME_LENGTH_MAX: usize = 255;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateClusterRequest,
) -> Result<CreateClusterResponse, ApiError> {
    cluster::check_configuration(
        input.configuration.as_ref(),
        input.service_connect_defaults.as_ref(),
    )?;
    cluster::check_settings(input.settings.as_deref())?;
    let wanted = wanted(caller, &input)?;
    api.transact(caller, |turn| Ok(decide(turn, &wanted))).await
}

fn wanted(caller: &Caller, input: &CreateClusterRequest) -> Result<Cluster, ApiError> {
    let name = input.cluster_name.clone().unwrap_or_else(|| cluster::DEFAULT.to_owned());
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || name.len() > NAME_LENGTH_MAX || !name.bytes().all(is_word) {
        return Err(errors::invalid_parameter_exception("Invalid cluster name."));
    }
    let capacity_providers = capacity::providers(input.capacity_providers.as_deref())?;
    let default_capacity_provider_strategy = capacity::strategy(
        input.default_capacity_provider_strategy.as_deref(),
        &capacity_providers,
    )?;
    Ok(Cluster {
        scope: caller.scope.clone(),
        name,
        status: ClusterStatus::Active,
        capacity_providers,
        default_capacity_provider_strategy,
        tags: tags::parse(input.tags.as_deref())?,
        created_at: caller.now,
    })
}

fn decide(turn: &mut Turn<'_>, wanted: &Cluster) -> CreateClusterResponse {
    let known = turn.snapshot.clusters.get(turn.scope(), &wanted.name);
    let made = match known {
        Some(known) if known.status == ClusterStatus::Active => (*known.record).clone(),
        Some(inactive) => {
            turn.plan.update(inactive, wanted.clone());
            wanted.clone()
        }
        None => {
            turn.plan.insert(wanted.clone());
            wanted.clone()
        }
    };
    CreateClusterResponse { cluster: Some(cluster::render_whole(turn.snapshot, &made)) }
}
