//! Records: what is durable, one type a thing.
//!
//! INVARIANT: a record is replaced whole, by a plan, and never edited in place.

mod alarm;
mod cluster;
mod code_deploy;
mod deployment;
mod elb;
mod iam;
mod kms;
mod network;
mod network_acl;
mod node;
mod parameter;
mod public_address;
mod route;
mod secret;
mod security_group;
mod service;
mod task;
mod task_definition;
mod task_set;

pub use alarm::{
    Alarm, AlarmRule, AlarmState, Metric, MetricDimension, MetricStatistic, MissingData,
};
pub use cluster::{
    AccountSetting, CapacityProviderStrategyItem, Cluster, ClusterStatus, Tags, cluster_arn,
};
pub use code_deploy::{
    AutoRollback, AutoRollbackEvent, CodeDeployAlarms, CodeDeployApplication, CodeDeployConfig,
    CodeDeployDeployment, CodeDeployGroup, CodeDeploySettings, TargetGroupPair,
};
pub use deployment::{
    CircuitBreaker, DeploymentAlarms, DeploymentConfiguration, DeploymentFailure, DeploymentStatus,
    DeploymentStrategy, FailureThreshold, HookAction, HookRun, HookStatus, HookTarget,
    LifecycleHook, LifecycleStage, Progress, Rollback, ServiceDeployment, SourceRevision,
};
pub use elb::{
    Action, Attributes, Listener, LoadBalancer, QueryStringPair, Rule, RuleCondition, Target,
    TargetGroup, TargetHealth, TargetHealthCheck, TargetHealthState, WeightedTargetGroup,
};
pub use iam::{
    AccessKey, AccountAlias, IamGroup, IamPolicies, IamPolicy, IamPolicyVersion, IamRole, IamUser,
    InstanceProfile, Sealed, iam_scope,
};
pub use kms::{
    KMS_ROTATION_PERIOD_DAYS, KmsAlias, KmsDataKey, KmsEnvelope, KmsKey, KmsKeyManager,
    KmsKeyState, KmsRotation, KmsRotationKind, KmsRotationSchedule,
};
pub use network::{
    Cidr, DefaultVpc, Interface, InterfaceOwner, Ipv6Cidr, NotACidr, NotAnIpv6Cidr,
    SUBNET_ADDRESSES_RESERVED_FIRST, Subnet, Vpc, VpcAttributes,
};
pub use network_acl::{NetworkAcl, NetworkAclAction, NetworkAclEntry, NetworkAclRange};
pub use node::{ClientToken, Node};
pub use parameter::{
    Parameter, ParameterExpiration, ParameterTier, ParameterValue, ParameterVersion,
};
pub use public_address::{PublicAddress, PublicAddressHolder, PublicRange};
pub use route::{
    ElasticIp, ElasticIpAssociation, InternetGateway, NatConnectivity, NatGateway, RouteTable,
    RouteTableAssociation, RouteTarget,
};
pub use secret::{
    RotationRules, RotationRun, RotationWindow, Secret, SecretContent, SecretDeletion,
    SecretRotation, SecretValue, SecretVersion,
};
pub use security_group::{
    PrefixList, PrefixListChange, PrefixListEntry, SecurityGroup, SecurityGroupRule, Traffic,
    TrafficDirection, TrafficPeer,
};
pub use service::{
    AdvancedConfiguration, AwsvpcConfiguration, DeploymentController, PropagateTags,
    SERVICE_EVENTS_MAX, Service, ServiceEvent, ServiceKey, ServiceLoadBalancer, ServiceRevision,
    ServiceStatus,
};
pub use task::{
    ContainerOverride, ContainerState, DesiredStatus, HealthStatus, StopCode, Task, TaskContainer,
    TaskInterface, TaskKey, TaskOverride, TaskService,
};
pub use task_definition::{
    AwsLogs, ContainerDefinition, ContainerSecret, Dependency, DependencyCondition, ExtraHost,
    HealthCheck, KeyValue, LaunchType, NetworkMode, PortMapping, STOP_TIMEOUT_SECS_DEFAULT,
    TaskDefinition, TaskDefinitionFamily, TaskDefinitionRef, TaskDefinitionStatus, Tmpfs,
    TransportProtocol, Ulimit,
};
pub use task_set::{SCALE_WHOLE_PPM, Stability, TaskSet, TaskSetStatus};
