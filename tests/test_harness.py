"""The harness itself: a test host is isolated, its counts are exact, and nothing of it stays."""

import contextlib
import errno
import http.client
import json
import os
import socket
import subprocess
import tarfile
import threading

import pytest

from harness import clients, commands, processes
from harness.host import Host
from harness.waiting import wait_until


@pytest.fixture
def outside_port():
    """A port on the machine's own loopback, outside of every test host."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


# -- isolation


def test_a_host_has_no_route_out(host):
    assert host.run(["ip", "route"]).stdout == ""
    with host.inside(), socket.socket() as client, pytest.raises(OSError) as refused:
        client.connect(("192.0.2.1", 80))
    assert refused.value.errno == errno.ENETUNREACH


def test_a_thread_inside_sees_the_hosts_loopback_only(host, outside_port):
    with host.inside(), pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", outside_port), timeout=5)
    # And it is outside again after the block, so this is the machine's own.
    socket.create_connection(("127.0.0.1", outside_port), timeout=5).close()


def test_only_the_calling_thread_goes_inside(host):
    def here():
        return os.stat("/proc/thread-self/ns/net").st_ino

    before = here()
    seen = []
    # Begun before the block: a thread begun inside is inside.
    go = threading.Event()
    other = threading.Thread(target=lambda: (go.wait(10), seen.append(here())))
    other.start()
    with host.inside():
        assert here() == host.namespace.inode
        go.set()
        other.join()
    assert seen == [before] == [here()]


def test_two_hosts_use_the_same_port():
    with contextlib.ExitStack() as stack:
        for _number in range(2):
            one = stack.enter_context(contextlib.closing(Host()))
            with one.inside():
                stack.enter_context(socket.create_server(("127.0.0.1", 4566)))


# -- clients


def test_http_reaches_a_server_inside_by_any_name(host):
    _server, address = host.serve("--version", "7")
    port = address.rpartition(":")[2]
    answer = host.http(f"http://web-1.us-east-1.elb.localhost:{port}/a?b=c", headers={"x-a": "1"})
    told = answer.json()
    assert (answer.status, told["version"], told["path"]) == (200, "7", "/a?b=c")
    assert told["headers"]["host"] == [f"web-1.us-east-1.elb.localhost:{port}"]
    assert told["headers"]["x-a"] == ["1"]


def test_boto_sends_inside_from_the_calling_thread(host):
    requests = []
    with host.inside():
        listener = socket.create_server(("127.0.0.1", 4566))

    def serve():
        client, _address = listener.accept()
        with client, client.makefile("rwb") as stream:
            while (line := stream.readline().strip()) != b"":
                requests.append(line)
            body = b'{"clusterArns": ["arn:a"]}'
            stream.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    server = threading.Thread(target=serve)
    server.start()
    keys = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret"}
    answer = host.boto("ecs", credentials=keys).list_clusters()
    server.join(10)
    listener.close()
    assert answer["clusterArns"] == ["arn:a"]
    assert b"X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters" in requests


def test_an_error_of_the_cli_is_told_by_its_code():
    error = clients.AwsError(
        254,
        "\nAn error occurred (ClusterNotFoundException) when calling the UpdateCluster operation:"
        " Cluster not found.\n",
    )
    assert error.code == "ClusterNotFoundException"
    assert error.operation == "UpdateCluster"
    assert error.message == "Cluster not found."


def test_the_cli_without_a_server_fails_without_a_code(host):
    keys = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret"}
    with pytest.raises(clients.AwsError, match="127.0.0.1:4566") as failed:
        host.aws("ecs", "list-clusters", max_items=1, credentials=keys)
    assert failed.value.code is None


def test_named_options_become_the_clis():
    named = {"cluster_name": "web", "tags": [{"key": "a"}], "force": True, "paginate": False}
    assert clients.options(named) == [
        *("--cluster-name", "web"),
        *("--tags", '[{"key": "a"}]'),
        "--force",
        "--no-paginate",
    ]


# -- the load


def test_a_load_against_a_good_server_has_no_failure(host):
    _server, address = host.serve("--version", "3")
    summary = host.load(f"http://{address}/", connections=32, requests=5000, by="version").finish()
    assert (summary.sent, summary.ok, summary.failed) == (5000, 5000, 0)
    assert summary.values == {"3": 5000}
    assert 0 < summary.p50_ms <= summary.p99_ms


def test_a_load_counts_every_status_but_2xx(host):
    _server, address = host.serve()
    for status, failed in [(204, 0), (302, 50), (404, 50), (503, 50)]:
        load = host.load(f"http://{address}/status?code={status}", requests=50)
        summary = load.finish()
        assert (summary.ok, summary.failed) == (50 - failed, failed), status
        assert summary.failures == ({str(status): 50} if failed else {})


def test_a_load_counts_each_broken_connection_once(host):
    """Every third request is answered; the others end in a reset or in half an answer."""
    with host.inside():
        listener = socket.create_server(("127.0.0.1", 0))
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"

    def serve():
        for index in range(30):
            client, _address = listener.accept()
            with client:
                client.recv(65536)
                client.sendall([good, half, b""][index % 3])

    server = threading.Thread(target=serve)
    server.start()
    port = listener.getsockname()[1]
    summary = host.load(f"http://127.0.0.1:{port}/", connections=1, requests=30).finish()
    server.join(10)
    listener.close()
    assert (summary.sent, summary.ok, summary.failed) == (30, 10, 20)
    assert summary.failures == {"broken": 20}


def test_a_load_counts_refusals_and_timeouts(host):
    refused = host.load("http://127.0.0.1:9/", connections=2, requests=10).finish()
    assert refused.failures == {"connect": 10}
    _server, address = host.serve()
    late = host.load(f"http://{address}/slow?ms=5000", requests=4, timeout=50).finish()
    assert late.failures == {"timeout": 4}


def test_a_load_goes_on_until_it_is_stopped(host):
    _server, address = host.serve()
    with host.load(f"http://{address}/", connections=4) as load:
        load.wait_answered(500)
        load.wait_more(500)
        summary = load.stop()
    assert summary.sent >= 1000
    assert summary.failed == 0


def test_a_load_keeps_its_rate(host):
    _server, address = host.serve()
    with host.load(f"http://{address}/", connections=4, rate=200) as load:
        load.wait_answered(100)
        begun = load.stop().sent
    # As fast as answers come would be thousands by the time the hundredth is reported.
    assert begun < 200


# -- the test server


def test_the_server_finishes_what_it_began_when_told_to_stop(host):
    server, address = host.serve()
    ip, port = address.split(":")
    with host.inside():
        connection = http.client.HTTPConnection(ip, int(port), timeout=10)
        connection.request("GET", "/stream?chunks=5&ms=50")
        answer = connection.getresponse()
    assert server.terminate() == 0
    assert answer.read() == b"".join(b"chunk %d\n" % index for index in range(5))
    assert server.lines[-2:] == ["SIGTERM received", "stopped"]


def test_the_server_turns_unhealthy_and_back(host):
    _server, address = host.serve()
    seen = [host.http(f"http://{address}/health").status]
    for state in ("bad", "good"):
        host.http(f"http://{address}/health?state={state}", method="POST")
        seen.append(host.http(f"http://{address}/health").status)
    assert seen == [200, 503, 200]


def test_the_server_upgrades_and_echoes(host):
    _server, address = host.serve()
    ip, port = address.split(":")
    with host.inside():
        client = socket.create_connection((ip, int(port)), timeout=10)
    with client, client.makefile("rwb") as stream:
        stream.write(b"GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n")
        stream.write(b"Upgrade: echo\r\n\r\n")
        stream.flush()
        assert stream.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
        while stream.readline() != b"\r\n":
            pass
        stream.write(b"\x00raw\xff")
        stream.flush()
        assert stream.read(5) == b"\x00raw\xff"


# -- the end of a host


def test_processes_of_a_host_are_found_by_mark_and_by_namespace(host):
    marked = host.start(["sleep", "infinity"])
    unmarked = subprocess.Popen(host.namespace.command(["sleep", "infinity"]), env={})
    stranger = subprocess.Popen(["sleep", "infinity"])
    try:
        wanted = {marked.process.pid, unmarked.pid}
        # The unmarked one is still outside for the moment before it enters.
        wait_until(lambda: {one.pid for one in host.processes()} == wanted, 5, "two processes")
        processes.end_all(host.processes)
        assert unmarked.wait(10) == -9
        assert marked.wait() == -9
        assert stranger.poll() is None
    finally:
        for process in (unmarked, stranger):
            process.kill()
            process.wait(10)


def test_closing_a_host_removes_whatever_a_crash_would_leave():
    host = Host()
    neighbour = f"{host.name}-task"
    lost = None
    cgroup = _new_cgroup(host)
    run_dir = commands.run_dir(host.state_dir)
    try:
        # A task as a node would leave it: a namespace behind a veth, a mount, a cgroup, a process
        # with no mark that ignores a friendly signal.
        host.run(["ip", "netns", "add", neighbour])
        host.run(["ip", "link", "add", "v0", "type", "veth", "peer", "v1", "netns", neighbour])
        host.run(["nft", "add table inet longshore"])
        host.state_dir.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "none", host.state_dir], check=True)
        os.makedirs(run_dir + "/netns")
        subprocess.run(["mount", "-t", "tmpfs", "none", run_dir + "/netns"], check=True)
        command = "trap '' TERM; echo $$ > %s/cgroup.procs; while :; do read line; done"
        lost = subprocess.Popen(
            host.namespace.command(["busybox", "sh", "-c", command % cgroup]),
            env={},
            stdin=subprocess.PIPE,
        )
        procs = os.path.join(cgroup, "cgroup.procs")
        wait_until(lambda: str(lost.pid) in open(procs).read().split(), 5, "in the cgroup")
        left = host.snapshot_leftovers()
        assert neighbour in left.namespaces
        assert "inside table inet longshore" in left.tables
        assert f"{host.state_dir} tmpfs" in left.mounts
        assert cgroup in left.cgroups
    finally:
        host.close()
        if lost:
            lost.stdin.close()
    assert lost.wait(10) == -9
    assert not os.path.exists(cgroup)
    assert not os.path.exists(os.path.dirname(os.path.dirname(cgroup)))
    assert not os.path.exists(host.data_dir)
    assert not {host.name, neighbour} & set(os.listdir("/run/netns"))
    assert not os.path.exists(run_dir)
    mounts = open("/proc/self/mountinfo").read()
    assert str(host.data_dir) not in mounts and run_dir not in mounts


def _new_cgroup(host):
    """As deep as a container's, in the hierarchy of process counts."""
    version_two = os.path.exists("/sys/fs/cgroup/cgroup.controllers")
    mount = "/sys/fs/cgroup" if version_two else "/sys/fs/cgroup/pids"
    path = f"{mount}{commands.cgroup(host.state_dir)}/task/container"
    os.makedirs(path)
    return path


