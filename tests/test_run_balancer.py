"""Load balancers as their clients meet them: which target answers, and what it is told."""

import collections
import socket
import threading

import pytest

from harness.ecs import PORT, Cluster, address, environment, forward, web
from harness.waiting import wait_until


@pytest.fixture(scope="module")
def cluster(shared, images):
    shared.import_image(images["web:1"])
    return Cluster(shared)


@pytest.fixture(scope="module")
def servers(cluster):
    """Addresses of tasks by the version that each tells: `a`, `b`."""
    tasks = {}
    for version in "ab":
        own = web(1, environment=environment(VERSION=version))
        tasks[version] = cluster.run(cluster.define(f"server-{version}", own))
    return {version: address(cluster.wait_running(task)) for version, task in tasks.items()}


@pytest.fixture(scope="module")
def groups(cluster, servers):
    """A target group for each server, which is in it; healthy once a listener uses it."""
    arns = {}
    for version, ip in servers.items():
        arns[version] = cluster.target_group(f"group-{version}")
        register(cluster, arns[version], ip)
    return arns


@pytest.fixture(scope="module")
def main(cluster, groups):
    """A load balancer that forwards to `a` and, for `/b` and below, to `b`."""
    balancer = cluster.balancer("main", action=forward(groups["a"]))
    rule(cluster, balancer, 50000, forward(groups["b"]), path("/b", "/b/*"))
    for group in groups.values():
        cluster.wait_targets(group, ["healthy"])
    return balancer


@pytest.fixture
def add_rule(cluster, main, request):
    """Adds a rule to the load balancer `main` for the time of the test, and waits for it."""

    def add(priority, action, *conditions):
        arn = rule(cluster, main, priority, action, *conditions)
        request.addfinalizer(lambda: cluster.elb.delete_rule(RuleArn=arn))
        applied(cluster, main)
        return arn

    return add


def register(cluster, group, *ips, port=PORT):
    targets = [{"Id": ip, "Port": port} for ip in ips]
    cluster.elb.register_targets(TargetGroupArn=group, Targets=targets)


def deregister(cluster, group, *ips, port=PORT):
    targets = [{"Id": ip, "Port": port} for ip in ips]
    cluster.elb.deregister_targets(TargetGroupArn=group, Targets=targets)


def rule(cluster, balancer, priority, action, *conditions):
    made = cluster.elb.create_rule(
        ListenerArn=balancer.listener,
        Priority=priority,
        Conditions=list(conditions),
        Actions=[action],
    )
    return made["Rules"][0]["RuleArn"]


def path(*values):
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def fixed(status, body, content_type="text/plain"):
    config = {"StatusCode": str(status), "MessageBody": body, "ContentType": content_type}
    return {"Type": "fixed-response", "FixedResponseConfig": config}


def version(cluster, balancer, at="/", **options):
    answer = cluster.host.http(balancer.url + at, **options)
    return answer.json()["version"] if answer.status == 200 else answer.status


def connect(host, balancer):
    with host.inside():
        return socket.create_connection(("127.0.0.1", balancer.port), timeout=10)


def raw(host, balancer, request):
    """The first line of the answer to these bytes, and all that comes until the end."""
    with connect(host, balancer) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


# -- rules and actions


def test_the_default_action_answers_what_no_rule_does(cluster, main):
    assert version(cluster, main) == "a"
    assert version(cluster, main, "/bb") == "a"


CONDITIONS = {
    "host": (
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.shop.example"]}},
        [({"host": "www.shop.example"}, True), ({"host": "shop.example"}, False)],
    ),
    "path": (
        path("/img/*.p?g"),
        [({"at": "/img/a/b.png"}, True), ({"at": "/img/a.jpeg"}, False)],
    ),
    "header": (
        {
            "Field": "http-header",
            "HttpHeaderConfig": {"HttpHeaderName": "X-Kind", "Values": ["new*"]},
        },
        [({"headers": {"x-kind": "newest"}}, True), ({"headers": {"x-kind": "old"}}, False)],
    ),
    "method": (
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["PUT"]}},
        [({"method": "PUT"}, True), ({"method": "POST"}, False)],
    ),
    "query": (
        {
            "Field": "query-string",
            "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2*"}]},
        },
        [({"at": "/?a=b&v=21"}, True), ({"at": "/?v=12"}, False)],
    ),
    "source": (
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["127.0.0.0/8"]}},
        [({}, True)],
    ),
    "another source": (
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24"]}},
        [({}, False)],
    ),
}


