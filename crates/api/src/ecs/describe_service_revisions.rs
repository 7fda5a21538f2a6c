//! `DescribeServiceRevisions`: what services were made of, revision by revision.

use aws_api::ecs::{DescribeServiceRevisionsRequest, DescribeServiceRevisionsResponse};
use wire::ApiError;

use super::describe_service_deployments::{check_arns, missing};
use super::{service_deployment, service_name};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeServiceRevisionsRequest,
) -> Result<DescribeServiceRevisionsResponse, ApiError> {
    check_arns("serviceRevisionArns", &input.service_revision_arns)?;
    let snapshot = api.snapshot();
    let mut revisions = Vec::new();
    let mut failures = Vec::new();
    for arn in &input.service_revision_arns {
        let child = service_name::child(&caller.scope, "service-revision", arn);
        match child.and_then(|(key, id)| snapshot.service_revision(&key, &id)) {
            Some(found) => revisions.push(service_deployment::render_revision(&snapshot, found)),
            None => failures.push(missing(arn)),
        }
    }
    Ok(DescribeServiceRevisionsResponse {
        service_revisions: Some(revisions),
        failures: Some(failures),
    })
}