def test_a_snapshot_tells_what_changed(host):
    before = host.snapshot_leftovers()
    assert before.changes(host.snapshot_leftovers()).get("tables") is None
    host.run(["nft", "add table inet longshore"])
    host.run(["ip", "link", "add", "v0", "type", "veth", "peer", "v1"])
    after = host.snapshot_leftovers()
    assert before.changes(after)["tables"] == ["+ inside table inet longshore"]
    assert before.changes(after)["interfaces"] == ["+ inside v0@v1", "+ inside v1@v0"]
    assert after.changes(before)["interfaces"] == ["- inside v0@v1", "- inside v1@v0"]
    assert before.left_behind(after)["tables"] == ["+ inside table inet longshore"]
    assert "interfaces" not in after.left_behind(before)


# -- images


def test_the_images_are_archives_that_share_their_layers(images):
    layers = {}
    for name, path in images.items():
        with tarfile.open(path) as tar:
            manifest = json.load(tar.extractfile("manifest.json"))
            config = json.load(tar.extractfile(manifest[0]["Config"]))
            assert manifest[0]["RepoTags"] == [name]
            layers[name] = config["rootfs"]["diff_ids"]
    assert layers["web:1"] == layers["web:2"]
    assert layers["web:1"][:1] == layers["busybox:1"]


def test_the_images_programs_run_without_anything_else(images, tmp_path):
    with tarfile.open(images["web:1"]) as tar:
        for name in json.load(tar.extractfile("manifest.json"))[0]["Layers"]:
            with tarfile.open(fileobj=tar.extractfile(name)) as layer:
                layer.extractall(tmp_path, filter="fully_trusted")
    command = ["chroot", tmp_path, "/bin/sh", "-c", "longshore-testserver --exit 7"]
    done = subprocess.run(
        command, env={"PATH": "/usr/bin:/usr/sbin:/bin"}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (7, "exiting with 7, as told\n")
