//! What each operation of Amazon ECS asks for.

use super::access::{Access, row};

/// The condition keys of whatever runs tasks, as far as its input has their members.
pub(super) const RUNS: &[(&str, &str)] = &[
    ("ecs:capacity-provider", "{capacityProviderStrategy.capacityProvider}"),
    ("ecs:subnet", "{networkConfiguration.awsvpcConfiguration.subnets}"),
    ("ecs:auto-assign-public-ip", "{networkConfiguration.awsvpcConfiguration.assignPublicIp}"),
    ("ecs:enable-ecs-managed-tags", "{enableECSManagedTags}"),
    ("ecs:enable-execute-command", "{enableExecuteCommand}"),
    ("ecs:propagate-tags", "{propagateTags}"),
];

pub(super) const ACCESS: &[Access] = &[
    row("AssociateGatewayWithCluster", &["{gateway}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("ContinueServiceDeployment", &["{serviceDeploymentArn}"]),
    row("CreateCapacityProvider", &["ecs:capacity-provider/{name}"])
        .tags("ecs:TagResource", "ecs:capacity-provider/{name}"),
    row("CreateCluster", &["ecs:cluster/{clusterName=default}"])
        .tags("ecs:TagResource", "ecs:cluster/{clusterName=default}"),
    row("CreateDaemon", &["ecs:daemon/{daemonName}"])
        .tags("ecs:TagResource", "ecs:daemon/{daemonName}"),
    row("CreateExpressGatewayService", &["ecs:service/{cluster=default}/{serviceName}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")])
        .passes(&[
            ("executionRoleArn", "ecs-tasks.amazonaws.com"),
            ("taskRoleArn", "ecs-tasks.amazonaws.com"),
            ("infrastructureRoleArn", "ecs.amazonaws.com"),
        ])
        .tags("ecs:TagResource", "ecs:service/{cluster=default}/{serviceName}"),
    row("CreateGateway", &["ecs:gateway/{name}"])
        .passes(&[("infrastructureRoleArn", "ecs.amazonaws.com")])
        .tags("ecs:TagResource", "ecs:gateway/{name}"),
    row("CreateService", &["ecs:service/{cluster=default}/{serviceName}"])
        .keys(&[
            ("ecs:cluster", "ecs:cluster/{cluster=default}"),
            ("ecs:task-definition", "ecs:task-definition/{taskDefinition|revision}"),
        ])
        .passes(&[
            ("role", "ecs.amazonaws.com"),
            ("loadBalancers.advancedConfiguration.roleArn", "ecs.amazonaws.com"),
            ("deploymentConfiguration.lifecycleHooks.roleArn", "ecs.amazonaws.com"),
        ])
        .tags("ecs:TagResource", "ecs:service/{cluster=default}/{serviceName}")
        .runs("taskDefinition"),
    row("CreateTaskSet", &["ecs:service/{cluster=default}/{service}"])
        .keys(&[
            ("ecs:cluster", "ecs:cluster/{cluster=default}"),
            ("ecs:service", "ecs:service/{cluster=default}/{service}"),
            ("ecs:task-definition", "ecs:task-definition/{taskDefinition|revision}"),
        ])
        .tags("ecs:TagResource", "ecs:task-set/{cluster=default}/{service}/*")
        .runs("taskDefinition"),
    row("DeleteAccountSetting", &["*"]).keys(&[("ecs:account-setting", "{name}")]),
    row("DeleteAttributes", &["ecs:cluster/{cluster=default}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("DeleteCapacityProvider", &["ecs:capacity-provider/{capacityProvider}"]),
    row("DeleteCluster", &["ecs:cluster/{cluster=default}"]),
    row("DeleteDaemon", &["{daemonArn}"]),
    row("DeleteDaemonTaskDefinition", &["ecs:daemon-task-definition/{daemonTaskDefinition}"]),
    row("DeleteExpressGatewayService", &["{serviceArn}"]),
    row("DeleteGateway", &["{gateway}"]),
    row("DeleteService", &["ecs:service/{cluster=default}/{service}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("DeleteTaskDefinitions", &["ecs:task-definition/{taskDefinitions|revision}"]),
    row("DeleteTaskSet", &["ecs:task-set/{cluster=default}/{service}/{taskSet}"]).keys(&[
        ("ecs:cluster", "ecs:cluster/{cluster=default}"),
        ("ecs:service", "ecs:service/{cluster=default}/{service}"),
    ]),
    row("DeregisterContainerInstance", &["ecs:cluster/{cluster=default}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("DeregisterTaskDefinition", &["*"]),
    row("DescribeCapacityProviders", &["ecs:capacity-provider/{capacityProviders}"]),
    row("DescribeClusters", &["ecs:cluster/{clusters=default}"]),
    row(
        "DescribeContainerInstances",
        &["ecs:container-instance/{cluster=default}/{containerInstances}"],
    )
    .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("DescribeDaemon", &["*"]),
    row("DescribeDaemonDeployments", &["*"]),
    row("DescribeDaemonRevisions", &["*"]),
    row("DescribeDaemonTaskDefinition", &["*"]),
    row("DescribeExpressGatewayService", &["*"]),
    row("DescribeGateway", &["*"]),
    row("DescribeGatewayResources", &["*"]),
    row("DescribeGatewayRoute", &["*"]),
    row("DescribeServiceDeployments", &["{serviceDeploymentArns}"]),
    row("DescribeServiceRevisions", &["{serviceRevisionArns}"]),
    row("DescribeServices", &["ecs:service/{cluster=default}/{services}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("DescribeTaskDefinition", &["*"]),
    row("DescribeTaskSets", &["ecs:task-set/{cluster=default}/{service}/{taskSets=*}"]).keys(&[
        ("ecs:cluster", "ecs:cluster/{cluster=default}"),
        ("ecs:service", "ecs:service/{cluster=default}/{service}"),
    ]),
    row("DescribeTasks", &["ecs:task/{cluster=default}/{tasks}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("DisassociateGatewayFromCluster", &["{gateway}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("DiscoverPollEndpoint", &["*"]),
    row("ExecuteCommand", &["ecs:task/{cluster=default}/{task}"]).keys(&[
        ("ecs:cluster", "ecs:cluster/{cluster=default}"),
        ("ecs:container-name", "{container}"),
    ]),
    row("GetTaskProtection", &["ecs:task/{cluster=default}/{tasks}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("ListAccountSettings", &["*"]),
    row("ListAttributes", &["ecs:cluster/{cluster=default}"]),
    row("ListClusters", &["*"]),
    row("ListContainerInstances", &["ecs:cluster/{cluster=default}"]),
    row("ListDaemonDeployments", &["*"]),
    row("ListDaemonTaskDefinitions", &["*"]),
    row("ListDaemons", &["*"]),
    row("ListGatewayClusterAssociations", &["*"]),
    row("ListGatewayRoutes", &["*"]),
    row("ListGateways", &["*"]),
    row("ListServiceDeployments", &["ecs:service/{cluster=default}/{service}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("ListServices", &["*"]).keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("ListServicesByNamespace", &["*"]),
    row("ListTagsForResource", &["{resourceArn}"]),
    row("ListTaskDefinitionFamilies", &["*"]),
    row("ListTaskDefinitions", &["*"]),
    row("ListTasks", &["*"]).keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("PutAccountSetting", &["*"]).keys(&[("ecs:account-setting", "{name}")]),
    row("PutAccountSettingDefault", &["*"]).keys(&[("ecs:account-setting", "{name}")]),
    row("PutAttributes", &["ecs:cluster/{cluster=default}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("PutClusterCapacityProviders", &["ecs:cluster/{cluster=default}"])
        .keys(&[("ecs:capacity-provider", "{capacityProviders}")]),
    row("RegisterContainerInstance", &["ecs:cluster/{cluster=default}"])
        .tags("ecs:TagResource", "ecs:container-instance/{cluster=default}/*"),
    row("RegisterDaemonTaskDefinition", &["ecs:daemon-task-definition/{family}:*"])
        .passes(&[
            ("taskRoleArn", "ecs-tasks.amazonaws.com"),
            ("executionRoleArn", "ecs-tasks.amazonaws.com"),
        ])
        .tags("ecs:TagResource", "ecs:daemon-task-definition/{family}:*"),
    row("RegisterTaskDefinition", &["ecs:task-definition/{family}:*"])
        .keys(&[
            ("ecs:compute-compatibility", "{requiresCompatibilities}"),
            ("ecs:task-cpu", "{cpu}"),
            ("ecs:task-memory", "{memory}"),
        ])
        .passes(&[
            ("taskRoleArn", "ecs-tasks.amazonaws.com"),
            ("executionRoleArn", "ecs-tasks.amazonaws.com"),
        ])
        .tags("ecs:TagResource", "ecs:task-definition/{family}:*"),
    row("RunTask", &["ecs:task-definition/{taskDefinition|revision}"])
        .keys(&[
            ("ecs:cluster", "ecs:cluster/{cluster=default}"),
            ("ecs:task-cpu", "{overrides.cpu}"),
            ("ecs:task-memory", "{overrides.memory}"),
        ])
        .passes(&[
            ("overrides.taskRoleArn", "ecs-tasks.amazonaws.com"),
            ("overrides.executionRoleArn", "ecs-tasks.amazonaws.com"),
        ])
        .tags("ecs:TagResource", "ecs:task/{cluster=default}/*")
        .runs("taskDefinition"),
    row("StartTask", &["ecs:task-definition/{taskDefinition|revision}"])
        .keys(&[
            ("ecs:cluster", "ecs:cluster/{cluster=default}"),
            ("ecs:container-instances", "{containerInstances}"),
        ])
        .passes(&[
            ("overrides.taskRoleArn", "ecs-tasks.amazonaws.com"),
            ("overrides.executionRoleArn", "ecs-tasks.amazonaws.com"),
        ])
        .tags("ecs:TagResource", "ecs:task/{cluster=default}/*")
        .runs("taskDefinition"),
    row("StopServiceDeployment", &["{serviceDeploymentArn}"]),
    row("StopTask", &["ecs:task/{cluster=default}/{task}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("SubmitAttachmentStateChanges", &["ecs:cluster/{cluster=default}"]),
    row("SubmitContainerStateChange", &["ecs:cluster/{cluster=default}"]),
    row("SubmitTaskStateChange", &["ecs:cluster/{cluster=default}"]),
    row("TagResource", &["{resourceArn}"]),
    row("UntagResource", &["{resourceArn}"]),
    row("UpdateCapacityProvider", &["ecs:capacity-provider/{name}"]),
    row("UpdateCluster", &["ecs:cluster/{cluster=default}"]),
    row("UpdateClusterSettings", &["ecs:cluster/{cluster=default}"]),
    row("UpdateContainerAgent", &["ecs:container-instance/{cluster=default}/{containerInstance}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row(
        "UpdateContainerInstancesState",
        &["ecs:container-instance/{cluster=default}/{containerInstances}"],
    )
    .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("UpdateDaemon", &["{daemonArn}"]),
    row("UpdateExpressGatewayService", &["{serviceArn}"]),
    row("UpdateGateway", &["{gateway}"]),
    row("UpdateService", &["ecs:service/{cluster=default}/{service}"])
        .keys(&[
            ("ecs:cluster", "ecs:cluster/{cluster=default}"),
            ("ecs:task-definition", "ecs:task-definition/{taskDefinition|revision}"),
        ])
        .passes(&[
            ("loadBalancers.advancedConfiguration.roleArn", "ecs.amazonaws.com"),
            ("deploymentConfiguration.lifecycleHooks.roleArn", "ecs.amazonaws.com"),
        ])
        .runs("taskDefinition"),
    row("UpdateServicePrimaryTaskSet", &["ecs:service/{cluster=default}/{service}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("UpdateTaskProtection", &["ecs:task/{cluster=default}/{tasks}"])
        .keys(&[("ecs:cluster", "ecs:cluster/{cluster=default}")]),
    row("UpdateTaskSet", &["ecs:task-set/{cluster=default}/{service}/{taskSet}"]).keys(&[
        ("ecs:cluster", "ecs:cluster/{cluster=default}"),
        ("ecs:service", "ecs:service/{cluster=default}/{service}"),
    ]),
];
