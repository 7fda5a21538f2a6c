"""Security groups as packets meet them: tiers that reach each other, and nothing else."""

import contextlib
import threading

import pytest

from harness import commands, packets, roles
from harness.ecs import Cluster, address, web
from harness.tiers import (
    DATABASE,
    NAMES,
    RULED,
    TO_DATABASE,
    Tiers,
    allow,
    end_tasks,
    make_group,
    permission,
    task_place,
)
from harness.waiting import wait_until

# How often a forbidden connection is tried, at least, while the node is killed again and again.
PROBES_MIN = 100
CHANGES = 40
ANYWHERE = "0.0.0.0/0"


@pytest.fixture(scope="module")
def cluster(shared, images):
    shared.import_image(images["web:1"])
    return Cluster(shared)


def test_exactly_the_ruled_pairs_connect_under_load(cluster):
    with Tiers(cluster, "tiers") as tiers, tiers.served():
        load = cluster.host.load(tiers.url, connections=4)
        load.wait_answered(100)
        assert tiers.matrix() == RULED | {TO_DATABASE}
        assert tiers.explained() == RULED | {TO_DATABASE}
        held = tiers.places["backend"].tcp(DATABASE, to=tiers.places["database"])
        assert packets.says(held)

        tiers.forbid_database()
        wait_until(lambda: not packets.says(held), 5, "the open connection is cut")
        assert tiers.matrix() == RULED
        assert tiers.explained() == RULED
        load.wait_more(100)

        tiers.permit_database()
        wait_until(lambda: packets.says(held, seconds=5), 20, "it comes back")
        assert tiers.matrix() == RULED | {TO_DATABASE}
        load.wait_more(100)
        summary = load.stop()
        assert summary.failed == 0, summary


def test_a_new_task_is_admitted_before_it_runs(cluster):
    """The one that takes a task's place serves at once: its group's members are let in."""
    with Tiers(cluster, "replaced") as tiers:
        old = tiers.places["frontend"].address
        load = cluster.host.load(tiers.url, connections=2)
        load.wait_answered(50)
        cluster.update("replaced", forceNewDeployment=True)
        cluster.wait_steady("replaced")
        [task] = cluster.tasks("replaced")
        assert address(cluster.task(task)) != old
        load.wait_more(50)
        summary = load.stop()
        assert summary.failed == 0, summary


def test_a_node_killed_while_rules_change_lets_nothing_pass(cluster):
    with Tiers(cluster, "killed") as tiers, tiers.served():
        places = tiers.places
        with prober(places["frontend"], places["database"], DATABASE) as counts:
            for turn in range(CHANGES):
                if turn % 2:
                    tiers.permit_database()
                else:
                    tiers.forbid_database()
                if turn % 10 == 5:
                    roles.kill(cluster.host, "node")
            # Of an even number of turns the last one permits.
            wait_until(
                lambda: places["backend"].reaches(places["database"], "tcp", DATABASE),
                20,
                "the last change is in force",
            )
            wait_until(lambda: counts["tried"] >= PROBES_MIN, 30, "enough was tried")
        assert counts["passed"] == 0, counts
        changed = packets.filter_of(cluster.host)
        generation = packets.generation(cluster.host)
        roles.kill(cluster.host, "node")
        wait_until(
            lambda: packets.generation(cluster.host) != generation, 20, "the filter is anew"
        )
        assert changed == packets.filter_of(cluster.host)
        assert packets.members_of(cluster.host) == interface_addresses(tiers.ec2)


