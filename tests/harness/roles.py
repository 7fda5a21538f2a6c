"""The processes of an instance, killed as a fault would, and awaited."""

import botocore.exceptions

from harness import commands
from harness.waiting import wait_until


def kill(host, role):
    """Kills the role's process, and waits until it is there again as another."""
    process = host.process_of(role)
    process.kill()
    assert process.wait()

    def again():
        found = [one.pid for one in host.processes() if commands.role(one.command) == role]
        return found and found[0] != process.pid

    wait_until(again, 10, f"another process is {role}")


def wait_api(cluster):
    """Waits until the API answers again."""

    def answers():
        try:
            return cluster.ecs.list_clusters()["clusterArns"]
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
            return None

    return wait_until(answers, 10, "the API is back")
