"""`kill -9` of anything, under load: healed by itself, nothing acknowledged is lost."""

import pytest

from harness import commands
from harness.ecs import Cluster, address, container, is_steady, of_container, told, web
from harness.roles import kill, wait_api

CONNECTIONS = 16


@pytest.fixture
def cluster(running, images):
    for name in ("busybox:1", "web:1", "web:2"):
        running.import_image(images[name])
    return Cluster(running)


@pytest.fixture
def service(cluster):
    """A service of three behind a load balancer, steady: its load balancer."""
    balancer = cluster.balancer("web")
    cluster.create_service("web", cluster.define("web", web(1)), 3, balancer)
    cluster.wait_steady("web")
    return balancer


def shim_of(host, task):
    found = [one for one in host.processes() if _is_shim(one.command, task)]
    assert len(found) == 1, found
    return found[0]


def _is_shim(command, task):
    return commands.is_shim(command) and any(task in word for word in command)


def test_control_can_be_killed_under_load(running, cluster, service):
    before = cluster.tasks("web")
    with running.load(f"{service.url}/", CONNECTIONS) as load:
        load.wait_answered(1000)
        for number in range(3):
            # What was acknowledged just before is there afterwards.
            cluster.ecs.create_cluster(clusterName=f"kept-{number}")
            kill(running, "control")
            wait_api(cluster)
            load.wait_more(500)
        names = {arn.rpartition("/")[2] for arn in wait_api(cluster)}
        summary = load.stop()
    assert summary.failed == 0, summary
    assert names == {"main", "kept-0", "kept-1", "kept-2"}
    assert is_steady(cluster.service("web"))
    assert cluster.tasks("web") == before
    # And it steers the others again.
    cluster.update("web", taskDefinition=cluster.define("web", web(2)))
    cluster.wait_steady("web")
    assert running.http(service.url).json()["version"] == "2"


def test_node_can_be_killed_under_load(running, cluster, service):
    before = cluster.tasks("web")
    with running.load(f"{service.url}/", CONNECTIONS) as load:
        load.wait_answered(1000)
        kill(running, "node")
        load.wait_more(2000)
        cluster.wait_steady("web")
        assert cluster.tasks("web") == before
        # And it starts and stops tasks again.
        cluster.update("web", desiredCount=4)
        cluster.wait_steady("web")
        cluster.update("web", desiredCount=2)
        cluster.wait_steady("web")
        load.wait_more(500)
        summary = load.stop()
    assert summary.failed == 0, summary


def test_balancer_can_be_killed_under_load(running, cluster, service):
    before = cluster.tasks("web")
    with running.load(f"{service.url}/", CONNECTIONS) as load:
        load.wait_answered(1000)
        kill(running, "balancer")
        load.wait_more(2000)
        summary = load.stop()
    # Each connection had one request in flight at most.
    assert summary.failed <= CONNECTIONS, summary
    assert cluster.tasks("web") == before
    assert len(cluster.wait_targets(service.group, ["healthy"] * 3)) == 3
    cluster.update("web", taskDefinition=cluster.define("web", web(2)))
    cluster.wait_steady("web")
    assert running.http(service.url).json()["version"] == "2"


@pytest.mark.parametrize("role", commands.ROLES)
def test_an_update_goes_on_when_a_role_is_killed_in_it(running, cluster, service, role):
    with running.load(f"{service.url}/", CONNECTIONS, by="version") as load:
        load.wait_answered(500)
        cluster.update("web", taskDefinition=cluster.define("web", web(2)))
        kill(running, role)
        wait_api(cluster)
        cluster.wait_steady("web")
        load.wait_more(1000)
        summary = load.stop()
    assert summary.failed <= (CONNECTIONS if role == "balancer" else 0), summary
    assert set(summary.values) == {"1", "2"}
    assert running.http(service.url).json()["version"] == "2"
    assert len(cluster.tasks("web")) == 3


def test_all_can_be_killed_and_up_takes_the_tasks_up_again(running, cluster, service):
    before = {task: address(cluster.task(task)) for task in cluster.tasks("web")}
    kept = [one for one in running.processes() if _is_shim(one.command, "")]
    supervisor = next(one for one in running.processes() if one.command[1:2] == ("up",))
    roles = [running.process_of(role) for role in commands.ROLES]
    # The supervisor first: it would start the others again.
    for process in [supervisor, *roles]:
        process.kill()
    for process in [supervisor, *roles]:
        assert process.wait()
    assert all(process.is_there() for process in kept) and len(kept) >= len(before)
    running.up()
    wait_api(cluster)
    cluster.wait_steady("web")
    assert {task: address(cluster.task(task)) for task in cluster.tasks("web")} == before
    cluster.wait_targets(service.group, ["healthy"] * 3)
    with running.load(f"{service.url}/", CONNECTIONS, by="address") as load:
        load.wait_answered(1000)
        summary = load.stop()
    assert summary.failed == 0, summary
    assert set(summary.values) == set(before.values())


def test_a_killed_shim_is_a_stopped_task_that_is_replaced(running, cluster, service):
    victim, *others = cluster.tasks("web")
    shim_of(running, victim).kill()
    ended = cluster.wait_stopped(victim)
    assert ended["stopCode"] == "EssentialContainerExited", told(ended)
    assert of_container(ended)["exitCode"] == 137
    cluster.wait_service(
        "web", lambda now: victim not in cluster.tasks("web") and is_steady(now), "the replacement"
    )
    assert set(others) < set(cluster.tasks("web"))
    cluster.wait_targets(service.group, ["healthy"] * 3)
    # Nothing of it runs on without its shim.
    assert not [one for one in running.processes() if any(victim in w for w in one.command)]


def test_no_line_is_lost_or_doubled_when_roles_are_killed(running, cluster):
    script = "n=0; trap 'echo end; exit 0' TERM; while :; do echo $n; n=$((n+1)); usleep 500; done"
    task = cluster.run(cluster.define("count", container("busybox:1", script)))
    cluster.wait_line(task, "100")
    for role in ("node", "control", "node", "control"):
        kill(running, role)
        wait_api(cluster)
        more = str(len(cluster.lines(task)) + 100)
        cluster.wait_line(task, more)
    cluster.stop(task)
    lines = cluster.wait_line(task, "end")
    assert lines == [*map(str, range(len(lines) - 1)), "end"]
