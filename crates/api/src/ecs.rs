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
pub(crate) mod task_definition;
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

use crate::operations::operations;
use crate::{Api, Caller};

pub(crate) use self::resource::tags_of;

pub(crate) use update_service::plan as plan_update;

impl Ecs for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        create_cluster(ecs::CreateClusterRequest) -> ecs::CreateClusterResponse;
        describe_clusters(&ecs::DescribeClustersRequest) -> ecs::DescribeClustersResponse;
        list_clusters(&ecs::ListClustersRequest) -> ecs::ListClustersResponse;
        delete_cluster(ecs::DeleteClusterRequest) -> ecs::DeleteClusterResponse;
        register_task_definition(ecs::RegisterTaskDefinitionRequest)
            -> ecs::RegisterTaskDefinitionResponse;
        describe_task_definition(&ecs::DescribeTaskDefinitionRequest)
            -> ecs::DescribeTaskDefinitionResponse;
        create_service(ecs::CreateServiceRequest) -> ecs::CreateServiceResponse;
        update_service(ecs::UpdateServiceRequest) -> ecs::UpdateServiceResponse;
        delete_service(ecs::DeleteServiceRequest) -> ecs::DeleteServiceResponse;
        describe_services(&ecs::DescribeServicesRequest) -> ecs::DescribeServicesResponse;
        list_services(&ecs::ListServicesRequest) -> ecs::ListServicesResponse;
        list_service_deployments(&ecs::ListServiceDeploymentsRequest)
            -> ecs::ListServiceDeploymentsResponse;
        stop_service_deployment(ecs::StopServiceDeploymentRequest)
            -> ecs::StopServiceDeploymentResponse;
        continue_service_deployment(ecs::ContinueServiceDeploymentRequest)
            -> ecs::ContinueServiceDeploymentResponse;
        describe_service_deployments(&ecs::DescribeServiceDeploymentsRequest)
            -> ecs::DescribeServiceDeploymentsResponse;
        describe_service_revisions(&ecs::DescribeServiceRevisionsRequest)
            -> ecs::DescribeServiceRevisionsResponse;
        run_task(ecs::RunTaskRequest) -> ecs::RunTaskResponse;
        stop_task(ecs::StopTaskRequest) -> ecs::StopTaskResponse;
        describe_tasks(&ecs::DescribeTasksRequest) -> ecs::DescribeTasksResponse;
        list_tasks(&ecs::ListTasksRequest) -> ecs::ListTasksResponse;
        create_task_set(ecs::CreateTaskSetRequest) -> ecs::CreateTaskSetResponse;
        describe_task_sets(&ecs::DescribeTaskSetsRequest) -> ecs::DescribeTaskSetsResponse;
        update_task_set(ecs::UpdateTaskSetRequest) -> ecs::UpdateTaskSetResponse;
        update_service_primary_task_set(ecs::UpdateServicePrimaryTaskSetRequest)
            -> ecs::UpdateServicePrimaryTaskSetResponse;
        delete_task_set(ecs::DeleteTaskSetRequest) -> ecs::DeleteTaskSetResponse;
        get_task_protection(&ecs::GetTaskProtectionRequest) -> ecs::GetTaskProtectionResponse;
        update_task_protection(ecs::UpdateTaskProtectionRequest)
            -> ecs::UpdateTaskProtectionResponse;
        list_task_definitions(&ecs::ListTaskDefinitionsRequest) -> ecs::ListTaskDefinitionsResponse;
        list_task_definition_families(&ecs::ListTaskDefinitionFamiliesRequest)
            -> ecs::ListTaskDefinitionFamiliesResponse;
        deregister_task_definition(ecs::DeregisterTaskDefinitionRequest)
            -> ecs::DeregisterTaskDefinitionResponse;
        delete_task_definitions(ecs::DeleteTaskDefinitionsRequest)
            -> ecs::DeleteTaskDefinitionsResponse;
        update_cluster(&ecs::UpdateClusterRequest) -> ecs::UpdateClusterResponse;
        update_cluster_settings(&ecs::UpdateClusterSettingsRequest)
            -> ecs::UpdateClusterSettingsResponse;
        put_cluster_capacity_providers(ecs::PutClusterCapacityProvidersRequest)
            -> ecs::PutClusterCapacityProvidersResponse;
        tag_resource(ecs::TagResourceRequest) -> ecs::TagResourceResponse;
        untag_resource(ecs::UntagResourceRequest) -> ecs::UntagResourceResponse;
        list_tags_for_resource(&ecs::ListTagsForResourceRequest)
            -> ecs::ListTagsForResourceResponse;
        put_account_setting(ecs::PutAccountSettingRequest) -> ecs::PutAccountSettingResponse;
        put_account_setting_default(ecs::PutAccountSettingDefaultRequest)
            -> ecs::PutAccountSettingDefaultResponse;
        delete_account_setting(ecs::DeleteAccountSettingRequest)
            -> ecs::DeleteAccountSettingResponse;
        list_account_settings(&ecs::ListAccountSettingsRequest) -> ecs::ListAccountSettingsResponse;
        describe_capacity_providers(&ecs::DescribeCapacityProvidersRequest)
            -> ecs::DescribeCapacityProvidersResponse;
        list_container_instances(&ecs::ListContainerInstancesRequest)
            -> ecs::ListContainerInstancesResponse;
        describe_container_instances(&ecs::DescribeContainerInstancesRequest)
            -> ecs::DescribeContainerInstancesResponse;
        list_attributes(&ecs::ListAttributesRequest) -> ecs::ListAttributesResponse;
    }
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    ecs::errors::unsupported_feature_exception(message)
}
