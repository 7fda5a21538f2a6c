"""`--auth any` and its reset: an emulator for test suites, empty again within two seconds."""

import time

from harness.ecs import Cluster, web
from harness.waiting import wait_until

ANY = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
RESET_SECONDS = 2
RESET = "http://127.0.0.1:4566/_longshore/reset"


def test_a_reset_empties_everything(host, images):
    host.up("--auth", "any")
    host.import_image(images["web:1"])
    before = {one.pid for one in host.processes()}
    cluster = Cluster(host)
    for _round in range(2):
        balancer = cluster.balancer("web")
        cluster.create_service("web", cluster.define("web", web(1)), 3, balancer)
        cluster.run(cluster.define("web", web(1)))
        cluster.wait_steady("web")
        assert len(cluster.tasks()) == 4
        assert host.http(balancer.url).status == 200
        begun = time.monotonic()
        assert host.http(RESET, method="POST").status == 200
        wait_until(lambda: {one.pid for one in host.processes()} <= before, 10, "tasks gone")
        took = time.monotonic() - begun
        assert host.aws("ecs", "list-clusters", credentials=ANY)["clusterArns"] == []
        assert cluster.ecs.list_task_definitions()["taskDefinitionArns"] == []
        assert cluster.elb.describe_load_balancers()["LoadBalancers"] == []
        assert cluster.elb.describe_target_groups()["TargetGroups"] == []
        assert cluster.logs.describe_log_groups()["logGroups"] == []
        assert took < RESET_SECONDS
        # And it all works again, as if it were new.
        cluster = Cluster(host)
        assert cluster.define("web", web(1)) == "web:1"
        assert host.boto("ec2", credentials=ANY).allocate_address()["PublicIp"]
        assert host.http(RESET, method="POST").status == 200
        cluster = Cluster(host)


def test_a_reset_is_refused_where_signatures_count(running):
    cluster = Cluster(running)
    assert running.http(RESET, method="POST").status == 403
    assert len(cluster.ecs.list_clusters()["clusterArns"]) == 1
