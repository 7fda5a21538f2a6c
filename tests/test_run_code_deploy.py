"""Services that CodeDeploy deploys to, by the real CLI, under load: forwards and back."""

import zlib

import pytest

from harness.code_deploy import Released, appspec
from harness.deployments import breaker
from harness.ecs import Cluster, container, web
from harness.functions import Functions
from harness.refusals import pages, refused

# What a share may be off, in percent of 2,000 requests.
TOLERANCE = 5


@pytest.fixture(scope="module")
def cluster(shared, images):
    for name in ("busybox:1", "web:1", "web:2"):
        shared.import_image(images[name])
    return Cluster(shared)


@pytest.fixture
def released(cluster, request):
    """A service's surroundings, named by the test; deleted after it."""
    made = Released(cluster, f"c{zlib.crc32(request.node.name.encode())}")
    yield made
    made.close()


@pytest.fixture(scope="module")
def versions(cluster):
    """Two revisions of one definition, told apart by what they answer."""
    return [cluster.define("web", web(1)), cluster.define("web", web(2))]


def near(shares, **expected):
    wanted = {name.removeprefix("v"): share for name, share in expected.items()}
    assert set(shares) == set(wanted), shares
    for name, share in wanted.items():
        assert abs(shares[name] - share) <= TOLERANCE, (shares, expected)


def stop_unless(minutes):
    """A ready wait of so many minutes."""
    return {
        "deploymentReadyOption": {
            "actionOnTimeout": "STOP_DEPLOYMENT",
            "waitTimeInMinutes": minutes,
        },
        "terminateBlueInstancesOnDeploymentSuccess": {
            "action": "TERMINATE",
            "terminationWaitTimeInMinutes": 60,
        },
    }


# -- forwards


def test_ecs_deploy_goes_all_the_way_and_fails_no_request(shared, released, versions, tmp_path):
    released.create(versions[0])
    before = released.cluster.service(released.name)
    assert before["deploymentController"] == {"type": "CODE_DEPLOY"}
    assert before["deployments"] == [] and before["taskSets"][0]["status"] == "PRIMARY"
    released.create_group()
    definition = {
        "family": "web",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [web(2)],
    }
    with shared.load(released.url, 8, by="version") as load:
        load.wait_answered(300)
        # The CLI reads the keys in any case, and puts the new definition's ARN in.
        told = released.deploy(definition, appspec("<TASK_DEFINITION>"), tmp_path)
        summary = load.stop()
    assert summary.failed == 0 and set(summary.values) == {"1", "2"}, summary
    assert "Successfully deployed" in told
    (deployment,) = released.code_deploy.list_deployments(
        applicationName=released.name, deploymentGroupName=released.name
    )["deployments"]
    done = released.info(deployment)
    assert done["status"] == "Succeeded" and done["deploymentOverview"]["Succeeded"] == 1
    assert set(released.events(deployment).values()) == {"Succeeded"}
    after = released.wait_stable()
    (only,) = after["taskSets"]
    assert only["startedBy"] == "CODE_DEPLOY" and only["externalId"] == deployment
    assert only["taskDefinition"] == after["taskDefinition"] != before["taskDefinition"]
    assert only["loadBalancers"][0]["targetGroupArn"] == released.green
    assert released.weights(released.production_rule) == (0, 100)
    near(released.shares(), v2=100)


