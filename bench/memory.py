"""Resident memory of an idle instance, and what each task adds beyond its containers."""

from pathlib import Path

import world
from harness import commands
from report import Row, Target

TITLE = "memory"
TASKS = 10
IDLE = Target(60, "MB")
A_TASK = Target(2.5, "MB")


def _kilobytes(pid, name):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def measure(host):
    idle = {one.pid: one for one in host.processes()}
    resident = sum(_kilobytes(pid, "Rss") for pid in idle) / 1024
    shared_once = sum(_kilobytes(pid, "Pss") for pid in idle) / 1024
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
    shims = [one.pid for one in host.processes() if commands.is_shim(one.command)]
    assert len(shims) == TASKS, f"{len(shims)} shims for {TASKS} tasks: {host.processes()}"
    private = [
        (_kilobytes(pid, "Private_Dirty") + _kilobytes(pid, "Private_Clean")) / 1024
        for pid in shims
    ]
    per_task = sum(private) / len(private)
    return [
        Row(
            "idle, all processes, resident",
            f"{resident:.1f} MB",
            target=IDLE,
            measured=resident,
            note=f"{len(idle)} processes; shared pages counted once: {shared_once:.1f} MB",
        ),
        Row(
            "a task beyond its containers, private",
            f"{per_task:.2f} MB",
            target=A_TASK,
            measured=per_task,
            note=f"mean of {len(private)} shims; the largest has {max(private):.2f} MB",
        ),
    ]
