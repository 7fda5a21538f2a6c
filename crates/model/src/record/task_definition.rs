//! Task definitions: what a task is made of, as registered.
//!
//! INVARIANT: a field is here because a node or a planner honours it. What is
//! not honoured is refused at registration and never reaches a record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Tags;
use crate::{Scope, Timestamp};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskDefinition {
    pub scope: Scope,
    pub family: String,
    pub revision: u32,
    pub status: TaskDefinitionStatus,
    pub containers: Vec<ContainerDefinition>,
    /// CPU units; 1,024 are one core.
    pub cpu_units: Option<u32>,
    pub memory_mib: Option<u32>,
    pub network_mode: NetworkMode,
    pub requires_compatibilities: Vec<LaunchType>,
    /// As given, for example `LINUX` and `X86_64`.
    /// Whose credentials the task's containers get.
    pub task_role_arn: Option<String>,
    /// Whom secrets, images and environment files are read as, before the containers start.
    pub execution_role_arn: Option<String>,
    pub operating_system_family: Option<String>,
    pub cpu_architecture: Option<String>,
    pub tags: Tags,
    pub registered_at: Timestamp,
    pub registered_by: String,
    pub deregistered_at: Option<Timestamp>,
    pub delete_requested_at: Option<Timestamp>,
}

impl TaskDefinition {
    pub fn arn(&self) -> String {
        self.reference().arn(&self.scope)
    }

    pub fn reference(&self) -> TaskDefinitionRef {
        TaskDefinitionRef { family: self.family.clone(), revision: self.revision }
    }
}

/// What a family counts: the number of its last revision, which is never given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDefinitionFamily {
    pub scope: Scope,
    pub name: String,
    pub last_revision: u32,
}

/// `family:revision` inside one account and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskDefinitionRef {
    pub family: String,
    pub revision: u32,
}

impl TaskDefinitionRef {
    pub fn arn(&self, scope: &Scope) -> String {
        scope.arn("ecs", format_args!("task-definition/{}:{}", self.family, self.revision))
    }
}

impl std::fmt::Display for TaskDefinitionRef {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.family, self.revision)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskDefinitionStatus {
    Active,
    Inactive,
    DeleteInProgress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkMode {
    Awsvpc,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LaunchType {
    Ec2,
    Fargate,
}

impl LaunchType {
    pub const fn as_str(self) -> &'static str {
        match self {
            LaunchType::Ec2 => "EC2",
            LaunchType::Fargate => "FARGATE",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContainerDefinition {
    pub name: String,
    pub image: String,
    pub cpu_units: u32,
    /// The hard limit: the container is killed above it.
    pub memory_mib: Option<u32>,
    /// The soft limit, kept under contention.
    pub memory_reservation_mib: Option<u32>,
    pub port_mappings: Vec<PortMapping>,
    pub is_essential: bool,
    pub entry_point: Option<Vec<String>>,
    pub command: Option<Vec<String>>,
    pub environment: Vec<KeyValue>,
    /// ARNs of objects with more variables, which are read when it starts.
    #[serde(default)]
    pub environment_files: Vec<String>,
    #[serde(default)]
    pub secrets: Vec<ContainerSecret>,
    /// The ARN or the name of the secret that the image is pulled with.
    #[serde(default)]
    pub repository_credentials: Option<String>,
    pub depends_on: Vec<Dependency>,
    pub start_timeout_secs: Option<u32>,
    /// From SIGTERM to SIGKILL; 30 s where absent.
    pub stop_timeout_secs: Option<u32>,
    pub hostname: Option<String>,
    pub user: Option<String>,
    pub working_directory: Option<String>,
    pub is_root_filesystem_readonly: bool,
    pub is_init_process_enabled: bool,
    pub capabilities_add: Vec<String>,
    pub capabilities_drop: Vec<String>,
    pub ulimits: Vec<Ulimit>,
    pub tmpfs: Vec<Tmpfs>,
    pub shared_memory_mib: Option<u32>,
    pub system_controls: Vec<KeyValue>,
    pub extra_hosts: Vec<ExtraHost>,
    pub log_configuration: Option<AwsLogs>,
    pub health_check: Option<HealthCheck>,
}

/// SIGTERM to SIGKILL where a container says nothing else.
pub const STOP_TIMEOUT_SECS_DEFAULT: u32 = 30;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyValue {
    pub name: String,
    pub value: String,
}

/// A variable whose value is a secret's or a parameter's when the container starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerSecret {
    pub name: String,
    /// As given: an ARN with what is behind it, or a parameter's name.
    pub value_from: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortMapping {
    pub container_port: u16,
    pub host_port: u16,
    pub protocol: TransportProtocol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransportProtocol {
    Tcp,
    Udp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    pub container_name: String,
    pub condition: DependencyCondition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DependencyCondition {
    Start,
    Complete,
    Success,
    Healthy,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ulimit {
    /// The ECS name in lower case, for example `nofile`.
    pub name: String,
    pub soft: i64,
    pub hard: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tmpfs {
    pub container_path: String,
    pub size_mib: u32,
    pub mount_options: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraHost {
    pub hostname: String,
    pub ip_address: String,
}

/// The `awslogs` driver, the only one so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsLogs {
    pub group: String,
    pub region: String,
    pub stream_prefix: Option<String>,
    pub is_group_created: bool,
    /// The options as given, for describing.
    pub options: BTreeMap<String, String>,
}

impl AwsLogs {
    /// The stream of one container of one task.
    ///
    /// COMPAT: `prefix-name/container-name/ecs-task-id`, and the container's id where there
    /// is no prefix ("Using the awslogs log driver").
    pub fn stream(&self, container: &str, container_id: &str, task_id: &str) -> String {
        match &self.stream_prefix {
            Some(prefix) => format!("{prefix}/{container}/{task_id}"),
            None => container_id.to_owned(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// `CMD` or `CMD-SHELL` first, then the words.
    pub command: Vec<String>,
    pub interval_secs: u32,
    pub timeout_secs: u32,
    pub retries: u32,
    pub start_period_secs: u32,
}
