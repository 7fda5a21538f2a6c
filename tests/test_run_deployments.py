"""Blue/green, linear and canary, under load: stages, shares of traffic, and the way back."""

import zlib

import pytest

from harness import binaries, commands
from harness.deployments import PAUSES, Staged, breaker, pause
from harness.ecs import Cluster, container, environment, is_steady, web

# What a share may be off, in percent of 2,000 requests.
TOLERANCE = 5


@pytest.fixture(scope="module")
def cluster(shared, images):
    for name in ("busybox:1", "web:1", "web:2"):
        shared.import_image(images[name])
    return Cluster(shared)


@pytest.fixture
def staged(cluster, request):
    """A service's surroundings, named by the test; deleted after it."""
    made = Staged(cluster, f"d{zlib.crc32(request.node.name.encode())}")
    yield made
    made.close()


@pytest.fixture(scope="module")
def versions(cluster):
    """Two revisions of one definition, told apart by what they answer."""
    return [cluster.define("web", web(1)), cluster.define("web", web(2))]


def near(shares, **expected):
    wanted = {name.removeprefix("v"): share for name, share in expected.items()}
    assert set(shares) == {name for name, share in wanted.items() if share}, shares
    for name, share in wanted.items():
        assert abs(shares.get(name, 0) - share) <= TOLERANCE, (shares, expected)


def production_weights(deployment):
    target = deployment["targetServiceRevision"]["requestedProductionTrafficWeight"]
    source = deployment["sourceServiceRevisions"][0]["requestedProductionTrafficWeight"]
    return source, target


# -- the three strategies


def test_blue_green_goes_through_its_stages_and_fails_no_request(shared, staged, versions):
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    near(staged.shares(), v1=100)
    assert staged.weights(staged.production_rule) == (100, 0)
    with shared.load(staged.url, 8, by="version") as load:
        load.wait_answered(500)
        arn = staged.update(versions[1], lifecycleHooks=[pause(*PAUSES)])
        stages, hook = [], None
        # Before each stage's hook is answered: production, then test traffic, as they are.
        expected = [
            ("PRE_SCALE_UP", {"v1": 100}, None),
            ("POST_SCALE_UP", {"v1": 100}, {"v1": 100}),
            ("POST_TEST_TRAFFIC_SHIFT", {"v1": 100}, {"v2": 100}),
            ("POST_TEST_TRAFFIC_SHIFT", {"v1": 100}, {"v2": 100}),
            ("POST_PRODUCTION_TRAFFIC_SHIFT", {"v2": 100}, {"v2": 100}),
        ]
        for stage, production, tested in expected:
            now = staged.wait_pause(arn, hook)
            stages.append(now["lifecycleStage"])
            assert now["lifecycleStage"] == stage and now["status"] == "IN_PROGRESS"
            assert production_weights(now) == ((100, 0) if "v1" in production else (0, 100))
            near(staged.shares(), **production)
            if tested:
                near(staged.shares(staged.test_url), **tested)
            # The old revision is whole to the end.
            assert now["sourceServiceRevisions"][0]["runningTaskCount"] == 2
            hook = staged.carry_on(arn)
        done = staged.wait_status(arn, "SUCCESSFUL")
        summary = load.stop()
    assert summary.failed == 0 and set(summary.values) == {"1", "2"}, summary
    assert done["lifecycleStage"] == "CLEAN_UP" and done["finishedAt"] >= done["startedAt"]
    shared.aws("ecs", "wait", "services-stable", cluster="main", services=staged.name)
    service = staged.cluster.service(staged.name)
    assert is_steady(service) and service["taskDefinition"].endswith(versions[1])
    assert staged.weights(staged.production_rule) == (0, 100)
    near(staged.shares(), v2=100)
    revision = staged.cluster.ecs.describe_service_revisions(
        serviceRevisionArns=[done["targetServiceRevision"]["arn"]]
    )["serviceRevisions"][0]
    resolved = revision["resolvedConfiguration"]["loadBalancers"]
    assert [one["targetGroupArn"] for one in resolved] == [staged.green]


