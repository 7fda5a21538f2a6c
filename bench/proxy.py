"""The balancer's processor time a request beside HAProxy's, with the same targets and headers.

Rounds are short and take turns, for both share the machine with the load and the targets.
"""

import re
import shutil
import statistics
import subprocess

import world
from harness.ecs import let_the_host_in
from report import Row, Target

TITLE = "balancer"
ROUNDS = 10
SECONDS = 3
CONNECTIONS = 64
PEER_PORT = 9000

HAPROXY = """
global
    nbthread 2
    maxconn 4000
defaults
    mode http
    option http-keep-alive
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend in
    bind 127.0.0.1:{port}
    # What an application load balancer adds to a request, as ours does.
    option forwardfor
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Forwarded-Port %[dst_port]
    unique-id-format %{{+X}}o%Ts-%rt-%ci
    unique-id-header X-Amzn-Trace-Id
    default_backend out
backend out
    balance roundrobin
    http-reuse always
{servers}
"""


def _wrk(host, url, name):
    done = host.run(
        [
            "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency",
            "-H", f"Host: {name}", url,
        ],
        timeout=SECONDS + 30,
    )
    requests = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout).groups()
    errors = re.search(r"(Socket errors:.*|Non-2xx.*)", done.stdout)
    scale = {"us": 1e-6, "ms": 1e-3, "s": 1.0}[unit]
    return requests, float(p99) * scale, errors.group(1) if errors else None


def _haproxy(host, targets):
    servers = "\n".join(
        f"    server s{number} {address}:{world.PORT}" for number, address in enumerate(targets)
    )
    path = host.data_dir / "haproxy.cfg"
    path.write_text(HAPROXY.format(port=PEER_PORT, servers=servers))
    program = host.start(["haproxy", "-f", str(path)])
    return program


def measure(host):
    if not shutil.which("wrk"):
        return [Row("balancer", "", note="wrk is not installed")]
    task_definition = world.definition(host.boto("ecs"))
    ec2 = host.boto("ec2")
    # HAProxy is on the host, which has no group that the targets' group lets in.
    let_the_host_in(ec2, ec2.describe_vpcs()["Vpcs"][0]["VpcId"])
    group, name = world.balancer(host, "bench", 8000)
    world.service(host, "web", 3, group, task_definition)
    world.wait_healthy(host, group, 3)
    described = host.boto("elbv2").describe_target_health(TargetGroupArn=group)
    targets = [one["Target"]["Id"] for one in described["TargetHealthDescriptions"]]
    path = "/bytes?count=1024"
    ours = {"cpu": [], "p99": [], "errors": []}
    peers = {"cpu": [], "p99": [], "errors": []}
    pid = host.pid_of("balancer")
    peer = _haproxy(host, targets) if shutil.which("haproxy") else None
    sides = [(ours, pid, f"http://127.0.0.1:8000{path}", name)]
    if peer:
        sides.append((peers, peer.process.pid, f"http://127.0.0.1:{PEER_PORT}{path}", "peer"))
    for _round in range(ROUNDS):
        for side, process, url, host_name in sides:
            before = world.cpu_seconds(process)
            requests, p99, errors = _wrk(host, url, host_name)
            side["cpu"].append((world.cpu_seconds(process) - before) / requests)
            side["p99"].append(p99)
            side["errors"] += [errors] if errors else []
    median = statistics.median
    rows = []
    for key, what, target, scale, unit in [
        ("cpu", "balancer: processor time a request", Target(1.1, "x HAProxy"), 1e6, "us"),
        ("p99", "balancer: p99 at 64 connections", Target(1.0, "x HAProxy"), 1e3, "ms"),
    ]:
        value = median(ours[key])
        other = median(peers[key]) if peers[key] else None
        ratio = value / other if other else None
        rows.append(
            Row(
                what,
                f"{value * scale:.1f} {unit}",
                f"{other * scale:.1f} {unit}" if other else "",
                f"{ratio:.2f}" if other else "",
                target,
                ratio,
                "; ".join(ours["errors"]) or ("" if peer else "haproxy is not installed"),
            )
        )
    return rows
