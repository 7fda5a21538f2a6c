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

use crate::{Api, Caller};

impl CodeDeploy for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn batch_get_deployment_targets(
        &self,
        caller: &Caller,
        input: codedeploy::BatchGetDeploymentTargetsInput,
    ) -> Result<codedeploy::BatchGetDeploymentTargetsOutput, ApiError> {
        batch_get_deployment_targets::run(self, caller, &input)
    }

    async fn batch_get_deployments(
        &self,
        caller: &Caller,
        input: codedeploy::BatchGetDeploymentsInput,
    ) -> Result<codedeploy::BatchGetDeploymentsOutput, ApiError> {
        batch_get_deployments::run(self, caller, &input)
    }

    async fn continue_deployment(
        &self,
        caller: &Caller,
        input: codedeploy::ContinueDeploymentInput,
    ) -> Result<codedeploy::ContinueDeploymentResponse, ApiError> {
        continue_deployment::run(self, caller, input).await
    }

    async fn create_application(
        &self,
        caller: &Caller,
        input: codedeploy::CreateApplicationInput,
    ) -> Result<codedeploy::CreateApplicationOutput, ApiError> {
        create_application::run(self, caller, input).await
    }

    async fn create_deployment(
        &self,
        caller: &Caller,
        input: codedeploy::CreateDeploymentInput,
    ) -> Result<codedeploy::CreateDeploymentOutput, ApiError> {
        create_deployment::run(self, caller, input).await
    }

    async fn create_deployment_config(
        &self,
        caller: &Caller,
        input: codedeploy::CreateDeploymentConfigInput,
    ) -> Result<codedeploy::CreateDeploymentConfigOutput, ApiError> {
        create_deployment_config::run(self, caller, input).await
    }

    async fn create_deployment_group(
        &self,
        caller: &Caller,
        input: codedeploy::CreateDeploymentGroupInput,
    ) -> Result<codedeploy::CreateDeploymentGroupOutput, ApiError> {
        create_deployment_group::run(self, caller, input).await
    }

    async fn delete_application(
        &self,
        caller: &Caller,
        input: codedeploy::DeleteApplicationInput,
    ) -> Result<codedeploy::DeleteApplicationResponse, ApiError> {
        delete_application::run(self, caller, input).await
    }

    async fn delete_deployment_config(
        &self,
        caller: &Caller,
        input: codedeploy::DeleteDeploymentConfigInput,
    ) -> Result<codedeploy::DeleteDeploymentConfigResponse, ApiError> {
        delete_deployment_config::run(self, caller, input).await
    }

    async fn delete_deployment_group(
        &self,
        caller: &Caller,
        input: codedeploy::DeleteDeploymentGroupInput,
    ) -> Result<codedeploy::DeleteDeploymentGroupOutput, ApiError> {
        delete_deployment_group::run(self, caller, input).await
    }

    async fn get_application(
        &self,
        caller: &Caller,
        input: codedeploy::GetApplicationInput,
    ) -> Result<codedeploy::GetApplicationOutput, ApiError> {
        get_application::run(self, caller, &input)
    }

    async fn get_deployment(
        &self,
        caller: &Caller,
        input: codedeploy::GetDeploymentInput,
    ) -> Result<codedeploy::GetDeploymentOutput, ApiError> {
        get_deployment::run(self, caller, &input)
    }

    async fn get_deployment_config(
        &self,
        caller: &Caller,
        input: codedeploy::GetDeploymentConfigInput,
    ) -> Result<codedeploy::GetDeploymentConfigOutput, ApiError> {
        get_deployment_config::run(self, caller, &input)
    }

    async fn get_deployment_group(
        &self,
        caller: &Caller,
        input: codedeploy::GetDeploymentGroupInput,
    ) -> Result<codedeploy::GetDeploymentGroupOutput, ApiError> {
        get_deployment_group::run(self, caller, &input)
    }

    async fn get_deployment_target(
        &self,
        caller: &Caller,
        input: codedeploy::GetDeploymentTargetInput,
    ) -> Result<codedeploy::GetDeploymentTargetOutput, ApiError> {
        get_deployment_target::run(self, caller, &input)
    }

    async fn list_applications(
        &self,
        caller: &Caller,
        input: codedeploy::ListApplicationsInput,
    ) -> Result<codedeploy::ListApplicationsOutput, ApiError> {
        list_applications::run(self, caller, &input)
    }

    async fn list_deployment_configs(
        &self,
        caller: &Caller,
        input: codedeploy::ListDeploymentConfigsInput,
    ) -> Result<codedeploy::ListDeploymentConfigsOutput, ApiError> {
        list_deployment_configs::run(self, caller, &input)
    }

    async fn list_deployment_groups(
        &self,
        caller: &Caller,
        input: codedeploy::ListDeploymentGroupsInput,
    ) -> Result<codedeploy::ListDeploymentGroupsOutput, ApiError> {
        list_deployment_groups::run(self, caller, &input)
    }

    async fn list_deployment_targets(
        &self,
        caller: &Caller,
        input: codedeploy::ListDeploymentTargetsInput,
    ) -> Result<codedeploy::ListDeploymentTargetsOutput, ApiError> {
        list_deployment_targets::run(self, caller, &input)
    }

    async fn list_deployments(
        &self,
        caller: &Caller,
        input: codedeploy::ListDeploymentsInput,
    ) -> Result<codedeploy::ListDeploymentsOutput, ApiError> {
        list_deployments::run(self, caller, &input)
    }

    async fn put_lifecycle_event_hook_execution_status(
        &self,
        caller: &Caller,
        input: codedeploy::PutLifecycleEventHookExecutionStatusInput,
    ) -> Result<codedeploy::PutLifecycleEventHookExecutionStatusOutput, ApiError> {
        put_lifecycle_event_hook_execution_status::run(self, caller, input).await
    }

    async fn stop_deployment(
        &self,
        caller: &Caller,
        input: codedeploy::StopDeploymentInput,
    ) -> Result<codedeploy::StopDeploymentOutput, ApiError> {
        stop_deployment::run(self, caller, input).await
    }

    async fn update_deployment_group(
        &self,
        caller: &Caller,
        input: codedeploy::UpdateDeploymentGroupInput,
    ) -> Result<codedeploy::UpdateDeploymentGroupOutput, ApiError> {
        update_deployment_group::run(self, caller, input).await
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
