//! `BatchGetDeployments`: those that there are of the ones named.

use aws_api::codedeploy::{BatchGetDeploymentsInput, BatchGetDeploymentsOutput, errors};
use wire::ApiError;

use super::{deployment, find};
use crate::{Api, Caller};

/// LIMIT: AWS's own.
const IDS_MAX: usize = 25;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &BatchGetDeploymentsInput,
) -> Result<BatchGetDeploymentsOutput, ApiError> {
    if input.deployment_ids.len() > IDS_MAX {
        return Err(errors::batch_limit_exceeded_exception(format!(
            "At most {IDS_MAX} deployments can be named."
        )));
    }
    let snapshot = api.snapshot();
    let known = |id: &String| find::deployment(&snapshot, &caller.scope, id).ok();
    let infos = input.deployment_ids.iter().filter_map(known).map(deployment::render);
    Ok(BatchGetDeploymentsOutput { deployments_info: Some(infos.collect()) })
}
