"""Security groups beside each other: one rule on one host, a thousand groups on another.

How soon a changed rule is in force, and what all the other rules cost a task's connections.
"""

import json
import re
import shutil
import statistics
import sys
import time
from pathlib import Path

import world
from harness import binaries, packets
from harness.host import Host
from images.build import all_images
from report import AtLeast, Row, Target, milliseconds, percentile

TITLE = "packet rules"
GROUPS = 1000
RULES_A_GROUP = 10
# As many as an interface may be in.
GROUPS_A_TASK = 5
CHANGES = 100
ROUNDS = 15
SECONDS = 1
CONNECTIONS = 16
SERVED, CHANGED = 9090, 9191
IN_FORCE = Target(10, "ms")
RATE = AtLeast(0.95, "x with one rule")


class Pair:
    """A task that connects and one that is connected to, which serves two ports."""

    def __init__(self, host, groups):
        self.host = host
        self.ec2 = host.boto("ec2")
        self.source, self.destination = [
            _place(task) for task in _run(host, [groups, groups])
        ]
        # The last of the groups, so that the rules of all others are asked before.
        self.group = groups[-1]
        self.allow(SERVED)
        for port in (SERVED, CHANGED):
            listen = f"{self.destination.address}:{port}"
            command = [binaries.testserver(), "--listen", listen]
            server = host.start(command, place=self.destination)
            server.wait_for_line(lambda line: line.startswith("listening on "), 10)

    def allow(self, port):
        permission = self._permission(port)
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=permission)

    def forbid(self, port):
        permission = self._permission(port)
        self.ec2.revoke_security_group_ingress(GroupId=self.group, IpPermissions=permission)

    def rate(self):
        """Connections a second, each for one request."""
        url = f"http://{self.destination.address}:{SERVED}/health"
        options = ["-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", "Connection: close"]
        program = self.host.start(["wrk", *options, url], place=self.source)
        program.wait(SECONDS + 30)
        output = "\n".join(program.lines)
        assert "Socket errors" not in output and "Non-2xx" not in output, output
        return float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))

    def lateness(self):
        """For each of many changes, how long after its answer a connection met the old rules."""
        answered = _Answered(self.ec2)
        probe = Path(__file__).with_name("probe.py")
        to = [self.destination.address, CHANGED]
        program = self.host.start([sys.executable, probe, *to], place=self.source)
        changes = []
        for number in range(CHANGES):
            _wait_probed(program, 3)
            began = time.monotonic()
            is_allowed = number % 2 == 0
            (self.allow if is_allowed else self.forbid)(CHANGED)
            changes.append((began, answered.at, is_allowed))
        _wait_probed(program, 3)
        ended = time.monotonic()
        program.close_input()
        program.wait()
        attempts = json.loads(program.lines[-1])
        ends = [began for began, _at, _is in changes[1:]] + [ended]
        return [
            _last_of(attempts, at, end, not is_allowed)
            for (_began, at, is_allowed), end in zip(changes, ends, strict=True)
        ]

    def _permission(self, port):
        pair = [{"GroupId": self.group}]
        return [
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": pair}
        ]


class _Answered:
    """When the last call of a client was answered, before the answer was read as XML."""

    def __init__(self, client):
        self.at = None
        connections = client._endpoint.http_session
        send = connections.send

        def timed(request):
            answer = send(request)
            self.at = time.monotonic()
            return answer

        connections.send = timed


def _last_of(attempts, at, end, met):
    late = [sent - at for sent, answered in attempts if at < sent < end and answered == met]
    return max(late, default=0.0)


def _wait_probed(program, count):
    """Waits for so many lines of progress that are yet to come."""
    program.skip_lines()
    for _line in range(count):
        program.wait_for_line(lambda line: line == "probed", 10)