def test_what_is_denied_is_shown_with_its_reason_and_logged(cluster):
    ec2 = cluster.host.boto("ec2")
    groups = [make_group(ec2, cluster.vpc, name) for name in ("asks", "shut")]
    source, destination = [run_in(cluster, group) for group in groups]
    assert not source.reaches(destination, "tcp", 4444)
    shown = cluster.host.longshore(commands.status, "--denied")
    of_interface = next(part for part in shown.split("\n\n") if destination.address in part)
    head, _columns, *lines = of_interface.splitlines()
    assert head.startswith("eni-") and f"({destination.address})" in head
    [line] = [line for line in lines if "4444/tcp" in line]
    assert int(line.split()[0]) >= 1
    assert f"({source.address})" in line
    assert line.endswith(f"no ingress rule of {groups[1]} (shut) lets it in")
    logged = f"source={source.address} destination={destination.address} protocol=6 port=4444"
    wait_until(lambda: logged in cluster.host.printed(), 10, "it is logged")


def test_what_a_task_must_not_reach(cluster):
    """The host's services but the API, and what only a task's own namespace serves."""
    inside = run_in(cluster, make_group(cluster.host.boto("ec2"), cluster.vpc, "alone"))
    gateway = packets.host_place(cluster.host, "gateway", "169.254.169.253")
    everywhere = packets.host_place(cluster.host, "host", "0.0.0.0")
    with everywhere.listen(tcp=[7777], udp=[7778]):
        assert not inside.reaches(gateway, "tcp", 7777)
        assert not inside.reaches(gateway, "udp", 7778)
        assert not inside.reaches(gateway, "tcp", 4567)
        for unserved in ("169.254.169.254", "169.254.170.2"):
            place = packets.host_place(cluster.host, unserved, unserved)
            assert not inside.reaches(place, "tcp", 80), unserved
            assert not inside.reaches(place, "tcp", 7777), unserved
            is_allowed, why = cluster.host.is_allowed(inside.address, unserved, "80")
            assert not is_allowed and "link-local" in why
    is_allowed, why = cluster.host.is_allowed(inside.address, "host", "7777")
    assert not is_allowed and "nothing there to tasks but its API, and its resolver" in why
    # The API, for who has credentials.
    assert inside.reaches(gateway, "tcp", 4566)
    is_allowed, why = cluster.host.is_allowed(inside.address, "host", "4566")
    assert is_allowed and "serves its API" in why
    # The resolver is at the VPC's base plus two as well.
    assert cluster.host.is_allowed(inside.address, "172.31.0.2", "53/udp")[0]
    assert not cluster.host.is_allowed(inside.address, "172.31.0.2", "80")[0]
    assert not cluster.host.is_allowed(inside.address, "172.31.0.3", "53/udp")[0]
    is_allowed, why = cluster.host.is_allowed(inside.address, "host", "53/udp")
    assert is_allowed and "resolver answers" in why
    end_tasks(cluster)


def test_two_groups_and_one_that_lets_in_its_own(cluster):
    ec2 = cluster.host.boto("ec2")
    own, ranged = (make_group(ec2, cluster.vpc, name) for name in ("pair-own", "pair-range"))
    allow(ec2, own, ("tcp", DATABASE, own))
    both, member = run_in(cluster, own, ranged), run_in(cluster, own)
    other = run_in(cluster, ranged)
    allow(ec2, ranged, ("udp", NAMES, f"{other.address}/32"))
    with both.listen(tcp=[DATABASE], udp=[NAMES]), member.listen(tcp=[DATABASE]):
        wait_until(lambda: other.reaches(both, "udp", NAMES), 5, "the range is let in")
        assert member.reaches(both, "tcp", DATABASE)
        assert both.reaches(member, "tcp", DATABASE)
        assert not other.reaches(both, "tcp", DATABASE)
        assert not member.reaches(both, "udp", NAMES)
    end_tasks(cluster)


