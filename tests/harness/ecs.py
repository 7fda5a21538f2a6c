"""A cluster as tests of what runs use it: definitions, tasks, services, balancers, logs."""

import contextlib
import dataclasses

import botocore.exceptions

from harness.waiting import wait_until

PORT = 8080
REGION = "us-east-1"
CLIENT = "ClientException"
_TASK_TIMEOUT = 30
# A container that is told to stop before it listens for that is killed after 30 s.
_STOP_TIMEOUT = 60
_STEADY_TIMEOUT = 90


@dataclasses.dataclass(frozen=True)
class Balancer:
    """A load balancer with one listener, which forwards to one target group unless told else."""

    arn: str
    name: str
    port: int
    group: str | None
    listener: str

    @property
    def url(self):
        return f"http://{self.name}:{self.port}"


def let_the_host_in(ec2, vpc):
    """Lets tests look at tasks from the host, which security groups know by one address."""
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    [group] = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
    rule = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "169.254.169.253/32"}]}
    try:
        ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[rule])
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "InvalidPermission.Duplicate":
            raise


class Cluster:
    """One cluster of a host that runs, and clients for all that it takes to use it."""

    def __init__(self, host, name="main"):
        self.host = host
        self.name = name
        self.ecs = host.boto("ecs")
        self.elb = host.boto("elbv2")
        self.logs = host.boto("logs")
        ec2 = host.boto("ec2")
        self.vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        let_the_host_in(ec2, self.vpc)
        self.subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
        self.ecs.create_cluster(clusterName=name)

    @property
    def network(self):
        return self.network_of()

    def network_of(self, *groups, subnets=None):
        """A network configuration with security groups; without any, the VPC's default one."""
        of_groups = {"securityGroups": list(groups)} if groups else {}
        return {"awsvpcConfiguration": {"subnets": subnets or self.subnets, **of_groups}}

    # -- definitions and tasks

    def define(self, family, *containers, cpu="256", memory="512", **settings):
        """Registers a revision of the containers, each made by `container()`; `family:revision`."""
        answer = self.ecs.register_task_definition(
            family=family,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu=cpu,
            memory=memory,
            containerDefinitions=list(containers),
            **settings,
        )["taskDefinition"]
        return f"{answer['family']}:{answer['revision']}"

    def run(self, definition, **options):
        """The id of a task that was asked for and not refused."""
        options = {"networkConfiguration": self.network, **options}
        answer = self.ecs.run_task(
            cluster=self.name, taskDefinition=definition, launchType="FARGATE", **options
        )
        assert answer["failures"] == [], answer
        return task_id(answer["tasks"][0]["taskArn"])

    def task(self, task):
        answer = self.ecs.describe_tasks(cluster=self.name, tasks=[task])
        assert answer["failures"] == [], answer
        return answer["tasks"][0]

    def wait_task(self, task, matches, what, seconds=_TASK_TIMEOUT):
        """The task as described when it first matches; it fails at once when it stops before."""

        def look():
            now = self.task(task)
            if matches(now):
                return now
            assert now["lastStatus"] != "STOPPED", (what, told(now))
            return None

        return wait_until(look, seconds, what)

    def wait_running(self, task, seconds=_TASK_TIMEOUT):
        return self.wait_task(task, lambda now: now["lastStatus"] == "RUNNING", "RUNNING", seconds)

    def wait_stopped(self, task, seconds=_STOP_TIMEOUT):
        return self.wait_task(task, lambda now: now["lastStatus"] == "STOPPED", "STOPPED", seconds)

    def wait_health(self, task, status, seconds=_TASK_TIMEOUT):
        return self.wait_task(task, lambda now: now["healthStatus"] == status, status, seconds)

    def stop(self, task, reason="told to"):
        self.ecs.stop_task(cluster=self.name, task=task, reason=reason)

    def tasks(self, service=None, status="RUNNING"):
        """The ids of the tasks of a service, or of all, sorted."""
        named = {"serviceName": service} if service else {}
        arns = self.ecs.list_tasks(cluster=self.name, desiredStatus=status, **named)["taskArns"]
        return sorted(map(task_id, arns))

    # -- logs

    def events(self, task, container="main"):
        """All events of a container's stream, as GetLogEvents pages them."""
        stream = {"logGroupName": log_group(), "logStreamName": f"run/{container}/{task}"}
        events, token = [], None
        while True:
            page = {"nextToken": token} if token else {}
            try:
                answer = self.logs.get_log_events(startFromHead=True, **stream, **page)
            except self.logs.exceptions.ResourceNotFoundException:
                return []
            events += answer["events"]
            if answer["nextForwardToken"] == token:
                return events
            token = answer["nextForwardToken"]

    def lines(self, task, container="main"):
        return [event["message"] for event in self.events(task, container)]

    def wait_line(self, task, matches, container="main", seconds=_TASK_TIMEOUT):
        """All lines by the time that one of them matches (or is the one given)."""
        is_it = matches if callable(matches) else (lambda line: line == matches)

        def look():
            lines = self.lines(task, container)
            return lines if any(map(is_it, lines)) else None

        return wait_until(look, seconds, f"a line of {container} of {task}")

    # -- balancers and services

    def target_group(self, name, attributes=(), **options):
        """A group of `web` servers, checked every 5 s; two answers change a target's state."""
        check = {
            "HealthCheckPath": "/health",
            "HealthCheckIntervalSeconds": 5,
            "HealthCheckTimeoutSeconds": 2,
            "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 2,
        }
        made = self.elb.create_target_group(
            Name=name,
            Protocol="HTTP",
            Port=PORT,
            VpcId=self.vpc,
            TargetType="ip",
            **{**check, **options},
        )
        arn = made["TargetGroups"][0]["TargetGroupArn"]
        if attributes:
            self.elb.modify_target_group_attributes(
                TargetGroupArn=arn,
                Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()],
            )
        return arn

    def balancer(
        self, name, port=80, action=None, group_attributes=(), security_groups=(), **options
    ):
        """A load balancer; its one action is `action`, or a target group of its own."""
        group = None
        if action is None:
            group = self.target_group(name, group_attributes, **options)
            action = forward(group)
        made = self.elb.create_load_balancer(
            Name=name, Subnets=self.subnets, SecurityGroups=list(security_groups)
        )["LoadBalancers"][0]
        listener = self.elb.create_listener(
            LoadBalancerArn=made["LoadBalancerArn"],
            Protocol="HTTP",
            Port=port,
            DefaultActions=[action],
        )["Listeners"][0]["ListenerArn"]
        return Balancer(made["LoadBalancerArn"], made["DNSName"], port, group, listener)

    def targets(self, group):
        """Health states by address."""
        answer = self.elb.describe_target_health(TargetGroupArn=group)
        return {
            one["Target"]["Id"]: one["TargetHealth"]["State"]
            for one in answer["TargetHealthDescriptions"]
        }

    def wait_targets(self, group, states, seconds=_TASK_TIMEOUT):
        """Waits until the group has targets in exactly these states: `["healthy"] * 3`."""

        seen = {}

        def look():
            seen.clear()
            seen.update(self.targets(group))
            return sorted(seen.values()) == sorted(states)

        wait_until(look, seconds, f"the targets {states}")
        return seen

    def create_service(
        self, name, definition, count=1, balancer=None, bounds=(100, 200), **options
    ):
        if balancer:
            of = {"containerName": "main", "containerPort": PORT}
            options["loadBalancers"] = [{"targetGroupArn": balancer.group, **of}]
        options = {"networkConfiguration": self.network, **options}
        return self.ecs.create_service(
            cluster=self.name,
            serviceName=name,
            taskDefinition=definition,
            desiredCount=count,
            launchType="FARGATE",
            deploymentConfiguration={
                "minimumHealthyPercent": bounds[0],
                "maximumPercent": bounds[1],
            },
            **options,
        )["service"]

    def update(self, service, **options):
        return self.ecs.update_service(cluster=self.name, service=service, **options)["service"]

    def service(self, name):
        answer = self.ecs.describe_services(cluster=self.name, services=[name])
        assert answer["failures"] == [], answer
        return answer["services"][0]

    def wait_service(self, name, matches, what, seconds=_STEADY_TIMEOUT):
        last = []

        def look():
            last[:] = [self.service(name)]
            return last[0] if matches(last[0]) else None

        try:
            return wait_until(look, seconds, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.story(name)}") from None

    def wait_steady(self, name, seconds=_STEADY_TIMEOUT):
        """What `aws ecs wait services-stable` asks for, seen within moments."""
        return self.wait_service(name, is_steady, f"{name} steady", seconds)

    def wait_event(self, service, words, seconds=_STEADY_TIMEOUT):
        def matches(now):
            return any(words in event["message"] for event in now["events"])

        return self.wait_service(service, matches, f"the event `{words}`", seconds)

    def stopped_tasks(self, service):
        ids = self.tasks(service, "STOPPED")
        if not ids:
            return []
        described = self.ecs.describe_tasks(cluster=self.name, tasks=ids[-100:])["tasks"]
        return [task for task in described if task["lastStatus"] == "STOPPED"]

    def story(self, service):
        """What a failed test shows: the service's deployments, tasks and events."""
        with contextlib.suppress(botocore.exceptions.BotoCoreError):
            now = self.service(service)
            deployments = [
                {key: one.get(key) for key in ("status", "rolloutState", "runningCount")}
                for one in now["deployments"]
            ]
            events = [event["message"] for event in now["events"][:12]]
            ids = self.tasks(service) + self.tasks(service, "STOPPED")
            tasks = []
            if ids:
                answer = self.ecs.describe_tasks(cluster=self.name, tasks=ids[:100])
                tasks = [told(task) for task in answer["tasks"]]
            return "\n".join(map(str, [*deployments, *events, *tasks]))
        return "the service cannot be described"


