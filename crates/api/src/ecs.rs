//! Amazon ECS: the trait's methods, each in a file of its own.

mod account_setting;
mod advanced_configuration;
mod capacity;
mod cluster;
mod continue_service_deployment;
mod create_cluster;
mod create_service;
mod create_task_set;
mod delete_account_setting;
mod delete_cluster;
mod delete_service;
mod delete_task_definitions;
mod delete_task_set;
mod deployment_configuration;
mod deployment_controller;
mod deregister_task_definition;
mod describe_capacity_providers;
mod describe_clusters;
mod describe_container_instances;
mod describe_service_deployments;
mod describe_service_revisions;
mod describe_services;
mod describe_task_definition;
mod describe_task_sets;
mod describe_tasks;
mod external_controller;
mod get_task_protection;
mod launch;
mod lifecycle_hook;
mod list_account_settings;
mod list_attributes;
mod list_clusters;
mod list_container_instances;
mod list_service_deployments;
mod list_services;
mod list_tags_for_resource;
mod list_task_definition_families;
mod list_task_definitions;
mod list_tasks;
mod listing;
mod network_configuration;
mod put_account_setting;
mod put_account_setting_default;
mod put_cluster_capacity_providers;
mod register_task_definition;
pub(crate) mod replacement;
pub(crate) mod replacement_sets;
mod resource;
mod revision_spec;
mod run_task;
mod service;
mod service_deployment;
mod service_load_balancers;
mod service_name;
mod service_settings;
mod stop_service_deployment;
mod stop_task;
mod tag_resource;
mod tags;
mod task;
mod task_definition;
mod task_protection;
mod task_set;
mod untag_resource;
mod update_cluster;
mod update_cluster_settings;
mod update_service;
mod update_service_primary_task_set;
mod update_task_protection;
mod update_task_set;

use aws_api::ecs::{self, Ecs};
use wire::{ApiError, Request, Value};

use crate::{Api, Caller};

pub(crate) use self::resource::tags_of;

pub(crate) use update_service::plan as plan_update;

