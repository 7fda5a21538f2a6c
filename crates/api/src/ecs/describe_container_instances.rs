//! `DescribeContainerInstances`: each that is asked for is missing, for there are none.

use aws_api::ecs::{
    DescribeContainerInstancesRequest, DescribeContainerInstancesResponse, Failure, errors,
};
use wire::ApiError;

use super::cluster;
use crate::{Api, Caller};

/// LIMIT: "A list of up to 100 container instance IDs" (`DescribeContainerInstances`).
const INSTANCES_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeContainerInstancesRequest,
) -> Result<DescribeContainerInstancesResponse, ApiError> {
    let snapshot = api.snapshot();
    let cluster = cluster::find(&snapshot, &caller.scope, input.cluster.as_deref())?;
    let given = &input.container_instances;
    if given.is_empty() || given.len() > INSTANCES_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "You must specify between 1 and {INSTANCES_MAX} container instances."
        )));
    }
    let missing = |given: &String| Failure {
        arn: Some(if given.starts_with("arn:") {
            given.clone()
        } else {
            let name = &cluster.name;
            caller.scope.arn("ecs", format_args!("container-instance/{name}/{given}"))
        }),
        reason: Some("MISSING".to_owned()),
        detail: None,
    };
    Ok(DescribeContainerInstancesResponse {
        container_instances: Some(Vec::new()),
        failures: Some(given.iter().map(missing).collect()),
    })
}
