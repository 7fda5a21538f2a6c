"""Services: brought to their count, rolled, scaled and mended, while requests go on."""

import threading
import zlib

import pytest

from harness.ecs import (
    Cluster,
    address,
    container,
    environment,
    is_steady,
    of_container,
    told,
    web,
)
from harness.waiting import wait_until

UNABLE = "is unable to consistently start tasks successfully."


@pytest.fixture(scope="module")
def cluster(shared, images):
    for name in ("busybox:1", "web:1", "web:2"):
        shared.import_image(images[name])
    return Cluster(shared)


@pytest.fixture
def service(cluster, request):
    """Makes a service behind a load balancer of its own, named by the test; deleted after it."""
    made = []

    def make(count=3, definition=None, bounds=(100, 200), **options):
        name = f"s{zlib.crc32(request.node.name.encode())}"
        balancer = cluster.balancer(name)
        definition = definition or cluster.define(name, web(1))
        cluster.create_service(name, definition, count, balancer, bounds, **options)
        made.append((name, balancer))
        return name, balancer

    yield make
    for name, balancer in made:
        cluster.ecs.delete_service(cluster=cluster.name, service=name, force=True)
        cluster.elb.delete_load_balancer(LoadBalancerArn=balancer.arn)
        cluster.wait_service(
            name, lambda now: now["status"] == "INACTIVE", "the service's end", seconds=30
        )


# -- reaching the count


def test_a_service_of_three_is_steady_as_soon_as_it_is_healthy(shared, cluster, service):
    """The waiter of the clients asks every 15 s, so it is asked once more when all is well."""
    name, balancer = service(3)
    cluster.wait_targets(balancer.group, ["healthy"] * 3)
    steady = cluster.wait_steady(name, seconds=3)
    shared.aws("ecs", "wait", "services-stable", cluster="main", services=name)
    assert [one["rolloutState"] for one in steady["deployments"]] == ["COMPLETED"]
    assert steady["deployments"][0]["status"] == "PRIMARY"
    assert (steady["runningCount"], steady["pendingCount"]) == (3, 0)
    assert "has reached a steady state." in steady["events"][0]["message"]
    answered = {shared.http(balancer.url).json()["address"] for _ in range(12)}
    running = [cluster.task(task) for task in cluster.tasks(name)]
    assert answered == {address(task) for task in running} and len(answered) == 3
    assert {task["group"] for task in running} == {f"service:{name}"}


def test_the_waiter_of_the_cli_returns_for_a_new_service(shared, cluster, service):
    """With the first check at once and one success enough, before the waiter asks again."""
    name, _balancer = service(3)
    shared.aws("ecs", "wait", "services-stable", cluster="main", services=name)
    assert is_steady(cluster.service(name))


# -- rolling