def test_what_may_leave_is_limited_to_a_range(cluster):
    ec2 = cluster.host.boto("ec2")
    narrow, wide = (make_group(ec2, cluster.vpc, name) for name in ("leave-narrow", "leave-wide"))
    allow(ec2, wide, ("tcp", DATABASE, ANYWHERE))
    one, first, second = run_in(cluster, narrow), run_in(cluster, wide), run_in(cluster, wide)
    with first.listen(tcp=[DATABASE]), second.listen(tcp=[DATABASE]):
        assert one.reaches(first, "tcp", DATABASE)
        assert one.reaches(second, "tcp", DATABASE)
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}
        ec2.revoke_security_group_egress(GroupId=narrow, IpPermissions=[everything])
        wait_until(lambda: not one.reaches(first, "tcp", DATABASE), 5, "nothing may leave")
        ec2.authorize_security_group_egress(
            GroupId=narrow, IpPermissions=[permission("tcp", DATABASE, f"{first.address}/32")]
        )
        wait_until(lambda: one.reaches(first, "tcp", DATABASE), 5, "one address is allowed")
        assert not one.reaches(second, "tcp", DATABASE)
    end_tasks(cluster)


def test_another_vpc_is_out_of_reach(cluster):
    ec2 = cluster.host.boto("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.1.0/24")["Subnet"]["SubnetId"]
    far_group = make_group(ec2, vpc, "far")
    near_group = make_group(ec2, cluster.vpc, "near")
    for group in (far_group, near_group):
        allow(ec2, group, ("tcp", DATABASE, ANYWHERE))
    near, also_near = run_in(cluster, near_group), run_in(cluster, near_group)
    far = run_in(cluster, far_group, subnets=[subnet])
    with near.listen(tcp=[DATABASE]), far.listen(tcp=[DATABASE]):
        assert also_near.reaches(near, "tcp", DATABASE)
        assert not near.reaches(far, "tcp", DATABASE)
        assert not far.reaches(near, "tcp", DATABASE)
        is_allowed, why = cluster.host.is_allowed(far.address, near.address, str(DATABASE))
        assert not is_allowed and "are different VPCs" in why
    end_tasks(cluster)


def test_a_spoofed_source_gets_nowhere(cluster):
    """A task that takes another's address, whose group is let in, is still itself."""
    ec2 = cluster.host.boto("ec2")
    trusted, serving = (make_group(ec2, cluster.vpc, name) for name in ("spoof-of", "spoof-to"))
    allow(ec2, serving, ("udp", NAMES, trusted))
    good, server = run_in(cluster, trusted), run_in(cluster, serving)
    bad = run_in(cluster, serving)
    with packets.Heard(server, NAMES) as heard:
        packets.spoof(good, good.address, server, NAMES, b"its own")
        assert heard.next() == b"its own"
        packets.spoof(bad, good.address, server, NAMES, b"spoofed")
        # What comes after it on the same way is heard, so the other one is not under way.
        packets.send(good, server, NAMES, b"honest")
        assert heard.next() == b"honest"
    end_tasks(cluster)


# -- what the tests are made of


def run_in(cluster, *groups, subnets=None):
    """The place of a task that runs in security groups."""
    definition = cluster.define("alone", web(1))
    network = cluster.network_of(*groups, subnets=subnets)
    task = cluster.run(definition, networkConfiguration=network)
    cluster.wait_running(task)
    return task_place(cluster, task, task)


def interface_addresses(ec2):
    """The private addresses of all interfaces that are in security groups."""
    interfaces = ec2.describe_network_interfaces()["NetworkInterfaces"]
    return {one["PrivateIpAddress"] for one in interfaces if one["Groups"]}


@contextlib.contextmanager
def prober(place, to, port):
    """Tries a forbidden connection again and again; answers what was tried and what passed."""
    counts = {"tried": 0, "passed": 0}
    end = threading.Event()

    def probe():
        while not end.is_set():
            connection = place.tcp(port, seconds=0.05, to=to)
            counts["tried"] += 1
            if connection is not None:
                counts["passed"] += 1
                connection.close()

    thread = threading.Thread(target=probe)
    thread.start()
    try:
        yield counts
    finally:
        end.set()
        thread.join()