def test_a_canary_waits_moves_a_little_and_then_all(shared, released, versions):
    released.create(versions[0])
    released.create_group(blue_green_deployment_configuration=stop_unless(5))
    released.code_deploy.create_deployment_config(
        deploymentConfigName=released.name,
        computePlatform="ECS",
        trafficRoutingConfig={
            "type": "TimeBasedCanary",
            "timeBasedCanary": {"canaryPercentage": 20, "canaryInterval": 1},
        },
    )
    with shared.load(released.url, 8, by="version") as load:
        load.wait_answered(300)
        deployment = released.begin(versions[1], deployment_config_name=released.name)
        active = refused(released.begin, versions[1])
        assert active == (
            f"DeploymentLimitExceededException: The Deployment Group '{released.name}' already "
            f"has an active Deployment '{deployment}'"
        )
        # It waits for somebody: test traffic has moved, and no other.
        released.wait_info(deployment, "Ready")
        near(released.shares(), v1=100)
        near(released.shares(released.test_url), v2=100)
        events = released.events(deployment)
        assert events["AfterAllowTestTraffic"] == "Succeeded"
        assert events["BeforeAllowTraffic"] == events["AllowTraffic"] == "Pending"
        blue, green = released.target(deployment)["taskSetsInfo"]
        assert (blue["taskSetLabel"], green["taskSetLabel"]) == ("Blue", "Green")
        assert (blue["status"], green["status"]) == ("PRIMARY", "ACTIVE")
        assert (blue["trafficWeight"], green["trafficWeight"]) == (100, 0)
        shared.aws(
            *("deploy", "continue-deployment"),
            deployment_id=deployment,
            deployment_wait_type="READY_WAIT",
        )
        released.wait_weights(80, 20)
        near(released.shares(), v1=80, v2=20)
        blue, green = released.target(deployment)["taskSetsInfo"]
        assert (blue["trafficWeight"], green["trafficWeight"]) == (80, 20)
        assert released.events(deployment)["AllowTraffic"] == "InProgress"
        # The wait is not asked for again before the second step.
        released.wait_info(deployment, "Baking", seconds=90)
        near(released.shares(), v2=100)
        released.code_deploy.continue_deployment(
            deploymentId=deployment, deploymentWaitType="TERMINATION_WAIT"
        )
        released.wait_info(deployment, "Succeeded")
        summary = load.stop()
    assert summary.failed == 0, summary
    assert released.wait_stable()["taskDefinition"].endswith(versions[1])


# -- and back


def test_a_stop_goes_back_where_it_is_to_and_stays_where_it_is_not(shared, released, versions):
    released.create(versions[0])
    released.create_group(blue_green_deployment_configuration=stop_unless(5))
    with shared.load(released.url, 8, by="version") as load:
        load.wait_answered(300)
        first = released.begin(versions[1])
        released.wait_info(first, "Ready")
        stopped = shared.aws(
            *("deploy", "stop-deployment"), deployment_id=first, auto_rollback_enabled=True
        )
        assert stopped["status"] == "Pending"
        done = released.wait_info(first, "Stopped")
        assert done["errorInformation"]["code"] == "MANUAL_STOP"
        assert done["rollbackInfo"]["rollbackMessage"]
        near(released.shares(released.test_url), v1=100)
        assert released.wait_stable()["taskDefinition"].endswith(versions[0])

        second = released.begin(versions[1])
        released.wait_info(second, "Ready")
        stopped = shared.aws("deploy", "stop-deployment", deployment_id=second)
        assert stopped["status"] == "Succeeded"
        done = released.wait_info(second, "Stopped")
        assert "rollbackInfo" not in done
        # What had moved stays, and so does what had not.
        near(released.shares(released.test_url), v2=100)
        near(released.shares(), v1=100)
        sets = released.cluster.service(released.name)["taskSets"]
        assert [one["status"] for one in sets] == ["PRIMARY", "ACTIVE"]

        # The next deployment begins from the tasks that serve.
        third = released.begin(versions[1])
        released.wait_info(third, "Ready")
        near(released.shares(), v1=100)
        released.code_deploy.continue_deployment(deploymentId=third)
        released.wait_info(third, "Baking")
        released.code_deploy.continue_deployment(
            deploymentId=third, deploymentWaitType="TERMINATION_WAIT"
        )
        released.wait_info(third, "Succeeded")
        summary = load.stop()
    assert summary.failed == 0, summary
    near(released.shares(), v2=100)


def test_a_revision_that_fails_is_taken_back(shared, released, versions):
    released.create(versions[0])
    events = ["DEPLOYMENT_FAILURE"]
    released.create_group(auto_rollback_configuration={"enabled": True, "events": events})
    broken = released.cluster.define(
        "broken", container("busybox:1", "exit 1", portMappings=[{"containerPort": 8080}])
    )
    with shared.load(released.url, 8, by="version") as load:
        load.wait_answered(300)
        deployment = released.begin(broken)
        done = released.wait_info(deployment, "Failed")
        summary = load.stop()
    assert summary.failed == 0 and set(summary.values) == {"1"}, summary
    assert done["errorInformation"]["code"] == "ECS_UPDATE_ERROR"
    events = released.events(deployment)
    assert events["BeforeInstall"] == "Succeeded" and events["Install"] == "Failed"
    assert events["AllowTraffic"] == "Skipped"
    (only,) = released.wait_stable()["taskSets"]
    assert only["taskDefinition"].endswith(versions[0]) and "externalId" not in only


