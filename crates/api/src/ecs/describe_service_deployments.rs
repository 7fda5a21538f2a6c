//! `DescribeServiceDeployments`: deployments with the tasks that their revisions have now.

use aws_api::ecs::{
    self, DescribeServiceDeploymentsRequest, DescribeServiceDeploymentsResponse, errors,
};
use wire::ApiError;

use super::{service_deployment, service_name};
use crate::{Api, Caller};

/// COMPAT: "a maximum of 20 ARNs" (`DescribeServiceDeployments`, `DescribeServiceRevisions`).
const ARNS_MAX: usize = 20;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeServiceDeploymentsRequest,
) -> Result<DescribeServiceDeploymentsResponse, ApiError> {
    check_arns("serviceDeploymentArns", &input.service_deployment_arns)?;
    let snapshot = api.snapshot();
    let mut deployments = Vec::new();
    let mut failures = Vec::new();
    for arn in &input.service_deployment_arns {
        let child = service_name::child(&caller.scope, "service-deployment", arn);
        match child.and_then(|(key, id)| snapshot.service_deployment(&key, &id)) {
            Some(found) => deployments.push(service_deployment::render(&snapshot, found)),
            None => failures.push(missing(arn)),
        }
    }
    Ok(DescribeServiceDeploymentsResponse {
        service_deployments: Some(deployments),
        failures: Some(failures),
    })
}

/// Refuses no ARN, or too many.
pub(super) fn check_arns(field: &str, arns: &[String]) -> Result<(), ApiError> {
    if arns.is_empty() {
        return Err(errors::invalid_parameter_exception(format!("{field} can not be empty.")));
    }
    if arns.len() > ARNS_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "{field} can have at most {ARNS_MAX} items."
        )));
    }
    Ok(())
}

pub(super) fn missing(arn: &str) -> ecs::Failure {
    ecs::Failure { arn: Some(arn.to_owned()), reason: Some("MISSING".to_owned()), detail: None }
}
