"""What a call costs control in processor time, signature included, and durable commits."""

import os
import subprocess
import time

import world
from report import Row

TITLE = "API"
CALLS = 300


def _cost(pid, call):
    call()
    before = world.cpu_seconds(pid)
    began = time.monotonic()
    for _call in range(CALLS):
        call()
    return (world.cpu_seconds(pid) - before) / CALLS, (time.monotonic() - began) / CALLS


def measure(host):
    ecs = host.boto("ecs")
    world.definition(ecs)
    control = host.pid_of("control")
    describe, _wall = _cost(control, lambda: ecs.describe_services(
        cluster=world.CLUSTER, services=["none"]
    ))
    register, wall = _cost(control, lambda: world.definition(ecs, family="many"))
    rows = [
        Row("DescribeServices a second and core", f"{1 / describe:,.0f}"),
        Row(
            "RegisterTaskDefinition a second and core",
            f"{1 / register:,.0f}",
            note=f"with CreateCluster; one client waits {wall * 1000:.1f} ms for both",
        ),
    ]
    program = os.environ.get("LONGSHORE_COMMITS_BIN")
    if program:
        done = subprocess.run([program], capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            rows.append(Row("durable commits", line.strip()))
    return rows
