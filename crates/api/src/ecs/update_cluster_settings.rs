//! `UpdateClusterSettings`: accepts the settings that a cluster has here, and refuses any other.

use aws_api::ecs::{UpdateClusterSettingsRequest, UpdateClusterSettingsResponse};
use wire::ApiError;

use super::cluster;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &UpdateClusterSettingsRequest,
) -> Result<UpdateClusterSettingsResponse, ApiError> {
    cluster::check_settings(Some(&input.settings))?;
    let snapshot = api.snapshot();
    let found = cluster::find(&snapshot, &caller.scope, Some(&input.cluster))?;
    Ok(UpdateClusterSettingsResponse { cluster: Some(cluster::render_whole(&snapshot, found)) })
}
