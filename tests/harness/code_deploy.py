"""A service that CodeDeploy deploys to, with its application and deployment group."""

import json
import subprocess

from harness import binaries, clients
from harness.deployments import ROLE, Staged
from harness.ecs import PORT
from harness.waiting import wait_until

_STAGE_TIMEOUT = 60
ENDED = ("Succeeded", "Failed", "Stopped")


class Released(Staged):
    """A service with the controller CODE_DEPLOY; its group has two target groups and listeners."""

    def __init__(self, cluster, name):
        super().__init__(cluster, name)
        self.code_deploy = cluster.host.boto("codedeploy")

    def create(self, definition, count=2):
        self.host.aws(
            *("ecs", "create-service"),
            cluster=self.cluster.name,
            service_name=self.name,
            task_definition=definition,
            desired_count=count,
            launch_type="FARGATE",
            network_configuration=self.cluster.network,
            deployment_controller={"type": "CODE_DEPLOY"},
            load_balancers=[
                {
                    "targetGroupArn": self.blue,
                    "containerName": "main",
                    "containerPort": PORT,
                }
            ],
        )
        self.wait_stable()

    def create_group(self, **changes):
        """The application and its group, by the real CLI; both have the service's name."""
        self.host.aws(
            *("deploy", "create-application"),
            application_name=self.name,
            compute_platform="ECS",
        )
        settings = {**self.group_settings(), **changes}
        return self.host.aws("deploy", "create-deployment-group", **settings)

    def group_settings(self):
        names = [{"name": f"{self.name}-{half}"} for half in "ab"]
        ready = {"actionOnTimeout": "CONTINUE_DEPLOYMENT", "waitTimeInMinutes": 0}
        return {
            "application_name": self.name,
            "deployment_group_name": self.name,
            "service_role_arn": ROLE,
            "deployment_style": {
                "deploymentType": "BLUE_GREEN",
                "deploymentOption": "WITH_TRAFFIC_CONTROL",
            },
            "ecs_services": [{"serviceName": self.name, "clusterName": self.cluster.name}],
            "blue_green_deployment_configuration": {
                "deploymentReadyOption": ready,
                "terminateBlueInstancesOnDeploymentSuccess": {
                    "action": "TERMINATE",
                    "terminationWaitTimeInMinutes": 0,
                },
            },
            "load_balancer_info": {
                "targetGroupPairInfoList": [
                    {
                        "targetGroups": names,
                        "prodTrafficRoute": {"listenerArns": [listener(self.production_rule)]},
                        "testTrafficRoute": {"listenerArns": [listener(self.test_rule)]},
                    }
                ]
            },
        }

    # -- deployments

    def begin(self, definition, hooks=(), **options):
        """Begins a deployment by the real CLI; its id."""
        content = json.dumps(appspec(definition, hooks))
        revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
        made = self.host.aws(
            *("deploy", "create-deployment"),
            application_name=self.name,
            deployment_group_name=self.name,
            revision=revision,
            **options,
        )
        return made["deploymentId"]

    def deploy(self, definition, spec, directory):
        """`aws ecs deploy` from two files; what it printed."""
        (directory / "task.json").write_text(json.dumps(definition))
        (directory / "appspec.json").write_text(json.dumps(spec))
        credentials = self.host.credentials()
        done = subprocess.run(
            self.host.namespace.command(
                [
                    *(binaries.aws(), "ecs", "deploy", "--cluster", self.cluster.name),
                    *("--service", self.name, "--task-definition", directory / "task.json"),
                    *("--codedeploy-appspec", directory / "appspec.json"),
                    *("--codedeploy-application", self.name),
                    *("--codedeploy-deployment-group", self.name),
                ]
            ),
            env=clients.variables(credentials, directory),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def info(self, deployment):
        return self.code_deploy.get_deployment(deploymentId=deployment)["deploymentInfo"]

    def target(self, deployment):
        ids = self.code_deploy.list_deployment_targets(deploymentId=deployment)["targetIds"]
        answer = self.code_deploy.get_deployment_target(deploymentId=deployment, targetId=ids[0])
        return answer["deploymentTarget"]["ecsTarget"]

    def events(self, deployment):
        events = self.target(deployment)["lifecycleEvents"]
        return {one["lifecycleEventName"]: one["status"] for one in events}

    def wait_info(self, deployment, *statuses, seconds=_STAGE_TIMEOUT):
        """The deployment when it has one of these statuses; no other end of it is waited out."""

        def look():
            now = self.info(deployment)
            assert now["status"] in statuses or now["status"] not in ENDED, now
            return now if now["status"] in statuses else None

        return self._told(look, seconds, f"the deployment is {statuses}")

    def wait_weights(self, *expected):
        def look():
            return self.weights(self.production_rule) == expected

        return self._told(look, _STAGE_TIMEOUT, f"the weights {expected}")

    # -- the service

    def wait_stable(self, seconds=_STAGE_TIMEOUT):
        """The service when it has one task set, in its steady state."""

        def look():
            now = self.cluster.service(self.name)
            sets = now["taskSets"]
            steady = [one for one in sets if one["stabilityStatus"] == "STEADY_STATE"]
            return now if len(sets) == len(steady) == 1 else None

        return wait_until(look, seconds, f"{self.name} is stable")


def listener(rule):
    """The ARN of the listener whose rule it is."""
    return rule.rpartition("/")[0].replace(":listener-rule/", ":listener/")


def appspec(definition, hooks=()):
    balancer = {"ContainerName": "main", "ContainerPort": PORT}
    properties = {"TaskDefinition": definition, "LoadBalancerInfo": balancer}
    resource = {"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}
    spec = {"version": 0.0, "Resources": [resource]}
    return {**spec, "Hooks": list(hooks)} if hooks else spec