def test_linear_moves_in_equal_steps(shared, staged, versions):
    linear = {"stepPercent": 30, "stepBakeTimeInMinutes": 0}
    staged.create(versions[0], {"strategy": "LINEAR", "linearConfiguration": linear})
    with shared.load(staged.url, 8, by="version") as load:
        load.wait_answered(500)
        arn = staged.update(versions[1], lifecycleHooks=[pause("PRE_PRODUCTION_TRAFFIC_SHIFT")])
        hook = None
        for green in (0, 30, 60, 90):
            now = staged.wait_pause(arn, hook)
            assert production_weights(now) == (100 - green, green)
            assert staged.weights(staged.production_rule) == (100 - green, green)
            near(staged.shares(), v1=100 - green, v2=green)
            hook = staged.carry_on(arn)
        staged.wait_status(arn, "SUCCESSFUL")
        summary = load.stop()
    assert summary.failed == 0, summary
    shared.aws("ecs", "wait", "services-stable", cluster="main", services=staged.name)
    near(staged.shares(), v2=100)


def test_a_canary_moves_a_little_and_then_all(shared, staged, versions):
    canary = {"canaryPercent": 10, "canaryBakeTimeInMinutes": 0}
    staged.create(versions[0], {"strategy": "CANARY", "canaryConfiguration": canary})
    with shared.load(staged.url, 8, by="version") as load:
        load.wait_answered(500)
        arn = staged.update(
            versions[1],
            lifecycleHooks=[
                pause("PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT")
            ],
        )
        hook = None
        for green in (0, 10, 100):
            now = staged.wait_pause(arn, hook)
            assert production_weights(now) == (100 - green, green)
            near(staged.shares(), v1=100 - green, v2=green)
            hook = staged.carry_on(arn)
        staged.wait_status(arn, "SUCCESSFUL")
        summary = load.stop()
    assert summary.failed == 0, summary
    assert is_steady(staged.cluster.wait_steady(staged.name))


def test_without_a_load_balancer_there_are_two_revisions_and_no_traffic(cluster):
    definition = cluster.define("quiet", container("busybox:1", "exec sleep 1000", stopTimeout=2))
    made = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0}
    cluster.ecs.create_service(
        cluster="main",
        serviceName="quiet",
        taskDefinition=definition,
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=cluster.network,
        deploymentConfiguration=made,
    )
    cluster.wait_steady("quiet")
    before = cluster.tasks("quiet")
    cluster.update("quiet", forceNewDeployment=True)
    cluster.wait_steady("quiet")
    after = cluster.tasks("quiet")
    assert len(after) == 2 and not set(before) & set(after)
    cluster.ecs.delete_service(cluster="main", service="quiet", force=True)


# -- the way back


@pytest.mark.parametrize("at", range(len(PAUSES)), ids=PAUSES)
def test_a_stop_in_any_stage_goes_back_and_fails_no_request(shared, staged, versions, at):
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    with shared.load(staged.url, 8, by="version") as load:
        load.wait_answered(300)
        arn = staged.update(versions[1], lifecycleHooks=[pause(PAUSES[at])])
        staged.wait_pause(arn)
        staged.stop(arn)
        done = staged.wait_status(arn, "ROLLBACK_SUCCESSFUL")
        load.wait_more(300)
        summary = load.stop()
    assert summary.failed == 0, summary
    assert done["rollback"]["reason"] == "Service deployment rolled back by user."
    assert done["statusReason"] == done["rollback"]["reason"]
    source = done["sourceServiceRevisions"][0]["arn"]
    assert done["rollback"]["serviceRevisionArn"] == source
    service = staged.cluster.wait_steady(staged.name)
    assert service["taskDefinition"].endswith(versions[0])
    near(staged.shares(), v1=100)


