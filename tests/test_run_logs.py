"""`longshore logs`: what a service's tasks write, once each, whatever dies meanwhile."""

import re

import pytest

from harness import binaries, commands
from harness.ecs import Cluster, container
from harness.waiting import wait_until

COUNTING = "i=0; while true; do i=$((i+1)); echo {word} $i; sleep 0.02; done"
LINE = re.compile(r"^([0-9a-f]{8}) main \| (\w+) (\d+)$")


@pytest.fixture
def cluster(running, images):
    running.import_image(images["busybox:1"])
    return Cluster(running)


def logs(host, service, *options):
    command = [*commands.logs(binaries.longshore(), host.state_dir, service), "--cluster", "main"]
    return [*command, *options]


def numbers(lines):
    """What each task counted to, by the task's id."""
    found = {}
    for line in lines:
        task, _word, number = LINE.match(line).groups()
        found.setdefault(task, []).append(int(number))
    return found


def is_counted(lines):
    """Whether every task's lines are there from the first on, in order and once."""
    return all(found == list(range(1, len(found) + 1)) for found in numbers(lines).values())


def kill(host, role):
    process = host.process_of(role)
    process.kill()
    assert process.wait()


def count(cluster, word, service="count"):
    return cluster.define(service, container("busybox:1", COUNTING.format(word=word)))


def test_following_misses_and_doubles_nothing_though_control_and_node_die(running, cluster):
    cluster.create_service("count", count(cluster, "old"), 2)
    # Another service that writes to the same group with the same prefix.
    cluster.create_service("other", count(cluster, "other", "other"), 1)
    cluster.wait_steady("count")
    program = running.start(logs(running, "count", "--follow"))
    for role in ("node", "control", "node", "control"):
        seen = len(program.lines)
        kill(running, role)
        wait_until(lambda seen=seen: len(program.lines) > seen + 200, 20, "lines go on")
    # A rolling update: the next tasks' lines come as well.
    cluster.update("count", taskDefinition=count(cluster, "new"))
    wait_until(
        lambda: len({line[:8] for line in program.lines if " new " in line}) == 2, 60, "new tasks"
    )
    cluster.wait_steady("count")
    followed = list(program.lines)
    assert not [line for line in followed if " other " in line]
    assert len(numbers(followed)) == 4
    assert is_counted(followed)
    stored = running.run(logs(running, "count")).stdout.splitlines()
    assert len(numbers(stored)) == 4
    assert is_counted(stored)


def test_the_last_lines_and_those_since(running, cluster):
    command = "for i in 1 2 3 4 5; do echo line $i; done; exec sleep 600"
    cluster.create_service("five", cluster.define("five", container("busybox:1", command)), 1)
    wait_until(lambda: len(read(running, "five")) == 5, 30, "five lines")
    assert read(running, "five", "--tail", "2") == ["line 4", "line 5"]
    assert read(running, "five", "--since", "1h", "--tail", "9")[0] == "line 1"
    assert read(running, "five", "--since", "2100-01-01T00:00:00Z") == []


def read(host, service, *options):
    told = host.run(logs(host, service, *options)).stdout.splitlines()
    return [line.partition(" | ")[2] for line in told]


def test_what_has_no_logs_is_said(running, cluster):
    mute = cluster.define("mute", container("busybox:1", "exec sleep 600", logged=False))
    cluster.create_service("mute", mute, 1)
    for service, words in (("mute", "no container of `mute:1`"), ("nope", "there are: mute")):
        done = running.run(logs(running, service), check=False)
        assert done.returncode == 1
        assert words in done.stderr
