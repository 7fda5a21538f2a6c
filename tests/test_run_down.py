"""`down` takes everything away, whatever was running; `up` brings the services back."""

import contextlib
import time

import pytest

from harness import commands
from harness.ecs import Cluster, container, is_steady, web

# The issue's own bound; a debug binary on a busy machine keeps it too.
UP_SECONDS = 2


@pytest.fixture
def busy(host, images):
    """What there was before, and a cluster with a balanced service, a stubborn one and a task."""
    before = host.snapshot_leftovers()
    host.up()
    for name in ("busybox:1", "web:1"):
        host.import_image(images[name])
    cluster = Cluster(host)
    balancer = cluster.balancer("web")
    cluster.create_service("web", cluster.define("web", web(1)), 3, balancer)
    stubborn = container("busybox:1", "trap '' TERM; while :; do read line; done </dev/zero")
    cluster.run(cluster.define("stubborn", stubborn))
    cluster.wait_steady("web")
    return before, cluster, balancer


@pytest.mark.alone
def test_down_leaves_nothing_behind(host, busy):
    before, _cluster, _balancer = busy
    running = host.snapshot_leftovers()
    # Otherwise the picture shows nothing at all.
    kinds = {"mounts", "cgroups", "tables", "interfaces", "routes", "run_files", "processes"}
    assert kinds <= set(before.left_behind(running))
    host.down()
    assert before.left_behind(host.snapshot_leftovers()) == {}


@pytest.mark.alone
def test_down_cleans_up_after_a_killed_supervisor(host, busy):
    before, _cluster, _balancer = busy
    supervisor = next(one for one in host.processes() if one.command[1:2] == ("up",))
    roles = [host.process_of(role) for role in commands.ROLES]
    supervisor.kill()
    assert supervisor.wait()
    # What is left of an instance that nobody holds together any more goes with it.
    for process in roles:
        process.kill()
        assert process.wait()
    host.longshore(commands.down)
    assert before.left_behind(host.snapshot_leftovers()) == {}


@pytest.mark.alone
def test_up_after_down_brings_the_services_back(host, busy):
    before, cluster, balancer = busy
    old = cluster.tasks("web")
    host.down()
    begun = time.monotonic()
    host.up()
    took = time.monotonic() - begun
    cluster.wait_service(
        "web",
        lambda now: is_steady(now) and not set(old) & set(cluster.tasks("web")),
        "the service is back",
    )
    for task in old:
        ended = cluster.wait_stopped(task)
        assert ended["stoppedReason"], ended
    cluster.wait_targets(balancer.group, ["healthy"] * 3)
    assert host.http(balancer.url).status == 200
    host.down()
    assert before.left_behind(host.snapshot_leftovers()) == {}
    assert took < UP_SECONDS


@pytest.mark.alone
def test_a_second_up_is_refused_and_harms_nothing(host, busy):
    _before, cluster, balancer = busy
    with contextlib.suppress(AssertionError):
        host.longshore(commands.up)
        pytest.fail("two instances are up on one data directory")
    assert host.http(balancer.url).status == 200
    assert is_steady(cluster.service("web"))