def container(image, command=None, name="main", logged=True, **settings):
    """A container definition; a `command` that is text runs in a shell."""
    definition = {"name": name, "image": image, "essential": True, **settings}
    if isinstance(command, str):
        definition["entryPoint"] = ["/bin/sh", "-c"]
        definition["command"] = [command]
    elif command is not None:
        definition["command"] = command
    if logged:
        definition["logConfiguration"] = {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group(),
                "awslogs-region": REGION,
                "awslogs-stream-prefix": "run",
                "awslogs-create-group": "true",
            },
        }
    return definition


def web(version, **settings):
    """The `web` server as the one container of a service."""
    ports = [{"containerPort": PORT}]
    return container(f"web:{version}", portMappings=ports, **settings)


def definition(family, *containers, **changed):
    """A definition that is right; a change to None leaves a field out."""
    whole = {
        "family": family,
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": list(containers) or [container("busybox:1", logged=False)],
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def register(ecs, family, *containers, **changed):
    answer = ecs.register_task_definition(**definition(family, *containers, **changed))
    return answer["taskDefinition"]


def environment(**variables):
    return [{"name": name, "value": str(value)} for name, value in variables.items()]


def forward(*groups):
    if len(groups) == 1 and isinstance(groups[0], str):
        return {"Type": "forward", "TargetGroupArn": groups[0]}
    weighted = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": weighted}}


def log_group():
    return "/test/run"


def task_id(arn):
    return arn.rpartition("/")[2]


def address(task):
    """The private address of a task as it is described."""
    details = task["attachments"][0]["details"]
    return next(one["value"] for one in details if one["name"] == "privateIPv4Address")


def of_container(task, name="main"):
    return next(one for one in task["containers"] if one["name"] == name)


def is_steady(service):
    return (
        len(service["deployments"]) == 1
        and service["runningCount"] == service["desiredCount"]
        and service["deployments"][0]["rolloutState"] == "COMPLETED"
    )


def told(task):
    """Why a task is as it is, in few words."""
    keys = ("lastStatus", "desiredStatus", "healthStatus", "stopCode", "stoppedReason")
    words = {key: task[key] for key in keys if key in task}
    words["containers"] = [
        {key: one.get(key) for key in ("name", "lastStatus", "exitCode", "reason")}
        for one in task["containers"]
    ]
    return words