def test_functions_are_told_and_answer_through_codedeploy(host, images):
    functions = Functions(host)
    # What a function returns says nothing; what it puts does.
    functions.answers = [{"hookStatus": "FAILED"}]
    host.up("--lambda-endpoint", functions.endpoint)
    for name in ("web:1", "web:2"):
        host.import_image(images[name])
    cluster = Cluster(host)
    versions = [cluster.define("web", web(1)), cluster.define("web", web(2))]
    released = Released(cluster, "hooked")
    released.create(versions[0])
    released.create_group()
    hooks = [{"AfterAllowTestTraffic": "check"}, {"BeforeAllowTraffic": "check"}]
    deployment = released.begin(versions[1], hooks)

    def answer(event, status):
        execution = {"lifecycleEventHookExecutionId": event["LifecycleEventHookExecutionId"]}
        put = released.code_deploy.put_lifecycle_event_hook_execution_status
        return {"deploymentId": event["DeploymentId"], "status": status, **execution}, put

    first = functions.wait_events(1)[0]
    assert set(first) == {"DeploymentId", "LifecycleEventHookExecutionId"}
    assert first["DeploymentId"] == deployment
    assert released.events(deployment)["AfterAllowTestTraffic"] == "InProgress"
    near(released.shares(released.test_url), v2=100)
    asked, put = answer(first, "Succeeded")
    put(**asked)
    second = functions.wait_events(2)[1]
    assert refused(put, **asked).startswith("InvalidLifecycleEventHookExecutionIdException: ")
    asked, put = answer(second, "Failed")
    put(**asked)
    done = released.wait_info(deployment, "Failed")
    assert done["errorInformation"] == {
        "code": "HOOK_EXECUTION_FAILURE",
        "message": "The deployment failed because one or more of the lifecycle event validation "
        "functions failed.",
    }
    assert released.events(deployment)["BeforeAllowTraffic"] == "Failed"
    near(released.shares(), v1=100)
    functions.close()


# -- what is there


def test_lists_are_paged(shared):
    code_deploy = shared.boto("codedeploy")
    names = [f"app-{number:03}" for number in range(120)]
    for name in names:
        code_deploy.create_application(applicationName=name, computePlatform="ECS")
    first, second = pages(code_deploy.list_applications, "applications")
    assert len(first) == 100
    assert [name for name in first + second if name.startswith("app-")] == names
    (configs,) = pages(code_deploy.list_deployment_configs, "deploymentConfigsList")
    assert "CodeDeployDefault.ECSCanary10Percent5Minutes" in configs
    assert pages(
        code_deploy.list_deployment_groups, "deploymentGroups", applicationName=names[0]
    ) == [[]]
    for name in names:
        code_deploy.delete_application(applicationName=name)
    gone = refused(code_deploy.get_application, applicationName=names[0])
    assert gone == "ApplicationDoesNotExistException: No application found for name: app-000"
    wrong = refused(code_deploy.list_applications, nextToken="none")
    assert wrong.startswith("InvalidNextTokenException: ")


def test_a_service_of_codedeploy_is_changed_by_it_alone(released, versions):
    released.create(versions[0], count=1)

    def update(**changes):
        return refused(released.cluster.update, released.name, **changes)

    then = (
        "on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a "
        "new deployment."
    )
    code = "InvalidParameterException: "
    assert update(taskDefinition=versions[1]) == f"{code}Unable to update task definition {then}"
    assert update(forceNewDeployment=True) == f"{code}Cannot force a new deployment {then}"
    network = released.cluster.network
    assert update(networkConfiguration=network) == (
        f"{code}Unable to update network parameters {then}"
    )
    assert update(deploymentConfiguration=breaker()).startswith(f"{code}deploymentCircuitBreaker")
    changed = released.cluster.update(
        released.name, desiredCount=2, healthCheckGracePeriodSeconds=30
    )
    assert changed["desiredCount"] == 2 and changed["healthCheckGracePeriodSeconds"] == 30
    (only,) = released.wait_stable()["taskSets"]
    assert only["runningCount"] == only["computedDesiredCount"] == 2