def test_a_stop_during_the_bake_goes_back_at_once(shared, staged, versions):
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    arn = staged.update(versions[1], strategy="BLUE_GREEN", bakeTimeInMinutes=5)

    def is_baking(now):
        return staged.deployment(arn)["lifecycleStage"] == "BAKE_TIME"

    staged.cluster.wait_service(staged.name, is_baking, "the bake")
    near(staged.shares(), v2=100)
    with shared.load(staged.url, 8, by="version") as load:
        load.wait_answered(300)
        staged.stop(arn)
        staged.wait_status(arn, "ROLLBACK_SUCCESSFUL")
        summary = load.stop()
    assert summary.failed == 0, summary
    near(staged.shares(), v1=100)


def test_a_hook_that_is_refused_goes_back(staged, versions):
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    arn = staged.update(versions[1], lifecycleHooks=[pause("POST_TEST_TRAFFIC_SHIFT")])
    staged.wait_pause(arn)
    near(staged.shares(staged.test_url), v2=100)
    staged.carry_on(arn, "ROLLBACK")
    staged.wait_status(arn, "ROLLBACK_SUCCESSFUL")
    near(staged.shares(staged.test_url), v1=100)
    assert staged.cluster.wait_steady(staged.name)["taskDefinition"].endswith(versions[0])


def test_a_hook_that_nobody_answers_goes_back_after_its_time(staged, versions):
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    arn = staged.update(versions[1], lifecycleHooks=[pause("POST_SCALE_UP", minutes=1)])
    staged.wait_pause(arn)
    done = staged.wait_status(arn, "ROLLBACK_SUCCESSFUL", seconds=75)
    assert done["statusReason"] == (
        "Service deployment rolled back because POST_SCALE_UP pause hook timed out."
    )