def rolled(cluster, name, balancer, definition, requests, load_options=()):
    """Updates under load, waits until it is done and for enough requests; what became of them."""
    options = {"connections": 16, "by": "version", **dict(load_options)}
    with cluster.host.load(f"{balancer.url}/", **options) as load:
        load.wait_answered(requests // 10)
        cluster.update(name, taskDefinition=definition)
        cluster.wait_steady(name)
        load.wait_more(requests)
        return load.stop()


def test_a_rolling_update_fails_no_request(cluster, service):
    name, balancer = service(3)
    old = cluster.wait_steady(name)
    before = cluster.tasks(name)
    new = cluster.define(name, web(2))
    summary = rolled(cluster, name, balancer, new, requests=20_000)
    assert summary.failed == 0, summary
    assert summary.sent >= 20_000 and set(summary.values) == {"1", "2"}
    done = cluster.service(name)
    assert [one["id"] for one in done["deployments"]] != [one["id"] for one in old["deployments"]]
    assert done["taskDefinition"].endswith(new)
    assert not set(before) & set(cluster.tasks(name)) and len(cluster.tasks(name)) == 3
    for task in cluster.stopped_tasks(name):
        assert task["stopCode"] == "ServiceSchedulerInitiated", told(task)
        assert task["stoppedReason"].startswith("Scaling activity initiated by (deployment ")
        assert of_container(task)["exitCode"] == 0


def test_an_update_within_the_count_fails_no_request(cluster, service):
    """At 50/100 old tasks make room: two of four at a time, and never fewer serve."""
    name, balancer = service(4, bounds=(50, 100))
    cluster.wait_steady(name)
    seen = []
    done = threading.Event()

    def watch():
        while not done.is_set():
            # Those that are to run: the ones that make room are on their way out.
            seen.append((cluster.service(name)["runningCount"], len(cluster.tasks(name))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        new = cluster.define(name, web(2))
        summary = rolled(cluster, name, balancer, new, requests=5_000)
    finally:
        done.set()
        watcher.join()
    assert summary.failed == 0, summary
    assert summary.values["2"] > 0
    assert min(running for running, _wanted in seen) >= 2
    assert max(wanted for _running, wanted in seen) <= 4


def test_a_slow_request_under_way_is_finished_before_its_task_is_stopped(cluster, service):
    name, balancer = service(2)
    cluster.wait_steady(name)
    url = f"{balancer.url}/slow?ms=3000"
    with cluster.host.load(url, connections=8, by="version", progress=1) as load:
        load.wait_answered(8)
        cluster.update(name, taskDefinition=cluster.define(name, web(2)))
        cluster.wait_steady(name)
        load.wait_more(8)
        summary = load.stop()
    assert summary.failed == 0, summary
    assert set(summary.values) == {"1", "2"}
    for task in cluster.stopped_tasks(name):
        assert of_container(task)["exitCode"] == 0, told(task)


def test_a_new_deployment_can_be_forced(cluster, service):
    name, balancer = service(2)
    cluster.wait_steady(name)
    before = cluster.tasks(name)
    with cluster.host.load(f"{balancer.url}/") as load:
        load.wait_answered(500)
        cluster.update(name, forceNewDeployment=True)
        cluster.wait_steady(name)
        load.wait_more(500)
        assert load.stop().failed == 0
    after = cluster.tasks(name)
    assert len(after) == 2 and not set(before) & set(after)


def test_an_update_during_an_update_goes_to_the_last(cluster, service):
    name, balancer = service(2)
    cluster.wait_steady(name)
    with cluster.host.load(f"{balancer.url}/", by="version") as load:
        load.wait_answered(500)
        cluster.update(name, taskDefinition=cluster.define(name, web(2)))
        last = cluster.define(name, web(1, environment=environment(VERSION="last")))
        cluster.update(name, taskDefinition=last)
        cluster.wait_steady(name)
        load.wait_more(500)
        summary = load.stop()
    assert summary.failed == 0, summary
    assert cluster.service(name)["taskDefinition"].endswith(last)
    assert cluster.host.http(balancer.url).json()["version"] == "last"


# -- scaling and mending


def test_scaling_up_and_down_fails_no_request(cluster, service):
    name, balancer = service(2)
    cluster.wait_steady(name)
    with cluster.host.load(f"{balancer.url}/", connections=16) as load:
        load.wait_answered(500)
        for count in (5, 1, 3):
            cluster.update(name, desiredCount=count)
            cluster.wait_steady(name)
            cluster.wait_targets(balancer.group, ["healthy"] * count)
            load.wait_more(500)
        summary = load.stop()
    assert summary.failed == 0, summary
    assert len(cluster.tasks(name)) == 3


def test_a_service_of_none_stops_all_and_answers_503(cluster, service):
    name, balancer = service(2)
    cluster.wait_steady(name)
    cluster.update(name, desiredCount=0)
    cluster.wait_steady(name)
    assert cluster.tasks(name) == []
    cluster.wait_targets(balancer.group, [])
    assert cluster.host.http(balancer.url).status == 503


def test_a_task_stopped_by_hand_is_replaced_without_a_failed_request(cluster, service):
    name, balancer = service(2)
    cluster.wait_steady(name)
    gone, kept = cluster.tasks(name)
    with cluster.host.load(f"{balancer.url}/") as load:
        load.wait_answered(500)
        cluster.stop(gone, "by hand")
        cluster.wait_service(
            name,
            lambda now: gone not in cluster.tasks(name) and is_steady(now),
            "the replacement",
        )
        load.wait_more(500)
        summary = load.stop()
    assert summary.failed == 0, summary
    after = cluster.tasks(name)
    assert kept in after and len(after) == 2
    ended = cluster.wait_stopped(gone)
    assert (ended["stopCode"], ended["stoppedReason"]) == ("UserInitiated", "by hand")


def test_a_crashed_task_is_replaced(cluster, service):
    name, balancer = service(2)
    cluster.wait_steady(name)
    before = cluster.tasks(name)
    victim = cluster.task(before[0])
    with cluster.host.inside(), pytest.raises(OSError):
        cluster.host.http(f"http://{address(victim)}:8080/crash?code=3")
    cluster.wait_service(
        name, lambda now: before[0] not in cluster.tasks(name) and is_steady(now), "the new task"
    )
    ended = cluster.wait_stopped(before[0])
    assert of_container(ended)["exitCode"] == 3
    assert ended["stopCode"] == "EssentialContainerExited"
    assert before[1] in cluster.tasks(name)
    assert len(cluster.wait_targets(balancer.group, ["healthy"] * 2)) == 2


def test_a_deleted_service_leaves_nothing_that_runs(shared, cluster):
    balancer = cluster.balancer("deleted")
    cluster.create_service("deleted", cluster.define("deleted", web(1)), 2, balancer)
    cluster.wait_steady("deleted")
    with pytest.raises(cluster.ecs.exceptions.InvalidParameterException):
        cluster.ecs.delete_service(cluster=cluster.name, service="deleted")
    shared.aws("ecs", "delete-service", cluster="main", service="deleted", force=True)
    shared.aws("ecs", "wait", "services-inactive", cluster="main", services="deleted")
    assert cluster.tasks("deleted") == []
    assert cluster.targets(balancer.group) == {}
    assert len(cluster.stopped_tasks("deleted")) == 2
    cluster.elb.delete_load_balancer(LoadBalancerArn=balancer.arn)


# -- revisions that fail


def failing(image="web:2", **settings):
    # A process that is told to end before it listens for that is killed after so long.
    return web(2, stopTimeout=5, **settings) | {"image": image}


CHECK_FAILS = {"command": ["CMD-SHELL", "exit 1"], "interval": 5, "timeout": 2, "retries": 1}
SCHEDULER = "ServiceSchedulerInitiated"
EXITED = "EssentialContainerExited"
REVISIONS = {
    "image missing": (
        failing("127.0.0.1:9/none:1"),
        ("TaskFailedToStart", "CannotPullContainerError: "),
        None,
    ),
    "exits 1": (
        failing(environment=environment(EXIT="1")),
        (EXITED, "Essential container in task exited"),
        1,
    ),
    "out of memory": (
        failing(
            memory=64,
            entryPoint=["dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1"],
        ),
        (EXITED, "Essential container in task exited"),
        137,
    ),
    "container unhealthy": (
        failing(healthCheck=CHECK_FAILS),
        (SCHEDULER, "Task failed container health checks"),
        0,
    ),
    "target unhealthy": (
        failing(environment=environment(UNHEALTHY="true")),
        (SCHEDULER, "Task failed ELB health checks in (target-group arn:aws:elasticload"),
        0,
    ),
}


@pytest.mark.parametrize("kind", REVISIONS)
def test_a_failing_revision_keeps_the_old_tasks(cluster, service, kind):
    bad, (code, reason), exit_code = REVISIONS[kind]
    name, balancer = service(2)
    cluster.wait_steady(name)
    before = cluster.tasks(name)
    with cluster.host.load(f"{balancer.url}/", by="version") as load:
        load.wait_answered(500)
        cluster.update(name, taskDefinition=cluster.define(name, bad))
        failed = wait_until(lambda: cluster.stopped_tasks(name), 30, "a failed task")[0]
        if code != SCHEDULER:
            # Those that end by their health take five seconds a round.
            cluster.wait_event(name, UNABLE)
        load.wait_more(500)
        summary = load.stop()
    assert summary.failed == 0, summary
    if kind != "container unhealthy":
        # A target is one as soon as its task runs, whatever its containers' checks say later.
        assert set(summary.values) == {"1"}
    assert failed["stopCode"] == code, told(failed)
    assert failed["stoppedReason"].startswith(reason), told(failed)
    assert of_container(failed).get("exitCode") == exit_code, told(failed)
    if kind == "out of memory":
        assert of_container(failed)["reason"].startswith("OutOfMemoryError: ")
    now = cluster.service(name)
    assert set(before) <= set(cluster.tasks(name))
    primary = next(one for one in now["deployments"] if one["status"] == "PRIMARY")
    assert primary["rolloutState"] == "IN_PROGRESS"
    assert primary["failedTasks"] > 0
    assert any(one["status"] == "ACTIVE" for one in now["deployments"])
    # And the next revision, a good one, is rolled out at once.
    cluster.update(name, taskDefinition=cluster.define(name, web(2)))
    cluster.wait_steady(name, seconds=30)
    assert cluster.host.http(balancer.url).json()["version"] == "2"


def test_a_service_without_a_balancer_is_steady_and_mended(cluster):
    definition = cluster.define("plain", container("busybox:1", "exec sleep 1000", stopTimeout=2))
    cluster.create_service("plain", definition, 2)
    cluster.wait_steady("plain")
    before = cluster.tasks("plain")
    cluster.stop(before[0])
    cluster.wait_service(
        "plain", lambda now: before[0] not in cluster.tasks("plain") and is_steady(now), "mended"
    )
    cluster.ecs.delete_service(cluster="main", service="plain", force=True)


# -- images


def test_all_tasks_of_a_revision_run_what_its_tag_first_meant(shared, cluster, service, images):
    """A tag that moves changes nothing until the next deployment, as ECS's version consistency."""
    shared.import_image(images["web:1"], "moving:1")
    moving = web(1) | {"image": "moving:1"}
    name, balancer = service(1, cluster.define("moving", moving))
    cluster.wait_steady(name)
    [before] = cluster.tasks(name)
    shared.import_image(images["web:2"], "moving:1")
    cluster.stop(before)
    cluster.wait_service(name, lambda _now: before not in cluster.tasks(name), "a replacement")
    cluster.wait_steady(name)
    cluster.wait_targets(balancer.group, ["healthy"])
    assert shared.http(balancer.url).json()["version"] == "1"
    [after] = cluster.tasks(name)
    digest = of_container(cluster.task(after))["imageDigest"]
    arn = cluster.service(name)["currentServiceRevisions"][0]["arn"]
    told = cluster.ecs.describe_service_revisions(serviceRevisionArns=[arn])
    assert told["serviceRevisions"][0]["containerImages"] == [
        {"containerName": "main", "image": "moving:1", "imageDigest": digest}
    ]
    cluster.update(name, forceNewDeployment=True)
    cluster.wait_steady(name)
    assert shared.http(balancer.url).json()["version"] == "2"
