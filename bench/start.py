"""RunTask accepted to RUNNING with the image present, beside `docker run -d`."""

import shutil
import subprocess
import time

import world
from report import Row, Target, median, milliseconds, percentile

TITLE = "run-task"
ROUNDS = 20
TARGET = Target(0.3, "x docker run -d")


def _run_task(ecs, task_definition, network):
    began = time.monotonic()
    task = ecs.run_task(
        cluster=world.CLUSTER,
        taskDefinition=task_definition,
        launchType="FARGATE",
        networkConfiguration=network,
    )["tasks"][0]["taskArn"]
    accepted = time.monotonic()
    while True:
        seen = ecs.describe_tasks(cluster=world.CLUSTER, tasks=[task])["tasks"][0]
        if seen["lastStatus"] == "RUNNING":
            took = time.monotonic() - accepted
            break
        if seen["lastStatus"] == "STOPPED":
            raise AssertionError(seen)
    ecs.stop_task(cluster=world.CLUSTER, task=task)
    return took, accepted - began


def _docker():
    """A running dockerd that has the image, or why there is none."""
    if not shutil.which("docker"):
        return "docker is not installed"
    told = subprocess.run(["docker", "info"], capture_output=True, check=False)
    return None if told.returncode == 0 else "no Docker daemon runs here"


def _docker_run(image):
    began = time.monotonic()
    done = subprocess.run(
        ["docker", "run", "-d", image], capture_output=True, text=True, check=True
    )
    took = time.monotonic() - began
    subprocess.run(["docker", "rm", "-f", done.stdout.strip()], capture_output=True, check=True)
    return took


def measure(host):
    ecs = host.boto("ecs")
    task_definition = world.definition(ecs)
    network = world.network(host.boto("ec2"))
    absent = _docker()
    ours, accepted, peers = [], [], []
    _run_task(ecs, task_definition, network)
    for _round in range(ROUNDS):
        took, call = _run_task(ecs, task_definition, network)
        ours.append(took)
        accepted.append(call)
        if absent is None:
            peers.append(_docker_run("web:1"))
    ratio = median(ours) / median(peers) if peers else None
    return [
        Row(
            "run-task accepted to RUNNING, p50",
            milliseconds(median(ours)),
            milliseconds(median(peers)) if peers else "",
            f"{ratio:.2f}" if peers else "",
            TARGET,
            ratio,
            absent or "",
        ),
        Row("  p90", milliseconds(percentile(ours, 0.9))),
        Row("  the call itself, p50", milliseconds(median(accepted))),
    ]
