"""Lifecycle hooks that are functions: asked over a Lambda API, heeded, and told of."""

import zlib

import pytest

from harness.deployments import ROLE, Staged, pause
from harness.ecs import Cluster, environment, web
from harness.functions import Functions
from harness.roles import kill, wait_api

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:check"
SUCCEEDED = {"hookStatus": "SUCCEEDED"}


@pytest.fixture
def functions(host):
    made = Functions(host)
    made.answers = [SUCCEEDED]
    yield made
    made.close()


def cluster_of(host, images, *options):
    host.up(*options)
    for name in ("web:1", "web:2"):
        host.import_image(images[name])
    return Cluster(host)


@pytest.fixture
def cluster(host, images, functions):
    return cluster_of(host, images, "--lambda-endpoint", functions.endpoint)


def staged_of(cluster, request):
    staged = Staged(cluster, f"h{zlib.crc32(request.node.name.encode())}")
    versions = [cluster.define("web", web(1)), cluster.define("web", web(2))]
    staged.create(versions[0], {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    return staged, versions[1]


def hook(*stages, **more):
    return {
        "hookTargetArn": FUNCTION,
        "roleArn": ROLE,
        "lifecycleStages": list(stages),
        **more,
    }


def test_a_function_is_asked_until_it_agrees(cluster, functions, request):
    staged, new = staged_of(cluster, request)
    again = {"hookStatus": "IN_PROGRESS", "callBackDelay": 1, "hookDetails": {"seen": 1}}
    functions.answers = [again, SUCCEEDED]
    stages = ("POST_SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT")
    arn = staged.update(new, lifecycleHooks=[hook(*stages, hookDetails={"suite": "smoke"})])
    done = staged.wait_status(arn, "SUCCESSFUL")
    first, second, third = functions.events
    assert set(functions.paths) == {"/2015-03-31/functions/check/invocations"}
    assert [one["lifecycleStage"] for one in functions.events] == [
        "POST_SCALE_UP",
        "POST_SCALE_UP",
        "PRODUCTION_TRAFFIC_SHIFT",
    ]
    target, source = (
        done["targetServiceRevision"]["arn"],
        done["sourceServiceRevisions"][0]["arn"],
    )
    assert first["resourceArn"] == arn
    assert first["executionDetails"] == {
        "serviceArn": done["serviceArn"],
        "targetServiceRevisionArn": target,
        "testTrafficWeights": {},
        "productionTrafficWeights": {},
    }
    assert first["hookDetails"] == {"suite": "smoke"}
    # What it answered comes back to it, in the same run.
    assert second["hookDetails"] == {"suite": "smoke", "seen": 1}
    assert second["executionId"] == first["executionId"] != third["executionId"]
    assert third["executionDetails"]["productionTrafficWeights"] == {target: 100, source: 0}


def test_a_function_that_says_no_takes_the_deployment_back(cluster, functions, request):
    staged, new = staged_of(cluster, request)
    functions.answers = [{"hookStatus": "FAILED"}]
    with staged.host.load(staged.url, 8, by="version") as load:
        load.wait_answered(300)
        arn = staged.update(new, lifecycleHooks=[hook("POST_TEST_TRAFFIC_SHIFT")])
        done = staged.wait_status(arn, "ROLLBACK_SUCCESSFUL")
        summary = load.stop()
    assert summary.failed == 0 and set(summary.values) == {"1"}, summary
    reason = (
        "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) "
        f"failed. Lifecycle hook target {FUNCTION} returned FAILED status."
    )
    assert done["statusReason"] == done["rollback"]["reason"] == reason
    failed = done["lifecycleHookDetails"][0]
    assert (failed["status"], failed["targetArn"]) == ("FAILED", FUNCTION)
    event = cluster.wait_event(staged.name, f"deployment failed: {reason}")
    assert event


def test_a_function_that_fails_takes_the_deployment_back(cluster, functions, request):
    staged, new = staged_of(cluster, request)
    functions.answers = [({"errorMessage": "no"}, {"X-Amz-Function-Error": "Unhandled"})]
    arn = staged.update(new, lifecycleHooks=[hook("PRE_SCALE_UP")])
    done = staged.wait_status(arn, "ROLLBACK_SUCCESSFUL")
    assert f"unable to invoke hook target {FUNCTION}" in done["statusReason"]
    assert "the function failed: Unhandled" in done["statusReason"]


def test_where_nobody_can_be_asked_the_hook_fails_with_the_reason(host, images, request):
    cluster = cluster_of(host, images)
    staged, new = staged_of(cluster, request)
    arn = staged.update(new, lifecycleHooks=[hook("PRE_SCALE_UP")])
    done = staged.wait_status(arn, "ROLLBACK_SUCCESSFUL")
    assert "no Lambda endpoint is configured" in done["statusReason"]


def test_an_answer_that_was_lost_is_asked_for_again(cluster, functions, request):
    """Control dies while the function is put off, and asks again when it is back."""
    staged, new = staged_of(cluster, request)
    functions.answers = [{"hookStatus": "IN_PROGRESS", "callBackDelay": 2}, SUCCEEDED]
    arn = staged.update(new, lifecycleHooks=[hook("POST_SCALE_UP")])
    functions.wait_events(1)
    kill(staged.host, "control")
    wait_api(cluster)
    staged.wait_status(arn, "SUCCESSFUL")
    assert len(functions.events) >= 2


# -- a stop in the stages that a pause cannot hold


def held_in_reconcile(staged, versions):
    first = staged.update(versions["new"], lifecycleHooks=[pause("POST_SCALE_UP")])
    staged.wait_pause(first)
    return staged.update(versions["new"], lifecycleHooks=[hook("RECONCILE_SERVICE")])


def held_in_scale_up(staged, versions):
    return staged.update(versions["sick"])


def held_by_a_function(stage):
    return lambda staged, versions: staged.update(
        versions["new"], lifecycleHooks=[hook(stage)]
    )


def held_in_clean_up(staged, versions):
    """The old tasks do not end at SIGTERM."""
    return staged.update(versions["new"])


HELD = {
    "RECONCILE_SERVICE": held_in_reconcile,
    "SCALE_UP": held_in_scale_up,
    "TEST_TRAFFIC_SHIFT": held_by_a_function("TEST_TRAFFIC_SHIFT"),
    "PRODUCTION_TRAFFIC_SHIFT": held_by_a_function("PRODUCTION_TRAFFIC_SHIFT"),
    "CLEAN_UP": held_in_clean_up,
}


@pytest.mark.parametrize("stage", HELD)
def test_a_stop_while_something_moves_goes_back(cluster, functions, request, stage):
    functions.answers = [{"hookStatus": "IN_PROGRESS", "callBackDelay": 3600}]
    staged = Staged(cluster, f"h{zlib.crc32(request.node.name.encode())}")
    stubborn = web(1, environment=environment(IGNORE_TERM="true"), stopTimeout=20)
    old = cluster.define("web", stubborn if stage == "CLEAN_UP" else web(1))
    versions = {
        "new": cluster.define("web", web(2)),
        "sick": cluster.define("web", web(2, environment=environment(UNHEALTHY="true"))),
    }
    staged.create(old, {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    with staged.host.load(staged.url, 8, by="version") as load:
        load.wait_answered(300)
        arn = HELD[stage](staged, versions)
        staged.wait_stage(arn, stage)
        staged.stop(arn)
        done = staged.wait_status(arn, "ROLLBACK_SUCCESSFUL", seconds=90)
        load.wait_more(300)
        summary = load.stop()
    assert summary.failed == 0, summary
    assert done["rollback"]["reason"] == "Service deployment rolled back by user."
    service = cluster.wait_steady(staged.name)
    assert service["taskDefinition"].endswith(old)
    assert set(staged.shares()) == {"1"}
