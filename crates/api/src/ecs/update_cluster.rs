//! `UpdateCluster`: accepts the settings that a cluster has here, and refuses any other.

use aws_api::ecs::{UpdateClusterRequest, UpdateClusterResponse};
use wire::ApiError;

use super::cluster;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &UpdateClusterRequest,
) -> Result<UpdateClusterResponse, ApiError> {
    cluster::check_configuration(
        input.configuration.as_ref(),
        input.service_connect_defaults.as_ref(),
    )?;
    cluster::check_settings(input.settings.as_deref())?;
    let snapshot = api.snapshot();
    let found = cluster::find(&snapshot, &caller.scope, Some(&input.cluster))?;
    Ok(UpdateClusterResponse { cluster: Some(cluster::render_whole(&snapshot, found)) })
}
