"""Tasks that are run by hand: what their containers get, do, say, and how they end."""

import ipaddress

import pytest

from harness import binaries
from harness.ecs import (
    Cluster,
    address,
    container,
    environment,
    log_group,
    of_container,
    task_id,
    web,
)
from harness.refusals import refused
from harness.waiting import wait_until

# Prints the machine's seconds, to the hundredth.
NOW = "cut -d ' ' -f 1 /proc/uptime"
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


@pytest.fixture(scope="module")
def cluster(shared, images):
    for name in ("busybox:1", "web:1"):
        shared.import_image(images[name])
    return Cluster(shared)


def said(cluster, script, memory="512", **settings):
    """What a script prints that runs as a task to its end, and the task as it ended."""
    script = f"{script}\ncode=$?\necho --end--\nexit $code"
    definition = cluster.define("script", container("busybox:1", script, **settings), memory=memory)
    task = cluster.run(definition)
    lines = cluster.wait_line(task, "--end--")
    ended = cluster.wait_stopped(task)
    return lines[: lines.index("--end--")], ended


# -- the life of a task


def test_a_task_runs_and_is_stopped_as_the_cli_sees_it(shared, cluster):
    cluster.define("cli", web(1))
    network = f"awsvpcConfiguration={{subnets=[{cluster.subnets[0]}]}}"
    begun = shared.aws(
        *("ecs", "run-task"),
        cluster="main",
        task_definition="cli",
        launch_type="FARGATE",
        network_configuration=network,
    )
    arn = begun["tasks"][0]["taskArn"]
    assert begun["failures"] == []
    shared.aws("ecs", "wait", "tasks-running", cluster="main", tasks=arn)
    task = shared.aws("ecs", "describe-tasks", cluster="main", tasks=arn)["tasks"][0]
    assert (task["lastStatus"], task["desiredStatus"]) == ("RUNNING", "RUNNING")
    assert task["containers"][0]["lastStatus"] == "RUNNING"
    told = shared.http(f"http://{address(task)}:8080/").json()
    assert (told["version"], told["address"]) == ("1", address(task))
    shared.aws("ecs", "stop-task", cluster="main", task=arn, reason="it is late")
    shared.aws("ecs", "wait", "tasks-stopped", cluster="main", tasks=arn)
    task = shared.aws("ecs", "describe-tasks", cluster="main", tasks=arn)["tasks"][0]
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "it is late")
    assert task["containers"][0]["exitCode"] == 0
    events = shared.aws(
        *("logs", "filter-log-events"),
        log_group_name=log_group(),
        log_stream_names=[f"run/main/{arn.rpartition('/')[2]}"],
    )["events"]
    lines = [event["message"] for event in events]
    assert lines == ["listening on 0.0.0.0:8080", "SIGTERM received", "stopped"]