def _run(host, group_lists):
    """Tasks that do nothing, each in a list of groups: their ids, once they run."""
    ecs = host.boto("ecs")
    network = world.network(host.boto("ec2"))["awsvpcConfiguration"]
    arns = [
        ecs.run_task(
            cluster=world.CLUSTER,
            taskDefinition="idle",
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {**network, "securityGroups": groups}},
        )["tasks"][0]["taskArn"]
        for groups in group_lists
    ]
    tasks = []
    for first in range(0, len(arns), 100):
        some = arns[first : first + 100]
        ecs.get_waiter("tasks_running").wait(
            cluster=world.CLUSTER, tasks=some, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
        tasks += ecs.describe_tasks(cluster=world.CLUSTER, tasks=some)["tasks"]
    return tasks


def _place(task):
    identity = task["taskArn"].rpartition("/")[2]
    address = task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]
    return packets.task_place(identity, identity, address)


def _groups(host, count):
    """New groups of the default VPC, without rules but that all may leave."""
    ec2 = host.boto("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = [
        ec2.create_security_group(GroupName=f"g{number}", Description="bench", VpcId=vpc)
        for number in range(count)
    ]
    return [one["GroupId"] for one in made]


def _fill(host, groups):
    """Ten rules for each group, of which none is for what is measured."""
    ec2 = host.boto("ec2")
    for number, group in enumerate(groups):
        other = groups[(number + 1) % len(groups)]
        ranges = [
            {
                "IpProtocol": "tcp",
                "FromPort": 1000 + port,
                "ToPort": 1000 + port,
                "IpRanges": [{"CidrIp": f"10.{number // 256}.{number % 256}.0/24"}],
            }
            for port in range(RULES_A_GROUP - 1)
        ]
        reference = {
            "IpProtocol": "tcp",
            "FromPort": 2000,
            "ToPort": 2000,
            "UserIdGroupPairs": [{"GroupId": other}],
        }
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[*ranges, reference])


def _large(host):
    groups = _groups(host, GROUPS)
    _fill(host, groups)
    firsts = range(GROUPS_A_TASK, GROUPS, GROUPS_A_TASK)
    _run(host, [groups[first : first + GROUPS_A_TASK] for first in firsts])
    return Pair(host, groups[:GROUPS_A_TASK])


def measure(host):
    if not shutil.which("wrk"):
        return [Row(TITLE, "", note="wrk is not installed")]
    small = Host()
    try:
        small.up()
        for each in (host, small):
            each.import_image(all_images()["busybox:1"])
            world.definition(each.boto("ecs"), "idle", "busybox:1", ["sleep", "100000"])
        one = Pair(small, _groups(small, 1))
        many = _large(host)
        late = {pair: pair.lateness() for pair in (one, many)}
        rates = {one: [], many: []}
        for _round in range(ROUNDS):
            for pair, seen in rates.items():
                seen.append(pair.rate())
        small.down()
    finally:
        small.close()
    rows = [
        Row(
            f"a changed rule in force after its answer, p99, {what}",
            milliseconds(percentile(late[pair], 0.99)),
            target=IN_FORCE,
            measured=1000 * percentile(late[pair], 0.99),
            note=f"{CHANGES} changes, p50 {milliseconds(percentile(late[pair], 0.5))}",
        )
        for pair, what in ((one, "one rule"), (many, f"{GROUPS} groups"))
    ]
    ours, peer = statistics.median(rates[many]), statistics.median(rates[one])
    # Of rounds beside each other, for the machine is not the same all the time.
    ratio = statistics.median(a / b for a, b in zip(rates[many], rates[one], strict=True))
    return [
        *rows,
        Row(
            f"connections a second through a task, {GROUPS} groups, {GROUPS * RULES_A_GROUP} rules",
            f"{ours:,.0f}",
            f"{peer:,.0f}",
            f"{ratio:.2f}",
            RATE,
            ratio,
            f"medians of {ROUNDS} rounds, in turns",
        ),
    ]
