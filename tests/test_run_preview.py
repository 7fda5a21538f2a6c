"""`longshore preview`: what it says beforehand is what the update then does."""

import re

import pytest

from harness import binaries, commands
from harness.ecs import Cluster, environment, web
from harness.waiting import wait_until


@pytest.fixture
def cluster(running, images):
    for name in ("web:1", "web:2"):
        running.import_image(images[name])
    return Cluster(running)


def told(text):
    """Status, seconds, tasks started and stopped, as the last lines of a preview say."""
    status, seconds = re.search(r"^(\w+) after ([\d.]+) s$", text, re.MULTILINE).groups()
    counts = re.search(r"^(\d+) tasks started, (\d+) stopped", text, re.MULTILINE)
    started, stopped = counts.groups()
    return status, float(seconds), int(started), int(stopped)


# Alone, for it compares times.
@pytest.mark.alone
def test_a_preview_agrees_with_what_the_update_then_does(running, cluster):
    # Each task is slow to serve, so that its checks decide how long all of it takes.
    slow = environment(START_DELAY="1500")
    balancer = cluster.balancer("web")
    cluster.create_service(
        "web", cluster.define("web", web(1, environment=slow)), 4, balancer, bounds=(100, 150)
    )
    cluster.wait_steady("web")
    before = set(cluster.tasks("web"))
    new = cluster.define("web", web(2, environment=slow))
    text = running.longshore(commands.preview_update, "main", "web", new)
    status, seconds, started, stopped = told(text)
    assert status == "SUCCESSFUL" and (started, stopped) == (4, 4), text
    # Nothing was changed by looking.
    assert set(cluster.tasks("web")) == before
    arn = cluster.update("web", taskDefinition=new)["currentServiceDeployment"]

    def look():
        described = cluster.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
        now = described["serviceDeployments"][0]
        return now if now["status"] == "SUCCESSFUL" else None

    done = wait_until(look, 90, "the update is done")
    took = (done["finishedAt"] - done["createdAt"]).total_seconds()
    assert not before & set(cluster.tasks("web")) and len(cluster.tasks("web")) == started
    assert len(cluster.stopped_tasks("web")) == stopped
    assert abs(took - seconds) <= 0.2 * took, (took, text)


def test_a_preview_tells_what_would_be_refused_and_what_failing_tasks_would_do(running, cluster):
    cluster.create_service("quiet", cluster.define("quiet", web(1)), 2)
    cluster.wait_steady("quiet")
    refused = running.run(
        commands.preview_update(
            binaries.longshore(), running.state_dir, "main", "quiet", "none:1"
        ),
        check=False,
    )
    assert refused.returncode != 0 and "TaskDefinition not found." in refused.stderr
    cluster.update(
        "quiet",
        deploymentConfiguration={
            "deploymentCircuitBreaker": {
                "enable": True,
                "rollback": True,
                "thresholdConfiguration": {"type": "COUNT", "value": 2},
            }
        },
    )
    new = cluster.define("quiet", web(2))
    text = running.longshore(commands.preview_update, "main", "quiet", new, "--failing-tasks", "2")
    assert told(text)[0] == "ROLLBACK_SUCCESSFUL", text
    assert "the circuit breaker threshold was exceeded" in text