def test_tasks_have_public_addresses_of_their_own_until_they_stop(shared, cluster):
    definition = cluster.define("public", web(1))
    subnet = cluster.subnets[0]
    network = {"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}}
    answer = cluster.ecs.run_task(
        cluster="main",
        taskDefinition=definition,
        launchType="FARGATE",
        count=2,
        networkConfiguration=network,
    )
    tasks = [task_id(one["taskArn"]) for one in answer["tasks"]]
    ec2 = shared.boto("ec2")
    given = set()
    for task in map(cluster.wait_running, tasks):
        filters = [{"Name": "private-ip-address", "Values": [address(task)]}]
        [shown] = ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
        association = shown["Association"]
        public = association["PublicIp"]
        name = f"ec2-{public.replace('.', '-')}.compute-1.amazonaws.com"
        assert association == {"IpOwnerId": "amazon", "PublicDnsName": name, "PublicIp": public}
        assert ipaddress.ip_address(public) in ipaddress.ip_network("198.18.0.0/16")
        assert shown["PrivateDnsName"] == f"ip-{address(task).replace('.', '-')}.ec2.internal"
        # It is the task's: nobody else gets it, nor can it be replaced.
        told = refused(ec2.allocate_address, Address=public)
        assert told == f"InvalidAddress.NotFound: Address '{public}' not found."
        elastic = ec2.allocate_address()["AllocationId"]
        associated = {"AllocationId": elastic, "NetworkInterfaceId": shown["NetworkInterfaceId"]}
        told = refused(ec2.associate_address, **associated)
        assert told.startswith("OperationNotPermitted: "), told
        ec2.release_address(AllocationId=elastic)
        given.add(public)
    assert len(given) == 2
    for task in tasks:
        cluster.stop(task)
        cluster.wait_stopped(task)

    def free_again():
        try:
            return ec2.allocate_address(Address=public)
        except ec2.exceptions.ClientError:
            return None

    lines, _task = said(cluster, f"nslookup {name}; nslookup ip-172-31-9-9.ec2.internal")
    assert [line for line in lines if line.startswith("Address: ")] == [
        f"Address: {public}",
        "Address: 172.31.9.9",
    ], lines
    again = wait_until(free_again, 10, "the address of a stopped task is free")
    ec2.release_address(AllocationId=again["AllocationId"])


def test_the_times_of_a_task_are_in_order(cluster):
    _lines, task = said(cluster, "usleep 200000")
    names = ["createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "executionStoppedAt"]
    times = [task[name] for name in [*names, "stoppedAt"]]
    assert times == sorted(times), times
    assert task["startedAt"] <= task["stoppingAt"] <= task["stoppedAt"]


@pytest.mark.parametrize("code", [0, 1, 42])
def test_an_exit_code_is_told(cluster, code):
    _lines, task = said(cluster, f"(exit {code})")
    assert of_container(task)["exitCode"] == code
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"


def test_overrides_change_the_command_and_the_environment(cluster):
    definition = cluster.define(
        "overridden",
        container("busybox:1", "exit 3", environment=environment(KEPT="a", CHANGED="b")),
    )
    overrides = {
        "name": "main",
        "command": ["echo kept=$KEPT changed=$CHANGED added=$ADDED"],
        "environment": environment(CHANGED="c", ADDED="d e"),
    }
    task = cluster.run(definition, overrides={"containerOverrides": [overrides]})
    assert of_container(cluster.wait_stopped(task))["exitCode"] == 0
    assert cluster.wait_line(task, lambda _line: True) == ["kept=a changed=c added=d e"]


def test_a_stop_ends_a_stubborn_task_after_its_timeout(cluster):
    stubborn = web(1, environment=environment(IGNORE_TERM="true"), stopTimeout=2)
    task = cluster.run(cluster.define("stubborn", stubborn))
    cluster.wait_line(task, "listening on 0.0.0.0:8080")
    cluster.wait_running(task)
    cluster.stop(task)
    cluster.wait_line(task, "SIGTERM received")
    ended = cluster.wait_stopped(task)
    assert of_container(ended)["exitCode"] == 137
    took = (ended["executionStoppedAt"] - ended["stoppingAt"]).total_seconds()
    assert 1.9 <= took <= 3.5


def test_a_stop_ends_a_friendly_task_at_once(cluster):
    task = cluster.run(cluster.define("friendly", web(1, stopTimeout=60)))
    cluster.wait_line(task, "listening on 0.0.0.0:8080")
    cluster.wait_running(task)
    cluster.stop(task)
    ended = cluster.wait_stopped(task)
    assert of_container(ended)["exitCode"] == 0
    assert (ended["stoppedAt"] - ended["stoppingAt"]).total_seconds() < 2


def test_a_task_can_be_stopped_before_it_runs(cluster):
    # A signal that comes before the program listens to it is lost on it, so SIGKILL follows.
    definition = cluster.define("early", web(1, stopTimeout=2))
    tasks = [cluster.run(definition) for _ in range(4)]
    for task in tasks:
        cluster.stop(task, "changed my mind")
    for task in tasks:
        assert cluster.wait_stopped(task)["stoppedReason"] == "changed my mind"


# -- tasks that go wrong


def test_a_missing_image_is_told_as_ecs_tells_it(cluster):
    missing = "127.0.0.1:9/none:1"
    task = cluster.run(cluster.define("missing", container(missing, logged=False)))
    ended = cluster.wait_stopped(task)
    assert ended["stopCode"] == "TaskFailedToStart"
    assert ended["stoppedReason"].startswith("CannotPullContainerError: ")
    assert missing in ended["stoppedReason"] or "127.0.0.1:9" in ended["stoppedReason"]
    assert of_container(ended)["reason"].startswith("CannotPullContainerError: ")
    assert "exitCode" not in of_container(ended)


def test_a_missing_program_is_told(cluster):
    missing = container("busybox:1", logged=False, entryPoint=["/no/such/program"])
    ended = cluster.wait_stopped(cluster.run(cluster.define("no-program", missing)))
    assert ended["stopCode"] == "TaskFailedToStart"
    assert ended["stoppedReason"].startswith("CannotStartContainerError: ")
    assert "/no/such/program" in ended["stoppedReason"]


def test_the_memory_limit_of_a_container_holds(cluster):
    greedy = container("busybox:1", ["dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1"])
    ended = cluster.wait_stopped(cluster.run(cluster.define("greedy", {**greedy, "memory": 64})))
    assert of_container(ended)["exitCode"] == 137
    assert of_container(ended)["reason"] == OUT_OF_MEMORY
    assert ended["stopCode"] == "EssentialContainerExited"


def test_the_memory_limit_of_a_task_holds(cluster):
    greedy = container("busybox:1", ["dd", "if=/dev/zero", "of=/dev/null", "bs=900M", "count=1"])
    ended = cluster.wait_stopped(cluster.run(cluster.define("greedy-task", greedy)))
    assert of_container(ended)["exitCode"] == 137
    assert of_container(ended)["reason"] == OUT_OF_MEMORY


def test_a_containers_health_is_told_and_follows_it(shared, cluster):
    check = {
        "command": ["CMD", "/usr/bin/longshore-testserver", "--probe", "127.0.0.1:8080"],
        "interval": 5,
        "timeout": 2,
        "retries": 1,
    }
    task = cluster.run(cluster.define("checked", web(1, healthCheck=check)))
    running = cluster.wait_health(task, "HEALTHY")
    assert of_container(running)["healthStatus"] == "HEALTHY"
    shared.http(f"http://{address(running)}:8080/health?state=bad", method="POST")
    unhealthy = cluster.wait_health(task, "UNHEALTHY")
    # Nobody replaces a task that no service has: it runs on.
    assert unhealthy["lastStatus"] == "RUNNING"
    cluster.stop(task)


def test_without_a_check_health_is_unknown(cluster):
    task = cluster.run(cluster.define("unchecked", web(1)))
    assert cluster.wait_running(task)["healthStatus"] == "UNKNOWN"
    cluster.stop(task)


def test_an_essential_container_takes_the_others_with_it(cluster):
    definition = cluster.define(
        "pair",
        container("busybox:1", "exit 7", name="main", dependsOn=[started("other")]),
        web(1, name="other"),
    )
    ended = cluster.wait_stopped(cluster.run(definition))
    assert of_container(ended, "main")["exitCode"] == 7
    assert of_container(ended, "other")["lastStatus"] == "STOPPED"


def test_another_container_may_end_and_the_task_goes_on(cluster):
    definition = cluster.define(
        "sidecar", container("busybox:1", "exit 7", name="side", essential=False), web(1)
    )
    task = cluster.run(definition)
    stopped = cluster.wait_task(
        task,
        lambda now: of_container(now, "side")["lastStatus"] == "STOPPED",
        "the sidecar's end",
    )
    assert of_container(stopped, "side")["exitCode"] == 7
    assert cluster.wait_running(task)["desiredStatus"] == "RUNNING"
    cluster.stop(task)


# -- dependencies


def started(name, condition="START"):
    return {"containerName": name, "condition": condition}


@pytest.mark.parametrize(("condition", "code"), [("COMPLETE", 5), ("SUCCESS", 0)])
def test_a_container_waits_for_anothers_end(cluster, condition, code):
    """The second reads what time it is after the first has ended."""
    definition = cluster.define(
        "ordered",
        container(
            "busybox:1", f"usleep 300000; {NOW}; exit {code}", name="first", essential=False
        ),
        container("busybox:1", NOW, dependsOn=[started("first", condition)]),
    )
    task = cluster.run(definition)
    assert of_container(cluster.wait_stopped(task), "first")["exitCode"] == code
    (first,) = cluster.wait_line(task, lambda _line: True, "first")
    (second,) = cluster.wait_line(task, lambda _line: True)
    assert float(first) <= float(second)


def test_a_container_whose_dependency_failed_never_starts(cluster):
    definition = cluster.define(
        "unmet",
        container("busybox:1", "exit 5", name="first", essential=False),
        container("busybox:1", "echo never", dependsOn=[started("first", "SUCCESS")]),
    )
    task = cluster.run(definition)
    ended = cluster.wait_stopped(task)
    assert ended["stopCode"] == "TaskFailedToStart"
    assert "exitCode" not in of_container(ended)
    assert cluster.lines(task) == []


def test_a_container_waits_for_anothers_health(cluster):
    check = {"command": ["CMD-SHELL", "test -e /tmp/ready"], "interval": 5, "retries": 3}
    definition = cluster.define(
        "healthy-first",
        container(
            "busybox:1",
            "usleep 300000; touch /tmp/ready; exec sleep 60",
            name="first",
            healthCheck=check,
            essential=False,
            stopTimeout=2,
        ),
        container("busybox:1", "exit 0", dependsOn=[started("first", "HEALTHY")]),
    )
    task = cluster.run(definition)
    cluster.wait_task(
        task,
        lambda now: of_container(now, "first")["lastStatus"] == "RUNNING"
        and of_container(now)["lastStatus"] == "PENDING",
        "the second waits",
    )
    ended = cluster.wait_stopped(task)
    assert of_container(ended)["exitCode"] == 0
    assert of_container(ended, "first")["healthStatus"] == "HEALTHY"


# -- what a container gets


def test_the_user_and_its_groups(cluster):
    assert said(cluster, "id -u; id -g; id -G", user="web")[0] == ["1000", "1000", "1000 2000"]
    assert said(cluster, "id -u; id -g", user="1234:4321")[0] == ["1234", "4321"]


def test_the_root_file_system_can_be_read_only(cluster):
    script = "touch /here 2>&1; echo more >/etc/passwd; touch /dev/shm/there && echo shm"
    lines, _task = said(cluster, f"({script}) 2>&1", readonlyRootFilesystem=True)
    assert "touch: /here: Read-only file system" in lines
    assert any("/etc/passwd" in line and "Read-only" in line for line in lines)
    lines, _task = said(cluster, "touch /here && echo done")
    assert lines == ["done"]


def test_an_init_process_reaps_orphans(cluster):
    # The first process waits for nobody, so an orphan stays where it is the one to reap it. It
    # ends when it is one: the shell that started it would reap it too.
    script = """
        (until read pid </orphan && FATE; do usleep 10000; done 2>/dev/null
            tr '\\0\\n' '  ' </proc/1/cmdline; echo
            cat /proc/[0-9]*/stat | grep -c ') Z '; echo end) &
        (sh -c 'echo $$ >/orphan
            until grep -q "PPid:.1$" /proc/$$/status; do usleep 10000; done' &)
        exec tail -f /dev/null
    """

    def look(fate, **settings):
        own = container("busybox:1", script.replace("FATE", fate), stopTimeout=2, **settings)
        task = cluster.run(cluster.define("orphan", own))
        lines = cluster.wait_line(task, "end")
        cluster.stop(task)
        return lines[:2]

    first, zombies = look("grep -q ') Z ' /proc/$pid/stat")
    assert (first.strip(), zombies) == ("tail -f /dev/null", "1")
    first, zombies = look("! test -e /proc/$pid", linuxParameters={"initProcessEnabled": True})
    assert "init" in first and zombies == "0"


def test_an_init_process_hands_the_exit_code_and_sigterm_on(cluster):
    options = {"linuxParameters": {"initProcessEnabled": True}}
    _lines, task = said(cluster, "(exit 9)", **options)
    assert of_container(task)["exitCode"] == 9
    task = cluster.run(cluster.define("init", web(1, **options)))
    cluster.wait_line(task, "listening on 0.0.0.0:8080")
    cluster.stop(task)
    assert of_container(cluster.wait_stopped(task))["exitCode"] == 0


def test_capabilities_are_dropped_and_added(cluster):
    script = "grep -E 'CapEff|Seccomp:|NoNewPrivs' /proc/self/status | tr -d '\\t '"

    def facts(**capabilities):
        settings = {"linuxParameters": {"capabilities": capabilities}} if capabilities else {}
        lines, _task = said(cluster, script, **settings)
        return dict(line.split(":") for line in lines)

    usual = facts()
    # Docker's fourteen, a filter for system calls, and no way to gain privileges.
    assert usual == {"CapEff": "00000000a80425fb", "Seccomp": "2", "NoNewPrivs": "1"}
    assert facts(drop=["ALL"])["CapEff"] == "0" * 16
    traced = int(facts(add=["SYS_PTRACE"])["CapEff"], 16)
    assert traced == 0xA80425FB | 1 << 19


def test_ulimits_and_the_working_directory(cluster):
    limits = [{"name": "nofile", "softLimit": 1000, "hardLimit": 2000}]
    lines, _task = said(
        cluster, "ulimit -Sn; ulimit -Hn; pwd", ulimits=limits, workingDirectory="/var"
    )
    assert lines == ["1000", "2000", "/var"]


def test_a_task_sees_its_own_processes_only(cluster):
    lines, _task = said(cluster, "ls /proc | grep -c '^[0-9]'")
    assert int(lines[0]) < 10


# -- the network


@pytest.fixture(scope="module")
def server(cluster):
    """The address of a task that serves."""
    task = cluster.run(cluster.define("server", web(1)))
    running = cluster.wait_running(task)
    cluster.wait_line(task, "listening on 0.0.0.0:8080")
    yield address(running)
    cluster.stop(task)


def ask(ip, port=8080, host="a", seconds=5):
    """A command that sends one request and prints the answer."""
    request = f"GET / HTTP/1.1\\r\\nHost: {host}\\r\\nConnection: close\\r\\n\\r\\n"
    # Through a pipe that stays open: who closes it would have gone away for the other side.
    pipe = "rm -f /tmp/p; mkfifo /tmp/p; exec 3<>/tmp/p"
    return f"{pipe}; printf '{request}' >&3; nc -w {seconds} {ip} {port} <&3 2>&1"


def test_tasks_reach_each_other_by_address(cluster, server):
    lines, task = said(cluster, ask(server))
    assert of_container(task)["exitCode"] == 0
    # Whoever asks is seen by its own address: nothing on the way rewrites it.
    assert f'"peer":"{address(task)}"' in lines[-1]


def test_a_task_reaches_nothing_of_the_host(shared, cluster):
    server = shared.start([binaries.testserver(), "--listen", "0.0.0.0:0"])
    port = server.wait_for_line(lambda line: "listening" in line, 10).rpartition(":")[2]
    assert shared.http(f"http://127.0.0.1:{port}/").status == 200
    script = f"""
        gateway=$(ip route | awk '/^default/ {{ print $3 }}')
        echo gateway $gateway
        {ask("$gateway", port, seconds=1)}
        {ask("$gateway", 4566, seconds=1)}
        {ask("127.0.0.1", 4566, seconds=1)}
    """
    lines, _task = said(cluster, script)
    assert lines[0].startswith("gateway 169.254.")
    assert not [line for line in lines if "HTTP" in line]
    assert len(lines) == 4 and "refused" in lines[3], lines


def test_a_vacant_address_fails_at_once(cluster, server):
    vacant = ".".join(server.split(".")[:2]) + ".255.250"
    script = f"""
        {NOW}
        {ask(vacant, seconds=20)}
        {NOW}
    """
    lines, _task = said(cluster, script)
    assert "unreachable" in lines[1] or "No route to host" in lines[1], lines
    # The kernel tells a caller who is still in the call at its first repetition, after a second.
    assert float(lines[2]) - float(lines[0]) < 2, lines


def test_names_are_resolved(cluster, server):
    balancer = cluster.balancer("names", port=8001)
    cluster.elb.register_targets(
        TargetGroupArn=balancer.group, Targets=[{"Id": server, "Port": 8080}]
    )
    cluster.wait_targets(balancer.group, ["healthy"])
    script = f"""
        nslookup no-such-name.localhost >/dev/null || echo no such name
        found=$(nslookup {balancer.name} | awk '/^Name/ {{ n = 1 }} n && /^Addr/ {{ print $NF }}')
        for address in $found; do
            echo $address
            {ask("$address", 8001, host=balancer.name)}
        done
        grep -c "$(hostname)" /etc/hosts
    """
    lines, _task = said(cluster, script)
    assert lines[0] == "no such name", lines
    # An address in each of its subnets, and it answers at all of them.
    found = [line for line in lines if line.startswith("172.31.")]
    assert len(set(found)) == len(cluster.subnets), lines
    assert sum('"version":"1"' in line for line in lines) == len(found), lines
    assert int(lines[-1]) > 0
    cluster.elb.delete_load_balancer(LoadBalancerArn=balancer.arn)


# -- logs


def test_both_outputs_are_logged(cluster):
    script = "echo out; echo err >&2; printf 'a\\tb \\303\\251\\n'"
    task = cluster.run(cluster.define("both", container("busybox:1", script)))
    cluster.wait_line(task, "err")
    # Each in its own order; between the two there is none.
    lines = cluster.wait_line(task, "a\tb é")
    assert sorted(lines) == ["a\tb é", "err", "out"]
    assert lines.index("out") < lines.index("a\tb é")


def test_a_last_line_without_an_end_is_logged(cluster):
    task = cluster.run(cluster.define("partial", container("busybox:1", "echo a; printf b")))
    cluster.wait_stopped(task)
    assert cluster.wait_line(task, "b") == ["a", "b"]


def test_a_burst_is_logged_whole_and_in_order(cluster):
    count = 10_000
    script = f"seq 1 {count} | sed 's/.*/line &;/'; printf end"
    task = cluster.run(cluster.define("burst", container("busybox:1", script)))
    cluster.wait_stopped(task)
    lines = wait_until(lambda: (got := cluster.lines(task))[-1:] == ["end"] and got, 30, "the end")
    assert lines == [*(f"line {number};" for number in range(1, count + 1)), "end"]
    times = [event["timestamp"] for event in cluster.events(task)]
    assert times == sorted(times)
    stream = [f"run/main/{task}"]
    found = cluster.logs.get_paginator("filter_log_events").paginate(
        logGroupName=log_group(), logStreamNames=stream, filterPattern='"line 777;"'
    )
    assert [event["message"] for page in found for event in page["events"]] == ["line 777;"]


def test_a_long_line_is_logged_in_pieces_that_join(cluster):
    script = "head -c 300000 /dev/zero | tr '\\0' x; echo; echo end"
    task = cluster.run(cluster.define("long", container("busybox:1", script)))
    lines = cluster.wait_line(task, "end")
    assert "".join(lines[:-1]) == "x" * 300_000
