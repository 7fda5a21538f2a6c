//! AWS `CodeDeploy`: the trait's methods, each in a file of its own.
//!
//! What it begins are the deployments that services have; there is no other engine.

mod appspec;
mod batch_get_deployment_targets;
mod batch_get_deployments;
mod blue_green;
mod config;
mod continue_deployment;
mod create_application;
mod create_deployment;
mod create_deployment_config;
mod create_deployment_group;
mod delete_application;
mod delete_deployment_config;
mod delete_deployment_group;
mod deployment;
mod find;
mod get_application;
mod get_deployment;
mod get_deployment_config;
mod get_deployment_group;
mod get_deployment_target;
mod group;
mod list_applications;
mod list_deployment_configs;
mod list_deployment_groups;
mod list_deployment_targets;
mod list_deployments;
mod listing;
mod put_lifecycle_event_hook_execution_status;
mod stop_deployment;
mod target;
mod target_group_pair;
mod update_deployment_group;
mod watching;

use aws_api::codedeploy::{self, CodeDeploy, errors};
use model::Rng;
use wire::{ApiError, Request, Value};

use crate::operations::operations;
use crate::{Api, Caller};

impl CodeDeploy for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        batch_get_deployment_targets(&codedeploy::BatchGetDeploymentTargetsInput)
            -> codedeploy::BatchGetDeploymentTargetsOutput;
        batch_get_deployments(&codedeploy::BatchGetDeploymentsInput)
            -> codedeploy::BatchGetDeploymentsOutput;
        continue_deployment(codedeploy::ContinueDeploymentInput)
            -> codedeploy::ContinueDeploymentResponse;
        create_application(codedeploy::CreateApplicationInput)
            -> codedeploy::CreateApplicationOutput;
        create_deployment(codedeploy::CreateDeploymentInput) -> codedeploy::CreateDeploymentOutput;
        create_deployment_config(codedeploy::CreateDeploymentConfigInput)
            -> codedeploy::CreateDeploymentConfigOutput;
        create_deployment_group(codedeploy::CreateDeploymentGroupInput)
            -> codedeploy::CreateDeploymentGroupOutput;
        delete_application(codedeploy::DeleteApplicationInput)
            -> codedeploy::DeleteApplicationResponse;
        delete_deployment_config(codedeploy::DeleteDeploymentConfigInput)
            -> codedeploy::DeleteDeploymentConfigResponse;
        delete_deployment_group(codedeploy::DeleteDeploymentGroupInput)
            -> codedeploy::DeleteDeploymentGroupOutput;
        get_application(&codedeploy::GetApplicationInput) -> codedeploy::GetApplicationOutput;
        get_deployment(&codedeploy::GetDeploymentInput) -> codedeploy::GetDeploymentOutput;
        get_deployment_config(&codedeploy::GetDeploymentConfigInput)
            -> codedeploy::GetDeploymentConfigOutput;
        get_deployment_group(&codedeploy::GetDeploymentGroupInput)
            -> codedeploy::GetDeploymentGroupOutput;
        get_deployment_target(&codedeploy::GetDeploymentTargetInput)
            -> codedeploy::GetDeploymentTargetOutput;
        list_applications(&codedeploy::ListApplicationsInput) -> codedeploy::ListApplicationsOutput;
        list_deployment_configs(&codedeploy::ListDeploymentConfigsInput)
            -> codedeploy::ListDeploymentConfigsOutput;
        list_deployment_groups(&codedeploy::ListDeploymentGroupsInput)
            -> codedeploy::ListDeploymentGroupsOutput;
        list_deployment_targets(&codedeploy::ListDeploymentTargetsInput)
            -> codedeploy::ListDeploymentTargetsOutput;
        list_deployments(&codedeploy::ListDeploymentsInput) -> codedeploy::ListDeploymentsOutput;
        put_lifecycle_event_hook_execution_status(
            codedeploy::PutLifecycleEventHookExecutionStatusInput
        ) -> codedeploy::PutLifecycleEventHookExecutionStatusOutput;
        stop_deployment(codedeploy::StopDeploymentInput) -> codedeploy::StopDeploymentOutput;
        update_deployment_group(codedeploy::UpdateDeploymentGroupInput)
            -> codedeploy::UpdateDeploymentGroupOutput;
    }
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    errors::invalid_input_exception(message)
}

/// An id in the form of those that `CodeDeploy` gives.
fn new_id(rng: &mut Rng) -> String {
    [8, 4, 4, 4, 12].map(|digits| rng.hex(digits)).join("-")
}
