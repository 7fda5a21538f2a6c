"""Services that deploy with two revisions side by side, as tests make and watch them."""

from harness.ecs import PORT, Cluster, forward
from harness.waiting import wait_until

ROLE = "arn:aws:iam::000000000000:role/ecsInfrastructure"
PRODUCTION_PORT = 8000
TEST_PORT = 8001
_STAGE_TIMEOUT = 60

# Where a deployment can be made to wait.
PAUSES = [
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
]


def pause(*stages, minutes=60, action="ROLLBACK"):
    return {
        "targetType": "PAUSE",
        "lifecycleStages": list(stages),
        "timeoutConfiguration": {"timeoutInMinutes": minutes, "action": action},
    }


def breaker(rollback=True, **more):
    return {"deploymentCircuitBreaker": {"enable": True, "rollback": rollback, **more}}


class Staged:
    """One service with two target groups, a listener for production and one for tests."""

    def __init__(self, cluster: Cluster, name: str):
        self.cluster = cluster
        self.name = name
        self.host = cluster.host
        self.blue = cluster.target_group(f"{name}-a")
        self.green = cluster.target_group(f"{name}-b")
        made = cluster.elb.create_load_balancer(Name=name, Subnets=cluster.subnets)
        self.balancer = made["LoadBalancers"][0]
        self.production_rule = self._listener(PRODUCTION_PORT)
        self.test_rule = self._listener(TEST_PORT)

    def _listener(self, port):
        """A listener; the ARN of its default rule."""
        listener = self.cluster.elb.create_listener(
            LoadBalancerArn=self.balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=port,
            DefaultActions=[forward((self.blue, 100), (self.green, 0))],
        )["Listeners"][0]["ListenerArn"]
        rules = self.cluster.elb.describe_rules(ListenerArn=listener)["Rules"]
        return rules[0]["RuleArn"]

    @property
    def url(self):
        return f"http://{self.balancer['DNSName']}:{PRODUCTION_PORT}/"

    @property
    def test_url(self):
        return f"http://{self.balancer['DNSName']}:{TEST_PORT}/"

    @property
    def load_balancers(self):
        return [
            {
                "targetGroupArn": self.blue,
                "containerName": "main",
                "containerPort": PORT,
                "advancedConfiguration": {
                    "alternateTargetGroupArn": self.green,
                    "productionListenerRule": self.production_rule,
                    "testListenerRule": self.test_rule,
                    "roleArn": ROLE,
                },
            }
        ]

    # -- by the real CLI

    def create(self, definition, configuration, count=2):
        self.host.aws(
            *("ecs", "create-service"),
            cluster=self.cluster.name,
            service_name=self.name,
            task_definition=definition,
            desired_count=count,
            launch_type="FARGATE",
            network_configuration=self.cluster.network,
            load_balancers=self.load_balancers,
            deployment_configuration=configuration,
        )
        self.cluster.wait_steady(self.name)

    def update(self, definition, **configuration):
        """Begins a deployment; its ARN."""
        more = {"deployment_configuration": configuration} if configuration else {}
        made = self.host.aws(
            *("ecs", "update-service"),
            cluster=self.cluster.name,
            service=self.name,
            task_definition=definition,
            force_new_deployment=True,
            **more,
        )["service"]
        return made["currentServiceDeployment"]

    def carry_on(self, deployment, action="CONTINUE"):
        """Decides at the hook that the deployment waits at."""
        hook = self.waiting_hook(self.deployment(deployment))
        self.host.aws(
            *("ecs", "continue-service-deployment"),
            service_deployment_arn=deployment,
            hook_id=hook["hookId"],
            action=action,
        )
        return hook["hookId"]

    def stop(self, deployment):
        self.host.aws("ecs", "stop-service-deployment", service_deployment_arn=deployment)

    # -- what is there to see

    def deployment(self, arn):
        described = self.cluster.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
        return described["serviceDeployments"][0]

    @staticmethod
    def waiting_hook(deployment):
        hooks = deployment.get("lifecycleHookDetails", [])
        return next((hook for hook in hooks if hook["status"] == "AWAITING_ACTION"), None)

    def wait_pause(self, arn, after=None, seconds=_STAGE_TIMEOUT):
        """The deployment as described when it waits at a hook, other than the one `after`."""

        def look():
            now = self.deployment(arn)
            hook = self.waiting_hook(now)
            assert now["status"] in ("PENDING", "IN_PROGRESS"), now
            return now if hook and hook["hookId"] != after else None

        return self._told(look, seconds, "the deployment waits")

    def wait_stage(self, arn, stage, seconds=_STAGE_TIMEOUT):
        def look():
            now = self.deployment(arn)
            return now if now.get("lifecycleStage") == stage else None

        return self._told(look, seconds, f"the stage {stage}")

    def wait_status(self, arn, *statuses, seconds=_STAGE_TIMEOUT):
        def look():
            now = self.deployment(arn)
            return now if now["status"] in statuses else None

        return self._told(look, seconds, f"the deployment is {statuses}")

    def _told(self, look, seconds, what):
        try:
            return wait_until(look, seconds, what)
        except AssertionError as error:
            story = self.cluster.story(self.name)
            raise AssertionError(f"{error}\n{story}") from None

    def weights(self, rule):
        """The weights of the two target groups in a rule."""
        described = self.cluster.elb.describe_rules(RuleArns=[rule])["Rules"][0]
        groups = described["Actions"][0]["ForwardConfig"]["TargetGroups"]
        by_arn = {group["TargetGroupArn"]: group["Weight"] for group in groups}
        return by_arn[self.blue], by_arn[self.green]

    def shares(self, url=None, requests=2000):
        """Of so many requests, the percentage that each version answered."""
        load = self.host.load(url or self.url, 8, requests=requests, by="version")
        summary = load.finish()
        assert summary.failed == 0, summary
        return {version: 100 * count / requests for version, count in summary.values.items()}

    def close(self):
        self.cluster.ecs.delete_service(
            cluster=self.cluster.name, service=self.name, force=True
        )
        self.cluster.elb.delete_load_balancer(LoadBalancerArn=self.balancer["LoadBalancerArn"])
        self.cluster.wait_service(
            self.name, lambda now: now["status"] == "INACTIVE", "the service's end", seconds=30
        )
