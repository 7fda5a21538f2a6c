"""Resident memory of an idle instance, and what each task adds beyond its containers."""

from pathlib import Path

import world
from report import Row

TITLE = "memory"
TASKS = 10


def _kilobytes(pid, name):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def measure(host):
    idle = {one.pid: one for one in host.processes()}
    resident = sum(_kilobytes(pid, "Rss") for pid in idle)
    shared_once = sum(_kilobytes(pid, "Pss") for pid in idle)
    ecs = host.boto("ecs")
    task_definition = world.definition(ecs)
    network = world.network(host.boto("ec2"))
    arns = [
        task["taskArn"]
        for task in ecs.run_task(
            cluster=world.CLUSTER,
            taskDefinition=task_definition,
            count=TASKS,
            launchType="FARGATE",
            networkConfiguration=network,
        )["tasks"]
    ]
    ecs.get_waiter("tasks_running").wait(
        cluster=world.CLUSTER, tasks=arns, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    shims = [one.pid for one in host.processes() if one.command[1:2] == ["shim"]]
    private = [
        _kilobytes(pid, "Private_Dirty") + _kilobytes(pid, "Private_Clean") for pid in shims
    ]
    per_task = sum(private) / max(len(private), 1)
    return [
        Row(
            "idle, all processes, resident",
            f"{resident / 1024:.1f} MB",
            target="<= 60 MB",
            note=f"{len(idle)} processes; shared pages counted once: {shared_once / 1024:.1f} MB",
        ),
        Row(
            "a task beyond its containers, private",
            f"{per_task / 1024:.2f} MB",
            target="<= 2.5 MB",
            note=f"mean of {len(private)} shims",
        ),
    ]
