"""Four tiers, each in a security group of its own: balancer, frontend, backend, database."""

import contextlib

from harness import packets
from harness.ecs import PORT, address, web

DATABASE = 5432
NAMES = 5353
PORTS = [("tcp", PORT), ("tcp", DATABASE), ("udp", NAMES)]

# What the rules of all tiers let through; the one to the database is taken back and given again.
TO_DATABASE = ("backend", "database", "tcp", DATABASE)
RULED = {
    ("balancer", "frontend", "tcp", PORT),
    ("frontend", "backend", "tcp", PORT),
    ("frontend", "backend", "udp", NAMES),
}

# How security groups know the host that tests look from.
HOST = "169.254.169.253/32"


def permission(protocol, port, source):
    """A permission for one port, from a group or from a range."""
    made = {"IpProtocol": protocol, "FromPort": port, "ToPort": port}
    if source.startswith("sg-"):
        return {**made, "UserIdGroupPairs": [{"GroupId": source}]}
    return {**made, "IpRanges": [{"CidrIp": source}]}


def make_group(ec2, vpc, name):
    made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)
    return made["GroupId"]


def allow(ec2, group, *allowed):
    """Lets in what `permission()` says: a list of its arguments."""
    permissions = [permission(*one) for one in allowed]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)


class Tiers:
    """The tiers of one name. A service of one task is the frontend, tasks are the others."""

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name
        self.ec2 = cluster.host.boto("ec2")
        tiers = ("balancer", "frontend", "backend", "database")
        self.groups = {
            tier: make_group(self.ec2, cluster.vpc, f"{name}-{tier}") for tier in tiers
        }
        self._allow()
        self.balancer = cluster.balancer(name, security_groups=[self.groups["balancer"]])
        definition = cluster.define(name, web(1))
        cluster.create_service(
            name,
            definition,
            balancer=self.balancer,
            networkConfiguration=cluster.network_of(self.groups["frontend"]),
        )
        tasks = {tier: self._run(definition, tier) for tier in ("backend", "database")}
        for task in tasks.values():
            cluster.wait_running(task)
        cluster.wait_targets(self.balancer.group, ["healthy"])
        [tasks["frontend"]] = cluster.tasks(name)
        self.tasks = tasks
        self.places = {tier: task_place(cluster, tier, task) for tier, task in tasks.items()}
        own = balancer_address(self.ec2, self.balancer)
        self.places["balancer"] = packets.host_place(cluster.host, "balancer", own)

    @property
    def url(self):
        return f"http://{self.places['balancer'].address}:80/"

    def permit_database(self):
        allow(self.ec2, self.groups["database"], ("tcp", DATABASE, self.groups["backend"]))

    def forbid_database(self):
        revoked = permission("tcp", DATABASE, self.groups["backend"])
        self.ec2.revoke_security_group_ingress(
            GroupId=self.groups["database"], IpPermissions=[revoked]
        )

    def matrix(self):
        """All that connects: from every tier to every task, on every port."""
        tasks = [self.places[tier] for tier in ("frontend", "backend", "database")]
        return packets.matrix(self.places.values(), tasks, PORTS)

    def explained(self):
        """The same, as `longshore explain connection` has it: each tier by another kind of name."""
        names = {
            "balancer": f"load-balancer:{self.name}",
            "frontend": f"service:{self.name}",
            "backend": f"task:{self.tasks['backend']}",
            "database": self.groups["database"],
        }
        asked = [
            (source, destination, protocol, port)
            for source in names
            for destination in ("frontend", "backend", "database")
            if source != destination
            for protocol, port in PORTS
        ]
        explain = self.cluster.host.is_allowed
        return {
            (source, destination, protocol, port)
            for source, destination, protocol, port in asked
            if explain(names[source], names[destination], f"{port}/{protocol}")[0]
        }

    @contextlib.contextmanager
    def served(self):
        """Every task serves every port, so that only rules decide."""
        with contextlib.ExitStack() as stack:
            for tier in ("frontend", "backend", "database"):
                stack.enter_context(self.places[tier].listen(tcp=[DATABASE], udp=[NAMES]))
            yield

    def close(self):
        """Gives back what the tasks hold."""
        self.cluster.ecs.delete_service(cluster=self.cluster.name, service=self.name, force=True)
        end_tasks(self.cluster)

    def _allow(self):
        group = self.groups
        allow(self.ec2, group["balancer"], ("tcp", 80, HOST))
        allow(self.ec2, group["frontend"], ("tcp", PORT, group["balancer"]))
        from_frontend = [("tcp", PORT, group["frontend"]), ("udp", NAMES, group["frontend"])]
        allow(self.ec2, group["backend"], *from_frontend)
        self.permit_database()

    def _run(self, definition, tier):
        network = self.cluster.network_of(self.groups[tier])
        return self.cluster.run(definition, networkConfiguration=network)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()


def task_place(cluster, name, task):
    return packets.task_place(name, task, address(cluster.task(task)))


def balancer_address(ec2, balancer):
    """The address that a load balancer's interface has in its VPC."""
    path = balancer.arn.partition("loadbalancer/")[2]
    described = [{"Name": "description", "Values": [f"ELB {path}"]}]
    found = ec2.describe_network_interfaces(Filters=described)["NetworkInterfaces"]
    return found[0]["PrivateIpAddress"]


def end_tasks(cluster):
    """Stops all that runs, and waits for it."""
    for task in cluster.tasks():
        cluster.stop(task)
        cluster.wait_stopped(task)
