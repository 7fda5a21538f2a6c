//! `DescribeServices`: services as they are now, in whatever status.

use aws_api::ecs::{self, DescribeServicesRequest, DescribeServicesResponse, ServiceField, errors};
use wire::ApiError;

use super::{cluster, service, service_name, tags};
use crate::{Api, Caller};

/// LIMIT: AWS's own ("`DescribeServices`", ECS API Reference).
const SERVICES_MAX: usize = 10;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeServicesRequest,
) -> Result<DescribeServicesResponse, ApiError> {
    if input.services.is_empty() {
        return Err(errors::invalid_parameter_exception("Services cannot be empty."));
    }
    if input.services.len() > SERVICES_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "Services can have at most {SERVICES_MAX} items."
        )));
    }
    let snapshot = api.snapshot();
    let cluster = cluster::find(&snapshot, &caller.scope, input.cluster.as_deref())?;
    let is_tagged = input.include.as_deref().unwrap_or_default().contains(&ServiceField::Tags);
    let mut services = Vec::new();
    let mut failures = Vec::new();
    for named in &input.services {
        let key = service_name::key(cluster, named)?;
        match key.as_ref().and_then(|key| snapshot.service(key)) {
            Some(found) => {
                let tags = is_tagged.then(|| tags::render(&found.tags));
                services
                    .push(ecs::Service { tags, ..service::render(&snapshot, found, caller.now) });
            }
            None => failures.push(ecs::Failure {
                arn: Some(key.map_or_else(|| named.clone(), |key| key.arn())),
                reason: Some("MISSING".to_owned()),
                detail: None,
            }),
        }
    }
    Ok(DescribeServicesResponse { services: Some(services), failures: Some(failures) })
}
