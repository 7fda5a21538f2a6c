"""Services under an external controller: task sets that somebody makes, scales and swaps."""

import pytest

from harness.ecs import PORT, Cluster, container, environment, forward, task_id, web
from harness.refusals import refused
from harness.roles import kill, wait_api
from harness.waiting import wait_until

STEADY = "STEADY_STATE"


@pytest.fixture(scope="module")
def cluster(shared, images):
    for name in ("busybox:1", "web:1", "web:2"):
        shared.import_image(images[name])
    return Cluster(shared)


@pytest.fixture
def service(cluster, request):
    """A service of three without any task set; deleted after the test with all that is its."""
    name = request.node.name.removeprefix("test_")[:24]
    made = External(cluster, name)
    yield made
    cluster.ecs.delete_service(cluster="main", service=name, force=True)
    cluster.wait_service(
        name, lambda now: now["status"] == "INACTIVE", "the service's end", seconds=60
    )
    assert cluster.tasks(name) == []
    assert cluster.service(name)["taskSets"] == []


class External:
    """One service under an external controller; what is done to it is done by the real CLI."""

    def __init__(self, cluster, name, count=3):
        self.cluster = cluster
        self.name = name
        made = self.call(
            "create-service",
            service_name=name,
            desired_count=count,
            deployment_controller={"type": "EXTERNAL"},
        )["service"]
        assert made["deploymentController"] == {"type": "EXTERNAL"}
        assert made["taskSets"] == [] and "taskDefinition" not in made

    def call(self, operation, *arguments, **named):
        return self.cluster.host.aws("ecs", operation, *arguments, cluster="main", **named)

    def make(self, definition, percent, group=None, **more):
        """Makes a task set; its id."""
        if group:
            of = {"containerName": "main", "containerPort": PORT, "targetGroupArn": group}
            more["load_balancers"] = [of]
        return self.call(
            "create-task-set",
            service=self.name,
            task_definition=definition,
            launch_type="FARGATE",
            network_configuration=self.cluster.network,
            scale={"value": percent, "unit": "PERCENT"},
            **more,
        )["taskSet"]["id"]

    def scale(self, task_set, percent):
        scale = {"value": percent, "unit": "PERCENT"}
        return self.call(
            "update-task-set", service=self.name, task_set=task_set, scale=scale
        )["taskSet"]

    def promote(self, task_set):
        return self.call(
            "update-service-primary-task-set", service=self.name, primary_task_set=task_set
        )["taskSet"]

    def delete(self, task_set, *arguments):
        return self.call(
            "delete-task-set", *arguments, service=self.name, task_set=task_set
        )["taskSet"]

    def sets(self, *named):
        """Task sets by id."""
        asked = {"taskSets": list(named)} if named else {}
        answer = self.cluster.ecs.describe_task_sets(cluster="main", service=self.name, **asked)
        return {one["id"]: one for one in answer["taskSets"]}

    def tasks(self, task_set):
        arns = self.cluster.ecs.list_tasks(cluster="main", startedBy=task_set)["taskArns"]
        return sorted(map(task_id, arns))

    def wait_set(self, task_set, matches, what, seconds=60):
        def look():
            now = self.sets(task_set).get(task_set)
            return now if now and matches(now) else None

        try:
            return wait_until(look, seconds, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.cluster.story(self.name)}") from None

    def wait_steady(self, task_set, count):
        """The task set when it is steady; whenever it says so it has what it is to have."""
        steady = self.wait_set(
            task_set, lambda now: now["stabilityStatus"] == STEADY, f"{task_set} steady"
        )
        counts = steady["computedDesiredCount"], steady["runningCount"], steady["pendingCount"]
        assert counts == (count, count, 0), steady
        return steady

    def wait_gone(self, task_set):
        wait_until(lambda: task_set not in self.sets(), 60, "the task set's end")