@pytest.mark.parametrize("kind", CONDITIONS)
def test_a_rule_takes_what_its_condition_says(cluster, main, groups, add_rule, kind):
    condition, cases = CONDITIONS[kind]
    add_rule(10, forward(groups["b"]), condition)
    for request, is_taken in cases:
        # A request for another host finds its way as this port's only balancer has it.
        assert version(cluster, main, **request) == ("b" if is_taken else "a"), request


_marks = iter(range(1000, 2000))


def applied(cluster, balancer):
    """Waits until what was changed before is in use: a rule that was made after it is."""
    mark = f"/mark-{next(_marks)}"
    arn = rule(cluster, balancer, 1, fixed(200, mark), path(mark))
    wait_until(lambda: cluster.host.http(balancer.url + mark).body == mark.encode(), 5, "the rule")
    cluster.elb.delete_rule(RuleArn=arn)


def test_the_lowest_priority_wins_and_can_be_changed(cluster, main, add_rule):
    low = add_rule(20, fixed(200, "low"), path("/both"))
    high = add_rule(30, fixed(200, "high"), path("/both"))
    assert cluster.host.http(f"{main.url}/both").body == b"low"
    cluster.elb.set_rule_priorities(
        RulePriorities=[{"RuleArn": high, "Priority": 20}, {"RuleArn": low, "Priority": 30}]
    )
    applied(cluster, main)
    assert cluster.host.http(f"{main.url}/both").body == b"high"


def test_a_fixed_response_and_a_redirect(cluster, main, add_rule):
    redirect = {
        "Type": "redirect",
        "RedirectConfig": {
            "Host": "www.#{host}",
            "Path": "/new/#{path}",
            "Port": "#{port}",
            "StatusCode": "HTTP_301",
        },
    }
    add_rule(20, fixed(418, '{"tea": 1}', "application/json"), path("/fixed"))
    add_rule(21, redirect, path("/old"))
    answer = cluster.host.http(f"{main.url}/fixed")
    assert (answer.status, answer.body) == (418, b'{"tea": 1}')
    assert answer.headers["content-type"] == "application/json"
    answer = cluster.host.http(f"{main.url}/old?x=1")
    assert answer.status == 301
    assert answer.headers["location"] == f"http://www.{main.name}:80/new/old?x=1"


def test_weights_split_the_requests(cluster, main, groups, add_rule):
    add_rule(20, forward((groups["a"], 3), (groups["b"], 1)), path("/split"))
    load = cluster.host.load(f"{main.url}/split", requests=2000, by="version")
    summary = load.finish()
    assert summary.failed == 0
    assert 1350 < summary.values["a"] < 1650, summary.values


def test_two_load_balancers_share_a_port_by_their_names(cluster, servers):
    first = cluster.balancer("first", 8100)
    second = cluster.balancer("second", 8100)
    for balancer, server in ((first, "a"), (second, "b")):
        register(cluster, balancer.group, servers[server])
        cluster.wait_targets(balancer.group, ["healthy"])
    for balancer, expected in ((first, "a"), (second, "b")):
        assert version(cluster, balancer) == expected
        assert version(cluster, balancer, host=balancer.name.upper()) == expected
    unknown = cluster.host.http(first.url, host="nobody.example")
    assert unknown.status == 503
    assert first.name in unknown.body.decode() and second.name in unknown.body.decode()
    for balancer in (first, second):
        cluster.elb.delete_load_balancer(LoadBalancerArn=balancer.arn)


def test_a_load_balancer_answers_in_each_of_its_subnets(cluster, servers):
    """At an address of each; taken out of a subnet, no more at the address there."""
    first, second, third = cluster.subnets[:3]
    made = cluster.balancer("subnets", 8200)
    register(cluster, made.group, servers["a"])
    cluster.wait_targets(made.group, ["healthy"])
    before = addresses_by_subnet(cluster, made)
    assert set(before) == {first, second, third}
    for own in before.values():
        assert cluster.host.http(f"http://{own}:8200/").json()["version"] == "a"

    cluster.elb.set_subnets(LoadBalancerArn=made.arn, Subnets=[first, second])
    after = addresses_by_subnet(cluster, made)
    assert after == {subnet: before[subnet] for subnet in (first, second)}
    wait_until(lambda: not listens(cluster, before[third]), 10, "nobody listens there any more")
    for own in after.values():
        assert cluster.host.http(f"http://{own}:8200/").json()["version"] == "a"

    cluster.elb.set_subnets(LoadBalancerArn=made.arn, Subnets=[second, third])
    [moved] = [own for subnet, own in addresses_by_subnet(cluster, made).items() if subnet == third]
    wait_until(lambda: listens(cluster, moved), 10, "it listens in the subnet that it came into")
    cluster.wait_targets(made.group, ["healthy"])
    assert cluster.host.http(f"http://{moved}:8200/").json()["version"] == "a"
    cluster.elb.delete_load_balancer(LoadBalancerArn=made.arn)