impl Ecs for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

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

    async fn stop_service_deployment(
        &self,
        caller: &Caller,
        input: ecs::StopServiceDeploymentRequest,
    ) -> Result<ecs::StopServiceDeploymentResponse, ApiError> {
        stop_service_deployment::run(self, caller, input).await
    }

    async fn continue_service_deployment(
        &self,
        caller: &Caller,
        input: ecs::ContinueServiceDeploymentRequest,
    ) -> Result<ecs::ContinueServiceDeploymentResponse, ApiError> {
        continue_service_deployment::run(self, caller, input).await
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

    async fn create_task_set(
        &self,
        caller: &Caller,
        input: ecs::CreateTaskSetRequest,
    ) -> Result<ecs::CreateTaskSetResponse, ApiError> {
        create_task_set::run(self, caller, input).await
    }

    async fn describe_task_sets(
        &self,
        caller: &Caller,
        input: ecs::DescribeTaskSetsRequest,
    ) -> Result<ecs::DescribeTaskSetsResponse, ApiError> {
        describe_task_sets::run(self, caller, &input)
    }

    async fn update_task_set(
        &self,
        caller: &Caller,
        input: ecs::UpdateTaskSetRequest,
    ) -> Result<ecs::UpdateTaskSetResponse, ApiError> {
        update_task_set::run(self, caller, input).await
    }

    async fn update_service_primary_task_set(
        &self,
        caller: &Caller,
        input: ecs::UpdateServicePrimaryTaskSetRequest,
    ) -> Result<ecs::UpdateServicePrimaryTaskSetResponse, ApiError> {
        update_service_primary_task_set::run(self, caller, input).await
    }

    async fn delete_task_set(
        &self,
        caller: &Caller,
        input: ecs::DeleteTaskSetRequest,
    ) -> Result<ecs::DeleteTaskSetResponse, ApiError> {
        delete_task_set::run(self, caller, input).await
    }

    async fn get_task_protection(
        &self,
        caller: &Caller,
        input: ecs::GetTaskProtectionRequest,
    ) -> Result<ecs::GetTaskProtectionResponse, ApiError> {
        get_task_protection::run(self, caller, &input)
    }

    async fn update_task_protection(
        &self,
        caller: &Caller,
        input: ecs::UpdateTaskProtectionRequest,
    ) -> Result<ecs::UpdateTaskProtectionResponse, ApiError> {
        update_task_protection::run(self, caller, input).await
    }

    async fn list_task_definitions(
        &self,
        caller: &Caller,
        input: ecs::ListTaskDefinitionsRequest,
    ) -> Result<ecs::ListTaskDefinitionsResponse, ApiError> {
        list_task_definitions::run(self, caller, &input)
    }

    async fn list_task_definition_families(
        &self,
        caller: &Caller,
        input: ecs::ListTaskDefinitionFamiliesRequest,
    ) -> Result<ecs::ListTaskDefinitionFamiliesResponse, ApiError> {
        list_task_definition_families::run(self, caller, &input)
    }

    async fn deregister_task_definition(
        &self,
        caller: &Caller,
        input: ecs::DeregisterTaskDefinitionRequest,
    ) -> Result<ecs::DeregisterTaskDefinitionResponse, ApiError> {
        deregister_task_definition::run(self, caller, input).await
    }

    async fn delete_task_definitions(
        &self,
        caller: &Caller,
        input: ecs::DeleteTaskDefinitionsRequest,
    ) -> Result<ecs::DeleteTaskDefinitionsResponse, ApiError> {
        delete_task_definitions::run(self, caller, input).await
    }

    async fn update_cluster(
        &self,
        caller: &Caller,
        input: ecs::UpdateClusterRequest,
    ) -> Result<ecs::UpdateClusterResponse, ApiError> {
        update_cluster::run(self, caller, &input)
    }

    async fn update_cluster_settings(
        &self,
        caller: &Caller,
        input: ecs::UpdateClusterSettingsRequest,
    ) -> Result<ecs::UpdateClusterSettingsResponse, ApiError> {
        update_cluster_settings::run(self, caller, &input)
    }

    async fn put_cluster_capacity_providers(
        &self,
        caller: &Caller,
        input: ecs::PutClusterCapacityProvidersRequest,
    ) -> Result<ecs::PutClusterCapacityProvidersResponse, ApiError> {
        put_cluster_capacity_providers::run(self, caller, input).await
    }

    async fn tag_resource(
        &self,
        caller: &Caller,
        input: ecs::TagResourceRequest,
    ) -> Result<ecs::TagResourceResponse, ApiError> {
        tag_resource::run(self, caller, input).await
    }

    async fn untag_resource(
        &self,
        caller: &Caller,
        input: ecs::UntagResourceRequest,
    ) -> Result<ecs::UntagResourceResponse, ApiError> {
        untag_resource::run(self, caller, input).await
    }

    async fn list_tags_for_resource(
        &self,
        caller: &Caller,
        input: ecs::ListTagsForResourceRequest,
    ) -> Result<ecs::ListTagsForResourceResponse, ApiError> {
        list_tags_for_resource::run(self, caller, &input)
    }

    async fn put_account_setting(
        &self,
        caller: &Caller,
        input: ecs::PutAccountSettingRequest,
    ) -> Result<ecs::PutAccountSettingResponse, ApiError> {
        put_account_setting::run(self, caller, input).await
    }

    async fn put_account_setting_default(
        &self,
        caller: &Caller,
        input: ecs::PutAccountSettingDefaultRequest,
    ) -> Result<ecs::PutAccountSettingDefaultResponse, ApiError> {
        put_account_setting_default::run(self, caller, input).await
    }

    async fn delete_account_setting(
        &self,
        caller: &Caller,
        input: ecs::DeleteAccountSettingRequest,
    ) -> Result<ecs::DeleteAccountSettingResponse, ApiError> {
        delete_account_setting::run(self, caller, input).await
    }

    async fn list_account_settings(
        &self,
        caller: &Caller,
        input: ecs::ListAccountSettingsRequest,
    ) -> Result<ecs::ListAccountSettingsResponse, ApiError> {
        list_account_settings::run(self, caller, &input)
    }

    async fn describe_capacity_providers(
        &self,
        caller: &Caller,
        input: ecs::DescribeCapacityProvidersRequest,
    ) -> Result<ecs::DescribeCapacityProvidersResponse, ApiError> {
        describe_capacity_providers::run(self, caller, &input)
    }

    async fn list_container_instances(
        &self,
        caller: &Caller,
        input: ecs::ListContainerInstancesRequest,
    ) -> Result<ecs::ListContainerInstancesResponse, ApiError> {
        list_container_instances::run(self, caller, &input)
    }

    async fn describe_container_instances(
        &self,
        caller: &Caller,
        input: ecs::DescribeContainerInstancesRequest,
    ) -> Result<ecs::DescribeContainerInstancesResponse, ApiError> {
        describe_container_instances::run(self, caller, &input)
    }

    async fn list_attributes(
        &self,
        caller: &Caller,
        input: ecs::ListAttributesRequest,
    ) -> Result<ecs::ListAttributesResponse, ApiError> {
        list_attributes::run(self, caller, &input)
    }
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    ecs::errors::unsupported_feature_exception(message)
}
