"""What a node makes sure of by itself: that tasks start once, and that images go when unneeded."""

import shlex
from pathlib import Path

import pytest

from harness import binaries, commands
from harness.ecs import Cluster, address, of_container, task_id, web
from harness.host import UP_TIMEOUT
from harness.waiting import wait_until

LISTENING = "listening on 0.0.0.0:8080"
TASKS = 6


# What there is of a task at some moment of its start, first to last.
TRACES = ["node/*.json", "tasks/*/shim/task.json", "tasks/*/containers/*/rootfs.json"]


@pytest.mark.parametrize("trace", TRACES)
def test_tasks_that_are_starting_come_up_once_when_the_node_is_killed(running, images, trace):
    running.import_image(images["web:1"])
    cluster = Cluster(running)
    answer = cluster.ecs.run_task(
        cluster=cluster.name,
        taskDefinition=cluster.define("web", web(1)),
        count=TASKS,
        launchType="FARGATE",
        networkConfiguration=cluster.network,
    )
    tasks = [task_id(task["taskArn"]) for task in answer["tasks"]]
    assert len(tasks) == TASKS, answer["failures"]
    # Some tasks are there, others are not yet; and again, by the next node.
    for there in (2, TASKS - 1):
        wait_until(lambda there=there: len(found(running, trace)) >= there, 10, trace)
        wait_until(lambda: nodes(running), 10, "a node")[0].kill()
    for task in tasks:
        cluster.wait_running(task)
        assert cluster.wait_line(task, LISTENING).count(LISTENING) == 1
    for task in tasks:
        cluster.stop(task)
    for task in tasks:
        assert of_container(cluster.wait_stopped(task))["exitCode"] == 0


def found(host, trace):
    return list(host.state_dir.glob(trace))


def nodes(host):
    """The node first; a program that it is about to start is a copy of it for a moment."""
    own = [one for one in host.processes() if commands.role(one.command) == "node"]
    return sorted(own, key=lambda one: one.started)


def test_an_image_without_a_name_goes_with_its_last_task(host, images):
    host.up("--image-cache-mib", "0")
    host.import_image(images["web:1"])
    cluster = Cluster(host)
    task = cluster.run(cluster.define("web", web(1)))
    cluster.wait_running(task)
    cluster.wait_line(task, LISTENING)
    command = [binaries.longshore(), "--data-dir", host.state_dir, "image", "remove", "web:1"]
    assert host.run(command).stdout.strip() == "removed"
    told = host.http(f"http://{address(cluster.task(task))}:8080/").json()
    assert told["version"] == "1"
    layers = host.state_dir / "images" / "layers"
    assert list(layers.iterdir())
    cluster.stop(task)
    assert of_container(cluster.wait_stopped(task))["exitCode"] == 0
    # A collection waits for those that just began, and for the one before it.
    wait_until(lambda: not list(layers.iterdir()), 60, "no layers")


def test_that_nobody_reads_its_log_harms_nothing(host, images):
    up = shlex.join(map(str, commands.up(binaries.longshore(), host.state_dir, [])))
    # The reader of standard error ends with the first line.
    script = f"exec {up} 2> >(head -n 1 >/dev/null)"
    program = host.start(["bash", "-c", script], log=host.data_dir / "up.log")
    assert program.wait_for_line(commands.READY.search, UP_TIMEOUT), program.lines
    before = [one.pid for one in nodes(host)]
    host.import_image(images["web:1"])
    cluster = Cluster(host)
    task = cluster.run(cluster.define("web", web(1)))
    cluster.wait_running(task)
    assert [one.pid for one in nodes(host)] == before
    host.longshore(commands.down)
    assert program.wait() == 0
    assert not Path(commands.run_dir(host.state_dir)).exists()