def addresses_by_subnet(cluster, balancer):
    path = balancer.arn.partition("loadbalancer/")[2]
    of_balancer = [{"Name": "description", "Values": [f"ELB {path}"]}]
    shown = cluster.host.boto("ec2").describe_network_interfaces(Filters=of_balancer)
    return {one["SubnetId"]: one["PrivateIpAddress"] for one in shown["NetworkInterfaces"]}


def listens(cluster, own):
    with cluster.host.inside(), socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((own, 8200)) == 0


# -- what a target is told, and how bytes pass


def test_a_target_is_told_who_asked(cluster, main):
    told = cluster.host.http(main.url, headers={"X-Forwarded-For": "192.0.2.9"}).json()["headers"]
    assert told["x-forwarded-for"] == ["192.0.2.9, 127.0.0.1"]
    assert told["x-forwarded-proto"] == ["http"]
    assert told["x-forwarded-port"] == ["80"]
    assert told["x-amzn-trace-id"][0].startswith("Root=1-")
    # COMPAT: without the attribute `preserve_host_header`, the usual port is not told.
    assert told["host"] == [main.name]


def test_a_connection_is_kept_for_many_requests(cluster, main):
    with connect(cluster.host, main) as client, client.makefile("rwb") as stream:
        for _number in range(50):
            stream.write(b"GET /status?code=204 HTTP/1.1\r\nHost: a\r\n\r\n")
            stream.flush()
            assert stream.readline() == b"HTTP/1.1 204 No Content\r\n"
            while stream.readline() != b"\r\n":
                pass


def test_an_upgraded_connection_is_a_tunnel(cluster, main):
    with connect(cluster.host, main) as client, client.makefile("rwb") as stream:
        stream.write(b"GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n")
        stream.write(b"Upgrade: websocket\r\n\r\n")
        stream.flush()
        assert stream.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
        while stream.readline() != b"\r\n":
            pass
        for message in (b"\x00raw\xff", b"more" * 50_000):
            stream.write(message)
            stream.flush()
            assert stream.read(len(message)) == message


def test_a_stream_passes_as_it_comes(cluster, main):
    """The first chunk is here while the target still waits to send the last."""
    with connect(cluster.host, main) as client, client.makefile("rwb") as stream:
        stream.write(b"GET /stream?chunks=3&ms=700 HTTP/1.1\r\nHost: a\r\n\r\n")
        stream.flush()
        while b"chunk 0" not in stream.readline():
            pass
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1, socket.MSG_PEEK)
        client.settimeout(10)
        while b"chunk 2" not in stream.readline():
            pass


def test_twenty_megabytes_pass_both_ways(cluster, main):
    body = bytes(range(256)) * (20 << 12)
    answer = cluster.host.http(f"{main.url}/echo", method="POST", body=body)
    assert (answer.status, len(answer.body)) == (200, 20 << 20)
    assert answer.body == body


def test_http2_by_prior_knowledge(cluster, main):
    command = ["curl", "-sS", "--http2-prior-knowledge", "--connect-to", "::127.0.0.1:80"]
    write = ["-w", "\n%{http_version} %{http_code}"]
    done = cluster.host.run([*command, *write, f"http://{main.name}/b"])
    answer, _newline, version_and_status = done.stdout.rpartition("\n")
    assert version_and_status == "2 200"
    assert '"version":"b"' in answer


SMUGGLED = {
    "two lengths": "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "length and chunked": "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET",
    "chunked in disguise": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked not last": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a space before the colon": "Content-Length : 5\r\n\r\nhello",
    "a folded header": "X-A: b\r\n Content-Length: 5\r\n\r\nhello",
    "a signed length": "Content-Length: +5\r\n\r\nhello",
    "a header with a null": "X-A: b\0c\r\n\r\n",
}


@pytest.mark.parametrize("kind", SMUGGLED)
def test_a_request_with_two_meanings_is_refused(cluster, main, kind):
    head = f"POST /echo HTTP/1.1\r\nHost: {main.name}\r\n{SMUGGLED[kind]}"
    answer = raw(cluster.host, main, head.encode())
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


# -- failures


