//! Tasks: one-shot; a replacement is a new task.
//!
//! INVARIANT: `desired_status` is written by control, what is observed by the node.

use serde::{Deserialize, Serialize};

use super::{ContainerDefinition, KeyValue, LaunchType, Tags, TaskDefinitionRef};
use crate::{Scope, TaskState, Timestamp};

/// A task's identity: everything its ARN holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskKey {
    pub scope: Scope,
    pub cluster: String,
    /// 32 hexadecimal digits.
    pub id: String,
}

impl TaskKey {
    pub fn arn(&self) -> String {
        self.scope.arn("ecs", format_args!("task/{}/{}", self.cluster, self.id))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub key: TaskKey,
    pub definition: TaskDefinitionRef,
    /// `service:NAME` or `family:NAME`, or what RunTask was given.
    pub group: String,
    /// The service that owns it, and the revision of it that it runs.
    pub service: Option<TaskService>,
    pub started_by: Option<String>,
    pub launch_type: LaunchType,
    pub capacity_provider: Option<String>,
    pub platform_version: Option<String>,
    /// Set once, by placement.
    pub node: Option<String>,
    pub availability_zone: String,
    pub desired_status: DesiredStatus,
    pub last_status: TaskState,
    pub health_status: HealthStatus,
    pub overrides: TaskOverride,
    pub interface: Option<TaskInterface>,
    /// What placement reserves, in CPU units and MiB.
    pub cpu_units: u32,
    pub memory_mib: u32,
    pub containers: Vec<TaskContainer>,
    pub tags: Tags,
    pub created_at: Timestamp,
    pub pull_started_at: Option<Timestamp>,
    pub pull_stopped_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub stopping_at: Option<Timestamp>,
    pub execution_stopped_at: Option<Timestamp>,
    pub stopped_at: Option<Timestamp>,
    pub stop_code: Option<StopCode>,
    pub stopped_reason: Option<String>,
    /// Until when neither scaling in nor a deployment stops it.
    pub protected_until: Option<Timestamp>,
    /// Counts the changes that a caller can see (`version` in the API).
    pub version: u64,
}

impl Task {
    pub fn arn(&self) -> String {
        self.key.arn()
    }

    /// Whether it counts against a node's capacity.
    pub fn is_holding_resources(&self) -> bool {
        self.last_status != TaskState::Stopped
    }

    /// Whether its service is to leave it alone, as long as it serves.
    pub fn is_protected(&self, now: Timestamp) -> bool {
        self.protected_until.is_some_and(|until| now < until)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskService {
    pub name: String,
    pub revision: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DesiredStatus {
    Running,
    Stopped,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HealthStatus {
    #[default]
    Unknown,
    Healthy,
    Unhealthy,
}

impl HealthStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            HealthStatus::Unknown => "UNKNOWN",
            HealthStatus::Healthy => "HEALTHY",
            HealthStatus::Unhealthy => "UNHEALTHY",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopCode {
    TaskFailedToStart,
    EssentialContainerExited,
    UserInitiated,
    ServiceSchedulerInitiated,
    SpotInterruption,
    TerminationNotice,
}

impl StopCode {
    pub const fn as_str(self) -> &'static str {
        match self {
            StopCode::TaskFailedToStart => "TaskFailedToStart",
            StopCode::EssentialContainerExited => "EssentialContainerExited",
            StopCode::UserInitiated => "UserInitiated",
            StopCode::ServiceSchedulerInitiated => "ServiceSchedulerInitiated",
            StopCode::SpotInterruption => "SpotInterruption",
            StopCode::TerminationNotice => "TerminationNotice",
        }
    }
}

/// The task's own network interface, decided with the task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskInterface {
    pub attachment_id: String,
    pub interface_id: String,
    pub subnet_id: String,
    pub vpc_id: String,
    pub address: std::net::Ipv4Addr,
    pub mac_address: String,
    pub security_group_ids: Vec<String>,
    pub is_public: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskContainer {
    pub name: String,
    /// The id in the container's ARN.
    pub id: String,
    pub image: String,
    /// The image that it is to run whatever the tag means by now.
    pub pinned_digest: Option<String>,
    pub image_digest: Option<String>,
    pub runtime_id: Option<String>,
    pub last_status: ContainerState,
    pub exit_code: Option<i32>,
    pub reason: Option<String>,
    pub health_status: HealthStatus,
}

impl TaskContainer {
    pub fn arn(&self, task: &TaskKey) -> String {
        let (cluster, id) = (&task.cluster, &task.id);
        task.scope.arn("ecs", format_args!("container/{cluster}/{id}/{}", self.id))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ContainerState {
    Pending,
    Running,
    Stopped,
}

impl ContainerState {
    pub const fn as_str(self) -> &'static str {
        match self {
            ContainerState::Pending => "PENDING",
            ContainerState::Running => "RUNNING",
            ContainerState::Stopped => "STOPPED",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskOverride {
    pub containers: Vec<ContainerOverride>,
    pub task_role_arn: Option<String>,
    pub execution_role_arn: Option<String>,
    pub cpu_units: Option<u32>,
    pub memory_mib: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContainerOverride {
    pub name: String,
    pub command: Option<Vec<String>>,
    pub environment: Vec<KeyValue>,
    /// Instead of the definition's, where there is any.
    #[serde(default)]
    pub environment_files: Vec<String>,
    pub cpu_units: Option<u32>,
    pub memory_mib: Option<u32>,
    pub memory_reservation_mib: Option<u32>,
}

impl TaskOverride {
    /// COMPAT: "If an environment file is specified as a container override, it's used. Moreover,
    /// any other environment files that are specified in the container definition is ignored."
    pub fn environment_files<'a>(&'a self, container: &'a ContainerDefinition) -> &'a [String] {
        let of_it = self.containers.iter().find(|change| change.name == container.name);
        let own = of_it.map(|change| change.environment_files.as_slice());
        own.filter(|own| !own.is_empty()).unwrap_or(&container.environment_files)
    }
}

impl Task {
    /// The service that owns it; a service and its tasks share a cluster.
    pub fn service_key(&self) -> Option<super::ServiceKey> {
        self.service.as_ref().map(|service| super::ServiceKey {
            scope: self.key.scope.clone(),
            cluster: self.key.cluster.clone(),
            name: service.name.clone(),
        })
    }
}
