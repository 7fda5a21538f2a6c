"""How soon moved weights are in force, and a large rolling update under load."""

import http.client
import json
import threading
import time

import world
from report import Row, Target, milliseconds, percentile

TITLE = "deployments"
SHIFTS = 40
ROLLED = 50
PRODUCTION, TEST = 8000, 8001
ROLE = "arn:aws:iam::000000000000:role/ecsInfrastructure"


class Watch:
    """Asks one listener again and again on one connection, and notes who answered when."""

    def __init__(self, host, port, name):
        self.seen = []
        self.failed = 0
        self._stop = threading.Event()
        self._arrived = threading.Condition()
        # The socket is made by the thread that is inside; it stays inside afterwards.
        with host.inside():
            self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            self._connection.connect()
        self._name = name
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.is_set():
            sent = time.monotonic()
            self._connection.request("GET", "/", headers={"Host": self._name})
            answer = self._connection.getresponse()
            body = answer.read()
            version = json.loads(body)["version"] if answer.status == 200 else None
            with self._arrived:
                self.failed += answer.status != 200
                self.seen.append((sent, version))
                self._arrived.notify_all()

    def wait_more(self, count):
        with self._arrived:
            wanted = len(self.seen) + count
            assert self._arrived.wait_for(lambda: len(self.seen) >= wanted, 30), "no answers"

    def stop(self):
        self._stop.set()
        self._thread.join()


def _groups(host):
    """A load balancer with a listener for production and one for tests, and two groups."""
    elbv2 = host.boto("elbv2")
    blue, name = world.balancer(host, "blue", PRODUCTION)
    balancer = elbv2.describe_load_balancers(Names=["blue"])["LoadBalancers"][0]
    arn = balancer["LoadBalancerArn"]
    green = world.target_group(host, "green")
    elbv2.create_listener(
        LoadBalancerArn=arn,
        Protocol="HTTP",
        Port=TEST,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": green}],
    )
    rules = {}
    for listener in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
        described = elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
        rules[listener["Port"]] = (listener["ListenerArn"], described[0]["RuleArn"])
    return blue, green, name, rules


def _weigh(elbv2, listener, blue, green, is_green):
    groups = [
        {"TargetGroupArn": blue, "Weight": 0 if is_green else 1},
        {"TargetGroupArn": green, "Weight": 1 if is_green else 0},
    ]
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
    elbv2.modify_listener(ListenerArn=listener, DefaultActions=[action])
    return time.monotonic()


def _last_of(seen, version, after):
    """How long after `after` a request was still sent that this version answered."""
    late = [sent - after for sent, by in seen if by == version and sent > after]
    return max(late, default=0.0)


def _shifts(host):
    ecs, elbv2 = host.boto("ecs"), host.boto("elbv2")
    blue, green, name, rules = _groups(host)
    for version, group in (("1", blue), ("2", green)):
        definition = world.definition(ecs, family=f"v{version}", image=f"web:{version}")
        world.service(host, f"v{version}", 1, group, definition)
        world.wait_healthy(host, group, 1)
    late = []
    watch = Watch(host, PRODUCTION, name)
    for number in range(SHIFTS):
        is_green = number % 2 == 0
        moved = _weigh(elbv2, rules[PRODUCTION][0], blue, green, is_green)
        watch.wait_more(50)
        late.append(_last_of(list(watch.seen), "1" if is_green else "2", moved))
    watch.stop()
    for service in ("v1", "v2"):
        ecs.delete_service(cluster=world.CLUSTER, service=service, force=True)
    return late, watch.failed, (blue, green, name, rules)


def _rollback(host, where):
    """A blue/green deployment is stopped while it bakes: how long production stays there."""
    ecs = host.boto("ecs")
    blue, green, name, rules = where
    advanced = {
        "alternateTargetGroupArn": green,
        "productionListenerRule": rules[PRODUCTION][1],
        "testListenerRule": rules[TEST][1],
        "roleArn": ROLE,
    }
    ecs.create_service(
        cluster=world.CLUSTER,
        serviceName="staged",
        taskDefinition="v1",
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=world.network(host.boto("ec2")),
        deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0},
        loadBalancers=[
            {
                "targetGroupArn": blue,
                "containerName": "web",
                "containerPort": world.PORT,
                "advancedConfiguration": advanced,
            }
        ],
    )
    arn = world.wait_deployment(ecs, "staged", lambda now: now["status"] == "SUCCESSFUL")
    watch = Watch(host, PRODUCTION, name)
    ecs.update_service(
        cluster=world.CLUSTER,
        service="staged",
        taskDefinition="v2",
        deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5},
    )
    arn = world.wait_deployment(
        ecs, "staged", lambda now: now.get("lifecycleStage") == "BAKE_TIME"
    )
    ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    stopped = time.monotonic()
    world.wait_deployment(ecs, "staged", lambda now: now["status"] == "ROLLBACK_SUCCESSFUL")
    watch.stop()
    ecs.delete_service(cluster=world.CLUSTER, service="staged", force=True)
    return _last_of(watch.seen, "2", stopped), watch.failed


def _rolled(host):
    """Fifty tasks replaced under load: seconds, the slowest task's start, and the requests."""
    ecs = host.boto("ecs")
    group, name = world.balancer(host, "rolled", 8100)
    world.service(host, "rolled", ROLLED, group, "v1")
    world.wait_healthy(host, group, ROLLED)
    with host.load(f"http://{name}:8100/", 8) as load:
        load.wait_answered(200)
        began = time.monotonic()
        ecs.update_service(cluster=world.CLUSTER, service="rolled", taskDefinition="v2")
        world.wait_deployment(ecs, "rolled", lambda now: now["status"] == "SUCCESSFUL")
        took = time.monotonic() - began
        summary = load.stop()
    arns = ecs.list_tasks(cluster=world.CLUSTER, serviceName="rolled")["taskArns"]
    tasks = ecs.describe_tasks(cluster=world.CLUSTER, tasks=arns)["tasks"]
    starts = [(task["startedAt"] - task["createdAt"]).total_seconds() for task in tasks]
    return took, max(starts), summary


def measure(host):
    late, failed, where = _shifts(host)
    back, failed_back = _rollback(host, where)
    took, slowest, summary = _rolled(host)
    return [
        Row(
            "weights: old ones still in use after the answer, p99",
            milliseconds(percentile(late, 0.99)),
            target=Target(10, "ms"),
            measured=1000 * percentile(late, 0.99),
            note=f"{SHIFTS} shifts, one connection; failed requests: {failed}",
        ),
        Row(
            "rollback in the bake: production still on the new revision",
            milliseconds(back),
            target=Target(50, "ms"),
            measured=1000 * back,
            note=f"failed requests: {failed_back}",
        ),
        Row(
            f"{ROLLED} tasks rolled under load, in one wave",
            f"{took:.1f} s",
            peer=f"{slowest:.1f} s",
            ratio=f"{took / slowest:.2f}",
            target=Target(1.5, "x the slowest start"),
            measured=took / slowest,
            note=f"failed requests: {summary.failed} of {summary.sent}",
        ),
        Row(
            f"{ROLLED} tasks rolled beside Docker Swarm",
            f"{took:.1f} s",
            target=Target(0.5, "x Docker Swarm"),
            note="no Docker daemon runs here",
        ),
    ]
