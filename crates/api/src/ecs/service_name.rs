//! How callers name a service, and what belongs to one: by short name or ARN.
//
// COMPAT: the codes are those of the ECS API Reference.

use aws_api::ecs::errors;
use model::{Arn, Cluster, Entry, Scope, Service, ServiceKey, Snapshot};
use wire::ApiError;

/// The service that a request names in a cluster, in whatever status it is.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    cluster: &Cluster,
    named: &str,
) -> Result<&'a Entry<Service>, ApiError> {
    key(cluster, named)?.and_then(|key| snapshot.service(&key)).ok_or_else(not_found)
}

/// The identity of the service that a request names in a cluster, whether there is one
/// or not; `None` for an ARN that is of no service of this account and region. Both forms
/// of a service's ARN will do: with its cluster's name, and the old one without.
pub(super) fn key(cluster: &Cluster, named: &str) -> Result<Option<ServiceKey>, ApiError> {
    let name = if named.starts_with("arn:") { name_in_arn(cluster, named)? } else { Some(named) };
    Ok(name.map(|name| ServiceKey {
        scope: cluster.scope.clone(),
        cluster: cluster.name.clone(),
        name: name.to_owned(),
    }))
}

pub(super) fn not_found() -> ApiError {
    errors::service_not_found_exception("Service not found.")
}

/// The service and the id in the ARN of one of its revisions or deployments:
/// `KIND/CLUSTER/SERVICE/ID`. `None` where it is not such an ARN of this scope.
pub(super) fn child(scope: &Scope, kind: &str, arn: &str) -> Option<(ServiceKey, String)> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "ecs" && arn.scope == *scope)?;
    let mut parts = arn.resource_id(kind)?.split('/').map(str::to_owned);
    let (cluster, name, id) = (parts.next()?, parts.next()?, parts.next()?);
    let key = ServiceKey { scope: scope.clone(), cluster, name };
    parts.next().is_none().then_some((key, id))
}

fn name_in_arn<'a>(cluster: &Cluster, text: &'a str) -> Result<Option<&'a str>, ApiError> {
    let is_own = Arn::parse(text).is_some_and(|arn| {
        arn.service == "ecs" && arn.scope == cluster.scope && arn.resource_id("service").is_some()
    });
    let resource = text.splitn(6, ':').nth(5).filter(|_| is_own);
    let Some(id) = resource.and_then(|resource| resource.strip_prefix("service/")) else {
        return Ok(None);
    };
    match id.split_once('/') {
        None => Ok(Some(id)),
        Some((of, name)) if of == cluster.name => Ok(Some(name)),
        Some((of, _)) => Err(errors::invalid_parameter_exception(format!(
            "Invalid identifier: Identifier is for cluster {of}. Your cluster is {}",
            cluster.name
        ))),
    }
}
