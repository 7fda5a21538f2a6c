"""Scale-in protection: real tasks that outlive scaling in and deployments, until it is over."""

import time

import pytest

from harness.ecs import Cluster, is_steady, task_id, web

UNABLE = "was unable to scale in due to (reason {} tasks under protection)"


@pytest.fixture(scope="module")
def cluster(shared, images):
    for name in ("web:1", "web:2"):
        shared.import_image(images[name])
    return Cluster(shared)


def test_protected_tasks_outlive_scaling_in_and_deployments_until_it_is_over(shared, cluster):
    def protect(tasks, *arguments, **named):
        answer = shared.aws(
            "ecs", "update-task-protection", *arguments, "--tasks", *tasks, cluster="main", **named
        )
        assert answer["failures"] == []
        return answer["protectedTasks"]

    balancer = cluster.balancer("protected")
    cluster.create_service("web", cluster.define("web", web(1)), 3, balancer, (100, 300))
    cluster.wait_steady("web")
    brief, long, other = cluster.tasks("web")
    with shared.load(balancer.url, 8, by="version") as load:
        load.wait_answered(300)
        [told] = protect([brief], "--protection-enabled", expires_in_minutes=1)
        assert told["protectionEnabled"] is True
        [told] = protect([long], "--protection-enabled")
        assert 7_100 < told["expirationDate"] - time.time() <= 7_200

        # Scaling in takes the one that may go, and says why it takes no more.
        cluster.update("web", desiredCount=1)
        cluster.wait_stopped(other)
        cluster.wait_event("web", UNABLE.format(2))
        assert cluster.tasks("web") == sorted([brief, long])

        # A deployment brings up the new task, for which the upper bound leaves room, and leaves
        # the old ones.
        cluster.update("web", taskDefinition=cluster.define("web", web(2)))
        cluster.wait_service(
            "web",
            lambda now: now["deployments"][0]["runningCount"] == 1 and now["runningCount"] == 3,
            "a new task beside the protected ones",
        )
        blocked = cluster.ecs.update_task_protection(
            cluster="main", tasks=[long], protectionEnabled=True
        )
        assert [one["reason"] for one in blocked["failures"]] == ["DEPLOYMENT_BLOCKED"]
        [told] = protect([long], "--no-protection-enabled")
        assert told["protectionEnabled"] is False and "expirationDate" not in told
        cluster.wait_stopped(long)
        answer = shared.aws(
            *("ecs", "get-task-protection", "--tasks", brief, long, "none"), cluster="main"
        )
        states = {
            task_id(one["taskArn"]): one["protectionEnabled"] for one in answer["protectedTasks"]
        }
        assert states == {brief: True, long: False}
        assert [one["reason"] for one in answer["failures"]] == ["MISSING"]
        assert not is_steady(cluster.service("web"))

        # Nobody asks, and it is over all the same.
        cluster.wait_stopped(brief, seconds=75)
        cluster.wait_steady("web")
        load.wait_more(300)
        summary = load.stop()
    assert summary.failed == 0, summary
    reason = cluster.task(brief)["stoppedReason"]
    assert reason.startswith("Scaling activity initiated by (deployment ecs-svc/")
    assert len(cluster.tasks("web")) == 1


def test_whoever_stops_a_protected_task_is_obeyed(cluster):
    definition = cluster.define("alone", web(1))
    cluster.create_service("alone", definition, 2)
    cluster.wait_steady("alone")
    tasks = cluster.tasks("alone")
    cluster.ecs.update_task_protection(cluster="main", tasks=tasks, protectionEnabled=True)
    cluster.stop(tasks[0])
    assert cluster.wait_stopped(tasks[0])["stopCode"] == "UserInitiated"
    cluster.wait_steady("alone")
    cluster.ecs.delete_service(cluster="main", service="alone", force=True)
    cluster.wait_service("alone", lambda now: now["status"] == "INACTIVE", "its end", seconds=30)
    assert cluster.tasks("alone") == []
