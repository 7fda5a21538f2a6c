"""Deployments that heed alarms: one that goes off ends them, whatever the tasks are like."""

import pytest

from harness.ecs import Cluster, container
from harness.waiting import wait_until

RULE = {
    "MetricName": "errors",
    "Namespace": "web",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}


@pytest.fixture(scope="module")
def cluster(shared, images):
    shared.import_image(images["busybox:1"])
    return Cluster(shared)


@pytest.fixture(scope="module")
def cloudwatch(shared):
    return shared.boto("cloudwatch")


def sleeper(**settings):
    # As the first process it hears no SIGTERM, and is not waited for in vain.
    return container("busybox:1", ["sleep", "3600"], stopTimeout=1, **settings)


def undecided():
    """Its health check fails, which does not count yet: a deployment of it goes on and on."""
    check = {"command": ["CMD-SHELL", "exit 1"], "interval": 5, "startPeriod": 300}
    return sleeper(healthCheck=check)


def watched(cluster, name, rollback):
    """A steady service of one task, whose deployments heed the alarm of its name."""
    cluster.create_service(name, cluster.define(name, sleeper()))
    cluster.wait_steady(name)
    alarms = {"alarmNames": [name], "enable": True, "rollback": rollback}
    cluster.update(name, deploymentConfiguration={"alarms": alarms})


def deployments(cluster, name):
    """The service's deployments in order of time."""
    listed = cluster.ecs.list_service_deployments(cluster=cluster.name, service=name)
    arns = [one["serviceDeploymentArn"] for one in listed["serviceDeployments"]]
    described = cluster.ecs.describe_service_deployments(serviceDeploymentArns=arns)
    return sorted(described["serviceDeployments"], key=lambda one: one["createdAt"])


def wait_ended(cluster, name, status):
    def look():
        last = deployments(cluster, name)[-1]
        return last if last["status"] == status else None

    return wait_until(look, 30, f"a deployment of {name} that is {status}")


def roll(cluster, name, definition):
    """Begins a deployment, and waits until its task runs beside the old one."""
    cluster.update(name, taskDefinition=definition)
    cluster.wait_service(name, lambda now: now["runningCount"] == 2, "a second task")


def test_an_alarm_rolls_a_deployment_back(cluster, cloudwatch):
    cloudwatch.put_metric_alarm(AlarmName="back", **RULE)
    watched(cluster, "back", rollback=True)
    [old] = cluster.tasks("back")
    roll(cluster, "back", cluster.define("back", undecided()))
    assert deployments(cluster, "back")[-1]["status"] == "IN_PROGRESS"
    cloudwatch.set_alarm_state(AlarmName="back", StateValue="ALARM", StateReason="a test")
    ended = wait_ended(cluster, "back", "ROLLBACK_SUCCESSFUL")
    assert ended["alarms"]["triggeredAlarmNames"] == ["back"]
    steady = cluster.wait_steady("back")
    assert steady["taskDefinition"].endswith("back:1")
    assert cluster.tasks("back") == [old]


def test_an_alarm_stops_a_deployment(cluster, cloudwatch):
    cloudwatch.put_metric_alarm(AlarmName="stop", **RULE)
    watched(cluster, "stop", rollback=False)
    roll(cluster, "stop", cluster.define("stop", undecided()))
    cloudwatch.set_alarm_state(AlarmName="stop", StateValue="ALARM", StateReason="a test")
    ended = wait_ended(cluster, "stop", "STOPPED")
    assert ended["alarms"]["triggeredAlarmNames"] == ["stop"]


def test_an_alarm_that_is_on_already_is_not_heeded(cluster, cloudwatch):
    cloudwatch.put_metric_alarm(AlarmName="on", TreatMissingData="breaching", **RULE)
    watched(cluster, "on", rollback=True)
    cluster.update("on", taskDefinition=cluster.define("on", sleeper()))
    wait_ended(cluster, "on", "SUCCESSFUL")
    assert cluster.wait_steady("on")["taskDefinition"].endswith("on:2")