BROKEN = {
    "an image that is not there": container("none:1", portMappings=[{"containerPort": 8080}]),
    "a container that ends": container(
        "busybox:1", "exit 1", portMappings=[{"containerPort": 8080}]
    ),
    "a target that fails its checks": web(1, environment=environment(UNHEALTHY="true")),
}


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN"])
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_revision_is_taken_back(shared, staged, versions, what, strategy):
    threshold = {"thresholdConfiguration": {"type": "COUNT", "value": 2}}
    staged.create(versions[0], {"strategy": strategy, **breaker(**threshold)})
    broken = staged.cluster.define("broken", BROKEN[what])
    with shared.load(staged.url, 8, by="version") as load:
        load.wait_answered(300)
        arn = staged.update(broken)
        done = staged.wait_status(arn, "ROLLBACK_SUCCESSFUL")
        summary = load.stop()
    assert summary.failed == 0 and set(summary.values) == {"1"}, summary
    reason = "Service deployment rolled back because the circuit breaker threshold was exceeded."
    assert done["statusReason"] == reason == done["rollback"]["reason"]
    assert done["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert done["deploymentCircuitBreaker"]["threshold"] == 2
    service = staged.cluster.wait_steady(staged.name)
    messages = [event["message"] for event in service["events"]]
    assert any("deployment failed: tasks failed to start." in one for one in messages)
    assert any("rolling back to deployment ecs-svc/" in one for one in messages)
    assert service["taskDefinition"].endswith(versions[0])
    assert len(staged.cluster.tasks(staged.name)) == 2


def test_a_new_deployment_in_the_middle_of_one_begins_from_the_old_revision(staged, versions):
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    first = staged.update(versions[1], lifecycleHooks=[pause("POST_PRODUCTION_TRAFFIC_SHIFT")])
    hook = staged.waiting_hook(staged.wait_pause(first))["hookId"]
    near(staged.shares(), v2=100)
    second = staged.update(versions[1], lifecycleHooks=[pause("PRE_SCALE_UP")])
    now = staged.wait_pause(second, hook)
    assert staged.deployment(first)["status"] == "STOPPED"
    assert len(now["sourceServiceRevisions"]) == 2
    near(staged.shares(), v1=100)
    staged.carry_on(second)
    staged.wait_status(second, "SUCCESSFUL")
    near(staged.shares(), v2=100)


def test_a_service_is_deleted_in_the_middle_of_a_deployment(cluster, versions):
    staged = Staged(cluster, "deleted")
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    arn = staged.update(versions[1], lifecycleHooks=[pause("POST_TEST_TRAFFIC_SHIFT")])
    staged.wait_pause(arn)
    staged.close()
    assert cluster.tasks("deleted") == []
    assert staged.deployment(arn)["status"] == "STOPPED"


def test_a_deployment_is_watched_to_its_end(shared, staged, versions):
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    arn = staged.update(versions[1], lifecycleHooks=[pause("POST_SCALE_UP")])
    staged.wait_pause(arn)
    watching = shared.start(
        commands.deployments_watch(binaries.longshore(), shared.state_dir, staged.name, "main")
    )
    paused = watching.wait_for_line(lambda line: "AWAITING_ACTION" in line, 10)
    assert "IN_PROGRESS POST_SCALE_UP" in paused and "100 % of production" in paused
    staged.carry_on(arn)
    done = watching.wait_for_line(lambda line: line.startswith("SUCCESSFUL"), 30)
    assert f"[{versions[1]} 2/2 healthy, 100 % of production]" in done
    assert watching.wait() == 0


def set_alarm(host, name, state):
    host.aws(
        *("cloudwatch", "set-alarm-state"),
        alarm_name=name,
        state_value=state,
        state_reason="a test says so",
    )


@pytest.fixture
def alarm(shared, request):
    """The name of an alarm that is not on."""
    name = f"alarm-{zlib.crc32(request.node.name.encode())}"
    shared.boto("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Shop",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    return name


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN"])
def test_an_alarm_takes_a_deployment_back(shared, staged, versions, alarm, strategy):
    staged.create(versions[0], {"strategy": strategy, "bakeTimeInMinutes": 0})
    with shared.load(staged.url, 8, by="version") as load:
        load.wait_answered(300)
        alarms = {"alarmNames": [alarm], "enable": True, "rollback": True}
        arn = staged.update(versions[1], bakeTimeInMinutes=5, alarms=alarms)
        # All is moved, and is watched.
        staged.cluster.wait_service(
            staged.name,
            lambda now: shared.http(staged.url).json()["version"] == "2"
            and len(staged.cluster.tasks(staged.name)) == (2 if strategy == "ROLLING" else 4),
            "the new revision serves",
        )
        assert staged.deployment(arn)["alarms"]["status"] == "MONITORING"
        set_alarm(shared, alarm, "ALARM")
        done = staged.wait_status(arn, "ROLLBACK_SUCCESSFUL")
        summary = load.stop()
    assert summary.failed == 0, summary
    assert done["alarms"] == {
        "status": "TRIGGERED",
        "alarmNames": [alarm],
        "triggeredAlarmNames": [alarm],
    }
    reason = "Service deployment rolled back because of one or more active alarms."
    assert done["statusReason"] == done["rollback"]["reason"] == reason
    service = staged.cluster.wait_steady(staged.name)
    assert service["taskDefinition"].endswith(versions[0])
    assert any("deployment failed: alarm detected." in e["message"] for e in service["events"])
    near(staged.shares(), v1=100)


def test_an_alarm_that_is_on_from_the_start_is_not_heeded(shared, staged, versions, alarm):
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    set_alarm(shared, alarm, "ALARM")
    alarms = {"alarmNames": [alarm], "enable": True, "rollback": True}
    arn = staged.update(versions[1], alarms=alarms)
    done = staged.wait_status(arn, "SUCCESSFUL")
    assert done["alarms"]["status"] == "DISABLED"
