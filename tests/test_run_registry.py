"""Images that a task's node pulls from a registry which asks for a password."""

import pytest

from harness import commands, registry
from harness.ecs import Cluster, address, of_container, web


@pytest.fixture
def pushed(host, images):
    """The digest of `web:1`, which a registry on this host has."""
    registry.start(host)
    return registry.push(host, images["web:1"], "team/web", "1")


def up(host, config):
    host.up("--registry-config", str(config), "--insecure-registry", registry.LISTEN)
    return Cluster(host)


def run(cluster, image):
    return cluster.run(cluster.define("pulled", web(1) | {"image": image}))


def test_a_task_runs_an_image_of_the_registry(host, pushed):
    cluster = up(host, registry.login(host))
    by_tag = run(cluster, f"{registry.LISTEN}/team/web:1")
    running = cluster.wait_running(by_tag)
    assert of_container(running)["imageDigest"] == pushed
    assert running["pullStartedAt"] <= running["pullStoppedAt"] <= running["startedAt"]
    cluster.wait_line(by_tag, "listening on 0.0.0.0:8080")
    assert host.http(f"http://{address(running)}:8080/").json()["version"] == "1"
    by_digest = run(cluster, f"{registry.LISTEN}/team/web@{pushed}")
    assert of_container(cluster.wait_running(by_digest))["imageDigest"] == pushed


def test_what_the_registry_lacks_is_told(host, pushed):
    cluster = up(host, registry.login(host))
    for image in ("team/web:2", "team/other:1", f"team/web@sha256:{'0' * 64}"):
        image = f"{registry.LISTEN}/{image}"
        ended = cluster.wait_stopped(run(cluster, image))
        assert ended["stopCode"] == "TaskFailedToStart"
        assert ended["stoppedReason"].startswith("CannotPullContainerError: ")
        assert image in ended["stoppedReason"] and "not found" in ended["stoppedReason"]


def test_a_wrong_password_is_told_and_is_not_shown(host, pushed):
    cluster = up(host, registry.login(host, password="wrong-one"))
    ended = cluster.wait_stopped(run(cluster, f"{registry.LISTEN}/team/web:1"))
    assert ended["stoppedReason"].startswith("CannotPullContainerError: ")
    assert registry.LISTEN in ended["stoppedReason"]
    assert "wrong-one" not in str(ended) and "wrong-one" not in host.report()


def test_an_image_is_pulled_by_hand_and_kept_for_tasks(host, pushed):
    cluster = up(host, registry.login(host))
    name = f"{registry.LISTEN}/team/web:1"
    host.longshore(commands.image_pull, name)
    running = cluster.wait_running(run(cluster, name))
    assert of_container(running)["imageDigest"] == pushed
