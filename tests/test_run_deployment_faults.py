"""`kill -9` of control in every stage of a blue/green deployment: it goes on where it was."""

import zlib

import pytest

from harness.deployments import Staged, pause
from harness.ecs import Cluster, environment, is_steady, web
from harness.roles import kill, wait_api

# How a deployment is met at each moment: paused at a hook, seen in a stage, or just let go on.
MOMENTS = {
    "RECONCILE_SERVICE": {"hooks": ["RECONCILE_SERVICE"]},
    "PRE_SCALE_UP": {"hooks": ["PRE_SCALE_UP"]},
    "SCALE_UP": {"stage": "SCALE_UP"},
    "POST_SCALE_UP": {"hooks": ["POST_SCALE_UP"]},
    "TEST_TRAFFIC_SHIFT": {"hooks": ["POST_SCALE_UP"], "is_after": True},
    "POST_TEST_TRAFFIC_SHIFT": {"hooks": ["POST_TEST_TRAFFIC_SHIFT"]},
    "PRE_PRODUCTION_TRAFFIC_SHIFT": {"hooks": ["PRE_PRODUCTION_TRAFFIC_SHIFT"]},
    "PRODUCTION_TRAFFIC_SHIFT": {"hooks": ["PRE_PRODUCTION_TRAFFIC_SHIFT"], "is_after": True},
    "POST_PRODUCTION_TRAFFIC_SHIFT": {"hooks": ["POST_PRODUCTION_TRAFFIC_SHIFT"]},
    "BAKE_TIME": {"stage": "BAKE_TIME", "bake": 1},
    "CLEAN_UP": {"hooks": ["POST_PRODUCTION_TRAFFIC_SHIFT"], "is_after": True},
}


@pytest.fixture(scope="module")
def cluster(shared, images):
    for name in ("web:1", "web:2"):
        shared.import_image(images[name])
    return Cluster(shared)


@pytest.fixture
def staged(cluster, request):
    made = Staged(cluster, f"k{zlib.crc32(request.node.name.encode())}")
    yield made
    made.close()


@pytest.mark.parametrize("moment", MOMENTS)
def test_control_is_killed_in_any_stage(shared, staged, cluster, moment):
    at = MOMENTS[moment]
    # Long enough in coming up to be met while it does.
    slow = environment(START_DELAY="1500") if moment == "SCALE_UP" else []
    old = cluster.define(staged.name, web(1))
    new = cluster.define(staged.name, web(2, environment=slow))
    staged.create(old, {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0})
    hooks = [pause(*at["hooks"])] if "hooks" in at else []
    if moment == "RECONCILE_SERVICE":
        # A deployment that is left in the middle is what there is to reconcile.
        left = staged.update(new, lifecycleHooks=[pause("POST_SCALE_UP")])
        staged.wait_pause(left)
    with shared.load(staged.url, 8, by="version") as load:
        load.wait_answered(300)
        arn = staged.update(new, lifecycleHooks=hooks, bakeTimeInMinutes=at.get("bake", 0))
        if "stage" in at:
            staged.wait_stage(arn, at["stage"])
        else:
            staged.wait_pause(arn)
        if at.get("is_after"):
            staged.carry_on(arn)
        kill(shared, "control")
        load.wait_more(300)
        wait_api(cluster)
        if hooks and not at.get("is_after"):
            assert staged.deployment(arn)["status"] == "IN_PROGRESS"
            staged.carry_on(arn)
        done = staged.wait_status(arn, "SUCCESSFUL", seconds=90)
        summary = load.stop()
    assert summary.failed == 0, summary
    assert done["lifecycleStage"] == "CLEAN_UP"
    service = cluster.wait_steady(staged.name)
    assert is_steady(service) and service["taskDefinition"].endswith(new)
    assert len(cluster.tasks(staged.name)) == 2
    assert staged.weights(staged.production_rule) in [(0, 100), (100, 0)]
    assert {shared.http(staged.url).json()["version"] for _ in range(6)} == {"2"}
