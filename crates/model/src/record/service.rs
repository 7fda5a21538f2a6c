//! Services and their revisions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    CapacityProviderStrategyItem, DeploymentConfiguration, LaunchType, Tags, TaskDefinitionRef,
};
use crate::{Scope, Timestamp};

/// A service's identity: everything its ARN holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceKey {
    pub scope: Scope,
    pub cluster: String,
    pub name: String,
}

impl ServiceKey {
    pub fn arn(&self) -> String {
        self.scope.arn("ecs", format_args!("service/{}/{}", self.cluster, self.name))
    }

    pub(super) fn child_arn(&self, kind: &str, id: &str) -> String {
        self.scope.arn("ecs", format_args!("{kind}/{}/{}/{id}", self.cluster, self.name))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    pub key: ServiceKey,
    pub status: ServiceStatus,
    #[serde(default)]
    pub controller: DeploymentController,
    pub desired_count: u32,
    pub deployment_configuration: DeploymentConfiguration,
    pub health_check_grace_period_secs: Option<u32>,
    pub propagate_tags: PropagateTags,
    pub is_managed_tags_enabled: bool,
    /// The revision that new tasks run. Under an external controller it is the primary task
    /// set's, and empty while there is none.
    pub primary_revision: String,
    /// The deployment that is bringing it about, or brought it about. An external controller's
    /// are its own affair, and this is empty.
    pub current_deployment: String,
    /// The target of the last deployment that was completed: what a failed one goes back to.
    pub completed_revision: Option<String>,
    /// Newest first; at most [`SERVICE_EVENTS_MAX`].
    pub events: Vec<ServiceEvent>,
    /// Whether the last thing said was that the service is steady.
    pub is_steady: bool,
    pub tags: Tags,
    pub created_at: Timestamp,
    pub created_by: String,
    /// Set when it became `INACTIVE`, for the reaper.
    pub inactive_at: Option<Timestamp>,
}

/// LIMIT: ECS shows the latest 100 events of a service.
pub const SERVICE_EVENTS_MAX: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServiceStatus {
    Active,
    Draining,
    Inactive,
}

impl ServiceStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            ServiceStatus::Active => "ACTIVE",
            ServiceStatus::Draining => "DRAINING",
            ServiceStatus::Inactive => "INACTIVE",
        }
    }
}

/// Who decides what revisions there are, and how many tasks of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeploymentController {
    /// The service's own deployments, which `UpdateService` begins.
    #[default]
    Ecs,
    /// The deployments that `CodeDeploy`'s `CreateDeployment` begins; the first is the service's
    /// own.
    CodeDeploy,
    /// Whoever makes and scales its task sets.
    External,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PropagateTags {
    None,
    Service,
    TaskDefinition,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceEvent {
    pub id: String,
    pub created_at: Timestamp,
    pub message: String,
}

/// What a service ran at one time; immutable once made, but for what its images are found to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceRevision {
    pub service: ServiceKey,
    /// 19 decimal digits; `ecs-svc/ID` is the deployment id and the tasks' `startedBy`.
    pub id: String,
    pub definition: TaskDefinitionRef,
    pub launch_type: Option<LaunchType>,
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    pub platform_version: Option<String>,
    pub load_balancers: Vec<ServiceLoadBalancer>,
    /// The target group that its tasks are registered in, for each load balancer: the one
    /// named, or its alternate while another revision's tasks are in that.
    pub target_group_arns: Vec<String>,
    pub network: Option<AwsvpcConfiguration>,
    /// By container, the digest that its image's tag meant to the first task that found it.
    /// Every later task of the revision runs that.
    pub image_digests: BTreeMap<String, String>,
    pub created_at: Timestamp,
}

impl ServiceRevision {
    pub fn arn(&self) -> String {
        self.service.child_arn("service-revision", &self.id)
    }

    pub fn deployment_id(&self) -> String {
        format!("ecs-svc/{}", self.id)
    }

    /// Each load balancer with the target group that this revision's tasks are registered in.
    pub fn registrations(&self) -> impl Iterator<Item = (&ServiceLoadBalancer, &str)> {
        self.load_balancers.iter().zip(self.target_group_arns.iter().map(String::as_str))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLoadBalancer {
    pub target_group_arn: String,
    pub container_name: String,
    pub container_port: u16,
    /// What moves traffic between two revisions.
    pub advanced: Option<AdvancedConfiguration>,
}

/// The rules whose weights a deployment moves, and the second target group that it needs.
/// A rule may be a listener's default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvancedConfiguration {
    pub alternate_target_group_arn: String,
    pub production_listener_rule: String,
    pub test_listener_rule: Option<String>,
    pub role_arn: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsvpcConfiguration {
    pub subnet_ids: Vec<String>,
    pub security_group_ids: Vec<String>,
    pub is_public: bool,
}
