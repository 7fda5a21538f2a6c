//! What requests name: applications, groups and deployments.
//
// COMPAT: the codes are those of the CodeDeploy API Reference; the sentences are those that
// CodeDeploy answers with, as far as they are known.

use aws_api::codedeploy::errors;
use model::{
    CodeDeployApplication, CodeDeployDeployment, CodeDeployGroup, Entry, Scope, ServiceDeployment,
    Snapshot,
};
use wire::ApiError;

pub(super) fn application<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    name: &str,
) -> Result<&'a Entry<CodeDeployApplication>, ApiError> {
    snapshot.code_deploy_applications.get(scope, name).ok_or_else(|| {
        errors::application_does_not_exist_exception(format!(
            "No application found for name: {name}"
        ))
    })
}

/// A group of an application that there is.
pub(super) fn group<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    (of, name): (&str, &str),
) -> Result<&'a Entry<CodeDeployGroup>, ApiError> {
    application(snapshot, scope, of)?;
    snapshot.code_deploy_groups.get(scope, &format!("{of}/{name}")).ok_or_else(|| {
        errors::deployment_group_does_not_exist_exception(format!(
            "No Deployment Group found for name: {name}"
        ))
    })
}

/// A deployment as `CodeDeploy` began it, and as the service has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) deployment: &'a Entry<CodeDeployDeployment>,
    pub(super) native: &'a Entry<ServiceDeployment>,
}

pub(super) fn deployment<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    id: &str,
) -> Result<Found<'a>, ApiError> {
    let known = snapshot.code_deploy_deployments.get(scope, id);
    known.and_then(|deployment| with_native(snapshot, deployment)).ok_or_else(|| {
        errors::deployment_does_not_exist_exception(format!(
            "The deployment {id} could not be found"
        ))
    })
}

/// The id of a deployment, where the model does not require one and the operation does.
pub(super) fn needed(id: Option<&String>) -> Result<&String, ApiError> {
    id.filter(|id| !id.is_empty())
        .ok_or_else(|| errors::deployment_id_required_exception("The deployment ID is required."))
}

/// The deployments of a scope.
pub(super) fn deployments<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
) -> impl Iterator<Item = Found<'a>> {
    let all = snapshot.code_deploy_deployments.list(scope);
    all.filter_map(|deployment| with_native(snapshot, deployment))
}

fn with_native<'a>(
    snapshot: &'a Snapshot,
    deployment: &'a Entry<CodeDeployDeployment>,
) -> Option<Found<'a>> {
    let id = &deployment.service_deployment;
    let native = snapshot.service_deployment(&deployment.service, id)?;
    Some(Found { deployment, native })
}
