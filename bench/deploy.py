"""A service of 20 behind a load balancer, from the call to all healthy."""

import time

import world
from report import Row, Target

TITLE = "service of 20"
COUNT = 20


def measure(host):
    task_definition = world.definition(host.boto("ecs"))
    group, _name = world.balancer(host, "bench", 8000)
    began = time.monotonic()
    world.service(host, "web", COUNT, group, task_definition)
    world.wait_healthy(host, group, COUNT)
    took = time.monotonic() - began
    return [
        Row(
            f"service of {COUNT}: create to all healthy",
            f"{took:.2f} s",
            target=Target(0.3, "x Docker Swarm"),
            note="no Docker daemon runs here",
        )
    ]
