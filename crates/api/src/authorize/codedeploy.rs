//! What each operation of `CodeDeploy` asks for.

use super::access::{Access, row};

pub(super) const ACCESS: &[Access] = &[
    row("BatchGetDeploymentTargets", &["codedeploy:{deploymentId|deployment_group}"]),
    row("BatchGetDeployments", &["codedeploy:{deploymentIds|deployment_group}"]),
    row("ContinueDeployment", &["codedeploy:{deploymentId|deployment_group}"]),
    row("CreateApplication", &["codedeploy:application:{applicationName}"])
        .tags("codedeploy:TagResource", "codedeploy:application:{applicationName}"),
    row(
        "CreateDeployment",
        &["codedeploy:deploymentgroup:{applicationName}/{deploymentGroupName}"],
    ),
    row("CreateDeploymentConfig", &["codedeploy:deploymentconfig:{deploymentConfigName}"]),
    row(
        "CreateDeploymentGroup",
        &["codedeploy:deploymentgroup:{applicationName}/{deploymentGroupName}"],
    )
    .passes(&[("serviceRoleArn", "codedeploy.amazonaws.com")])
    .tags(
        "codedeploy:TagResource",
        "codedeploy:deploymentgroup:{applicationName}/{deploymentGroupName}",
    ),
    row("DeleteApplication", &["codedeploy:application:{applicationName}"]),
    row("DeleteDeploymentConfig", &["codedeploy:deploymentconfig:{deploymentConfigName}"]),
    row(
        "DeleteDeploymentGroup",
        &["codedeploy:deploymentgroup:{applicationName}/{deploymentGroupName}"],
    ),
    row("GetApplication", &["codedeploy:application:{applicationName}"]),
    row("GetDeployment", &["codedeploy:{deploymentId|deployment_group}"]),
    row("GetDeploymentConfig", &["codedeploy:deploymentconfig:{deploymentConfigName}"]),
    row(
        "GetDeploymentGroup",
        &["codedeploy:deploymentgroup:{applicationName}/{deploymentGroupName}"],
    ),
    row("GetDeploymentTarget", &["codedeploy:{deploymentId|deployment_group}"]),
    row("ListApplications", &["codedeploy:application:*"]),
    row("ListDeploymentConfigs", &["*"]),
    row("ListDeploymentGroups", &["codedeploy:application:{applicationName}"]),
    row("ListDeploymentTargets", &["codedeploy:{deploymentId|deployment_group}"]),
    row(
        "ListDeployments",
        &["codedeploy:deploymentgroup:{applicationName=*}/{deploymentGroupName=*}"],
    ),
    row("PutLifecycleEventHookExecutionStatus", &["codedeploy:{deploymentId|deployment_group}"]),
    row("StopDeployment", &["codedeploy:{deploymentId|deployment_group}"]),
    row(
        "UpdateDeploymentGroup",
        &["codedeploy:deploymentgroup:{applicationName}/{currentDeploymentGroupName}"],
    )
    .passes(&[("serviceRoleArn", "codedeploy.amazonaws.com")]),
];