def test_what_cannot_be_answered_is_told_as_an_alb_does(cluster, main, servers, add_rule):
    empty = cluster.target_group("empty")
    # Nobody listens at the target's port; its health is another port's.
    broken = cluster.target_group("broken", HealthCheckPort=str(PORT))
    register(cluster, broken, servers["a"], port=9)
    cluster.elb.modify_load_balancer_attributes(
        LoadBalancerArn=main.arn,
        Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "1"}],
    )
    add_rule(20, forward(empty), path("/empty"))
    add_rule(21, forward(broken), path("/broken"))
    cluster.wait_targets(broken, ["healthy"])
    assert cluster.host.http(f"{main.url}/empty").status == 503
    refused = cluster.host.http(f"{main.url}/broken")
    assert (refused.status, refused.headers["server"]) == (502, "awselb/2.0")
    assert cluster.host.http(f"{main.url}/slow?ms=5000").status == 504
    cluster.elb.modify_load_balancer_attributes(
        LoadBalancerArn=main.arn,
        Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "60"}],
    )


# -- targets by hand


@pytest.fixture
def pool(cluster, servers, request):
    """A load balancer of its own whose one group has both servers in it."""

    def make(name, attributes=()):
        balancer = cluster.balancer(name, 8200, group_attributes=attributes)
        request.addfinalizer(
            lambda: cluster.elb.delete_load_balancer(LoadBalancerArn=balancer.arn)
        )
        register(cluster, balancer.group, *servers.values())
        cluster.wait_targets(balancer.group, ["healthy"] * 2)
        return balancer

    return make


def test_targets_take_turns(cluster, pool):
    summary = cluster.host.load(f"{pool('turns').url}/", requests=400, by="version").finish()
    assert summary.failed == 0
    assert summary.values == {"a": 200, "b": 200}


def test_a_cookie_keeps_a_client_with_its_target(cluster, pool):
    attributes = {"stickiness.enabled": "true", "stickiness.type": "lb_cookie"}
    balancer = pool("sticky", attributes)
    first = cluster.host.http(balancer.url)
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert cookie.startswith("AWSALB=")
    answers = collections.Counter(
        version(cluster, balancer, headers={"Cookie": cookie}) for _ in range(10)
    )
    assert answers == {first.json()["version"]: 10}
    without = {version(cluster, balancer) for _ in range(10)}
    assert without == {"a", "b"}


def test_a_deregistered_target_finishes_and_gets_no_more(cluster, pool, servers):
    balancer = pool("drain")
    answers = []

    def ask():
        answers.append(cluster.host.http(f"{balancer.url}/slow?ms=1500").status)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    busy = cluster.host.load(f"{balancer.url}/slow?ms=1500", 4, progress=1)
    for thread in threads:
        thread.start()
    # Every connection has been answered once, so that each has a second request under way.
    busy.wait_answered(4)
    deregister(cluster, balancer.group, servers["a"])
    assert cluster.targets(balancer.group)[servers["a"]] == "draining"
    after = cluster.host.load(f"{balancer.url}/", requests=200, by="version").finish()
    assert (after.failed, after.values) == (0, {"b": 200})
    cluster.wait_targets(balancer.group, ["healthy"])
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    assert busy.stop().failed == 0
    register(cluster, balancer.group, servers["a"])
    cluster.wait_targets(balancer.group, ["healthy"] * 2)
    again = cluster.host.load(f"{balancer.url}/", requests=100, by="version").finish()
    assert again.values == {"a": 50, "b": 50}


def test_a_target_that_turns_unhealthy_is_avoided_until_it_is_well(cluster, pool, servers):
    balancer = pool("sick")
    server = f"http://{servers['a']}:{PORT}"
    with cluster.host.load(f"{balancer.url}/", by="version") as load:
        load.wait_answered(200)
        cluster.host.http(f"{server}/health?state=bad", method="POST")
        cluster.wait_targets(balancer.group, ["healthy", "unhealthy"])
        after = cluster.host.load(f"{balancer.url}/", requests=100, by="version").finish()
        assert (after.failed, after.values) == (0, {"b": 100})
        described = cluster.elb.describe_target_health(TargetGroupArn=balancer.group)
        health = {
            one["Target"]["Id"]: one["TargetHealth"]
            for one in described["TargetHealthDescriptions"]
        }[servers["a"]]
        assert health["Reason"] == "Target.ResponseCodeMismatch"
        assert health["Description"] == "Health checks failed with these codes: [503]"
        cluster.host.http(f"{server}/health?state=good", method="POST")
        cluster.wait_targets(balancer.group, ["healthy"] * 2)
        assert load.stop().failed == 0
