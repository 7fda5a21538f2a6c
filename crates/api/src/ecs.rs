//! Amazon ECS: the trait's methods, each in a file of its own.

mod capacity;
mod cluster;
mod create_cluster;
mod create_service;
mod delete_cluster;
mod delete_service;
mod describe_clusters;
mod describe_service_deployments;
mod describe_service_revisions;
mod describe_services;
mod describe_task_definition;
mod describe_tasks;
mod launch;
mod list_clusters;
mod list_service_deployments;
mod list_services;
mod list_tasks;
mod listing;
mod network_configuration;
mod register_task_definition;
mod run_task;
mod service;
mod service_deployment;
mod service_load_balancers;
mod service_name;
mod service_settings;
mod stop_task;
mod tags;
mod task;
mod task_definition;
mod update_service;

use aws_api::ecs::{self, Ecs};
use wire::ApiError;

use crate::{Api, Caller};

impl Ecs for Api {
    type Context = Caller;

    async fn create_cluster(
        &self,
        caller: &Caller,
        input: ecs::CreateClusterRequest,
    ) -> Result<ecs::CreateClusterResponse, ApiError> {
        create_cluster::run(self, caller, input).await
    }

    async fn describe_clusters(
        &self,
        caller: &Caller,
        input: ecs::DescribeClustersRequest,
    ) -> Result<ecs::DescribeClustersResponse, ApiError> {
        describe_clusters::run(self, caller, &input)
    }

    async fn list_clusters(
        &self,
        caller: &Caller,
        input: ecs::ListClustersRequest,
    ) -> Result<ecs::ListClustersResponse, ApiError> {
        list_clusters::run(self, caller, &input)
    }

    async fn delete_cluster(
        &self,
        caller: &Caller,
        input: ecs::DeleteClusterRequest,
    ) -> Result<ecs::DeleteClusterResponse, ApiError> {
        delete_cluster::run(self, caller, input).await
    }

    async fn register_task_definition(
        &self,
        caller: &Caller,
        input: ecs::RegisterTaskDefinitionRequest,
    ) -> Result<ecs::RegisterTaskDefinitionResponse, ApiError> {
        register_task_definition::run(self, caller, input).await
    }

    async fn describe_task_definition(
        &self,
        caller: &Caller,
        input: ecs::DescribeTaskDefinitionRequest,
    ) -> Result<ecs::DescribeTaskDefinitionResponse, ApiError> {
        describe_task_definition::run(self, caller, &input)
    }

    async fn create_service(
        &self,
        caller: &Caller,
        input: ecs::CreateServiceRequest,
    ) -> Result<ecs::CreateServiceResponse, ApiError> {
        create_service::run(self, caller, input).await
    }

    async fn update_service(
        &self,
        caller: &Caller,
        input: ecs::UpdateServiceRequest,
    ) -> Result<ecs::UpdateServiceResponse, ApiError> {
        update_service::run(self, caller, input).await
    }

    async fn delete_service(
        &self,
        caller: &Caller,
        input: ecs::DeleteServiceRequest,
    ) -> Result<ecs::DeleteServiceResponse, ApiError> {
        delete_service::run(self, caller, input).await
    }

    async fn describe_services(
        &self,
        caller: &Caller,
        input: ecs::DescribeServicesRequest,
    ) -> Result<ecs::DescribeServicesResponse, ApiError> {
        describe_services::run(self, caller, &input)
    }

    async fn list_services(
        &self,
        caller: &Caller,
        input: ecs::ListServicesRequest,
    ) -> Result<ecs::ListServicesResponse, ApiError> {
        list_services::run(self, caller, &input)
    }

    async fn list_service_deployments(
        &self,
        caller: &Caller,
        input: ecs::ListServiceDeploymentsRequest,
    ) -> Result<ecs::ListServiceDeploymentsResponse, ApiError> {
        list_service_deployments::run(self, caller, &input)
    }

    async fn describe_service_deployments(
        &self,
        caller: &Caller,
        input: ecs::DescribeServiceDeploymentsRequest,
    ) -> Result<ecs::DescribeServiceDeploymentsResponse, ApiError> {
        describe_service_deployments::run(self, caller, &input)
    }

    async fn describe_service_revisions(
        &self,
        caller: &Caller,
        input: ecs::DescribeServiceRevisionsRequest,
    ) -> Result<ecs::DescribeServiceRevisionsResponse, ApiError> {
        describe_service_revisions::run(self, caller, &input)
    }

    async fn run_task(
        &self,
        caller: &Caller,
        input: ecs::RunTaskRequest,
    ) -> Result<ecs::RunTaskResponse, ApiError> {
        run_task::run(self, caller, input).await
    }

    async fn stop_task(
        &self,
        caller: &Caller,
        input: ecs::StopTaskRequest,
    ) -> Result<ecs::StopTaskResponse, ApiError> {
        stop_task::run(self, caller, input).await
    }

    async fn describe_tasks(
        &self,
        caller: &Caller,
        input: ecs::DescribeTasksRequest,
    ) -> Result<ecs::DescribeTasksResponse, ApiError> {
        describe_tasks::run(self, caller, &input)
    }

    async fn list_tasks(
        &self,
        caller: &Caller,
        input: ecs::ListTasksRequest,
    ) -> Result<ecs::ListTasksResponse, ApiError> {
        list_tasks::run(self, caller, &input)
    }
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    ecs::errors::unsupported_feature_exception(message)
}