def test_traffic_goes_from_one_task_set_to_another(shared, cluster, service):
    blue_group, green_group = cluster.target_group("blue"), cluster.target_group("green")
    balancer = cluster.balancer("sets", action=forward((blue_group, 100), (green_group, 0)))

    def shift(blue, green):
        cluster.elb.modify_listener(
            ListenerArn=balancer.listener,
            DefaultActions=[forward((blue_group, blue), (green_group, green))],
        )

    blue = service.make(cluster.define("blue", web(1)), 100, blue_group)
    service.wait_steady(blue, 3)
    assert service.promote(blue)["status"] == "PRIMARY"
    assert sorted(cluster.targets(blue_group).values()) == ["healthy"] * 3
    with shared.load(balancer.url, 8, by="version") as load:
        load.wait_answered(500)
        green = service.make(
            cluster.define("green", web(2)), 100, green_group, external_id="release-2"
        )
        service.wait_steady(green, 3)
        # Steady is healthy in its own target group, which gets no traffic yet.
        assert sorted(cluster.targets(green_group).values()) == ["healthy"] * 3
        for shares in ((50, 50), (0, 100)):
            shift(*shares)
            load.wait_more(500)
        assert service.promote(green)["status"] == "PRIMARY"
        states = {one: now["status"] for one, now in service.sets().items()}
        assert states == {blue: "ACTIVE", green: "PRIMARY"}
        told = refused(service.delete, green)
        assert told == "InvalidParameterException: Primary TaskSet cannot be deleted"
        assert service.delete(blue, "--force")["status"] == "DRAINING"
        service.wait_gone(blue)
        load.wait_more(500)
        summary = load.stop()
    assert summary.failed == 0 and set(summary.values) == {"1", "2"}, summary
    assert cluster.targets(blue_group) == {}
    assert shared.http(balancer.url).json()["version"] == "2"
    now = cluster.service(service.name)
    assert [one["id"] for one in now["taskSets"]] == [green]
    assert now["taskSets"][0]["externalId"] == "release-2"
    assert now["taskDefinition"].endswith("green:1") and now["launchType"] == "FARGATE"
    assert now["loadBalancers"][0]["targetGroupArn"] == green_group
    assert now["runningCount"] == 3 and now["deployments"] == []
    assert cluster.tasks(service.name) == service.tasks(green)
    assert {cluster.task(one)["startedBy"] for one in service.tasks(green)} == {green}
    messages = "\n".join(event["message"] for event in now["events"])
    assert f"(service {service.name}, taskSet {green}) has started 3 tasks:" in messages
    assert f"taskSet {blue}) has begun draining connections on 3 tasks:" in messages
    cluster.elb.delete_load_balancer(LoadBalancerArn=balancer.arn)


def test_task_sets_have_their_shares_of_the_count(cluster, service):
    definition = cluster.define("quiet", container("busybox:1", "exec sleep 1000", stopTimeout=2))
    big, small = service.make(definition, 100), service.make(definition, 30)
    service.wait_steady(big, 3)
    service.wait_steady(small, 1)
    scaled = service.scale(small, 50)
    assert (scaled["computedDesiredCount"], scaled["stabilityStatus"]) == (2, "STABILIZING")
    assert scaled["scale"] == {"value": 50.0, "unit": "PERCENT"}
    service.wait_steady(small, 2)
    cluster.update(service.name, desiredCount=4)
    service.wait_steady(big, 4)
    service.wait_steady(small, 2)
    cluster.update(service.name, desiredCount=1)
    service.wait_steady(big, 1)
    service.wait_steady(small, 1)
    # A task that is gone is replaced in its own set.
    [lost] = service.tasks(small)
    kept = service.tasks(big)
    cluster.stop(lost)
    cluster.wait_stopped(lost)
    wait_until(lambda: len(service.tasks(small)) == 1, 30, "another task")
    service.wait_steady(small, 1)
    assert service.tasks(small) != [lost] and service.tasks(big) == kept
    assert service.scale(small, 0)["computedDesiredCount"] == 0
    service.wait_steady(small, 0)
    assert service.delete(small)["status"] == "DRAINING"
    service.wait_gone(small)
    assert service.tasks(big) == kept


def test_a_task_set_that_does_not_come_up_is_never_steady(cluster, service):
    group = cluster.target_group("sick")
    balancer = cluster.balancer("sick", action=forward(group))
    cluster.update(service.name, healthCheckGracePeriodSeconds=600)
    sick = cluster.define("sick", web(1, environment=environment(UNHEALTHY="true")))
    made = service.make(sick, 40, group)
    service.wait_set(made, lambda now: now["runningCount"] == 2, "two that run")
    cluster.wait_targets(group, ["unhealthy"] * 2)
    assert service.sets()[made]["stabilityStatus"] == "STABILIZING"
    cluster.update(service.name, healthCheckGracePeriodSeconds=0)
    cluster.wait_event(service.name, "is unhealthy: Task failed ELB health checks")
    assert service.sets()[made]["stabilityStatus"] == "STABILIZING"
    cluster.elb.delete_load_balancer(LoadBalancerArn=balancer.arn)


def test_task_sets_survive_the_death_of_control(shared, cluster, service):
    definition = cluster.define("quiet", container("busybox:1", "exec sleep 1000", stopTimeout=2))
    made = service.make(definition, 100)
    before = service.wait_steady(made, 3)
    tasks = service.tasks(made)
    kill(shared, "control")
    wait_api(cluster)
    service.scale(made, 70)
    after = service.wait_steady(made, 3)
    assert service.tasks(made) == tasks and before["createdAt"] == after["createdAt"]
