"""Tasks as the API shows them: run, described, listed, stopped; tokens, tags, and refusals.

How tasks run is in `test_run_tasks.py`.
"""

import json
import re

import pytest

from harness.ecs import Cluster, address, container, environment, task_id
from harness.refusals import pages, refused

INVALID = "InvalidParameterException"
UNSUPPORTED = "UnsupportedFeatureException"
SLEEP = "sleep 1000"


@pytest.fixture(scope="module")
def cluster(shared, images):
    shared.import_image(images["busybox:1"])
    cluster = Cluster(shared, "tasks")
    cluster.define("sleep", sleeping())
    return cluster


@pytest.fixture(scope="module")
def ecs(cluster):
    return cluster.ecs


def sleeping(**settings):
    # It ends at SIGTERM at once, unless that comes before its shell has read the trap.
    command = f"trap 'exit 0' TERM; {SLEEP} & wait"
    return container("busybox:1", command, logged=False, **{"stopTimeout": 2, **settings})


def asked(cluster, definition="sleep", /, **changed):
    """The parameters of a RunTask that is right; a change to None leaves one out."""
    whole = {
        "cluster": cluster.name,
        "taskDefinition": definition,
        "launchType": "FARGATE",
        "networkConfiguration": cluster.network,
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def run(cluster, definition="sleep", **changed):
    answer = cluster.ecs.run_task(**asked(cluster, definition, **changed))
    assert answer["failures"] == []
    return answer["tasks"]


def stop_all(cluster, tasks):
    for task in tasks:
        cluster.stop(task["taskArn"])


def arn_of(kind, name):
    return f"arn:aws:ecs:us-east-1:000000000000:{kind}/{name}"


# -- through the CLI


def test_a_task_through_the_cli(shared, cluster):
    def call(operation, *arguments, **named):
        return shared.aws("ecs", operation, *arguments, cluster="tasks", **named)

    subnets = ",".join(cluster.subnets)
    network = f"awsvpcConfiguration={{subnets=[{subnets}],assignPublicIp=DISABLED}}"
    begun = call(
        *("run-task", "--tags", "key=a,value=1"),
        task_definition=arn_of("task-definition", "sleep:1"),
        launch_type="FARGATE",
        count=2,
        network_configuration=network,
        started_by="the-cli",
        group="mine",
    )
    assert begun["failures"] == []
    arns = [task["taskArn"] for task in begun["tasks"]]
    assert len(set(arns)) == 2
    assert all(re.fullmatch(arn_of("task", "tasks/[0-9a-f]{32}"), arn) for arn in arns)
    shared.aws("ecs", "wait", "tasks-running", "--tasks", *arns, cluster="tasks")
    names = ("--tasks", arns[0], task_id(arns[1]), "none")
    described = call("describe-tasks", *names, include=["TAGS"])
    assert [task["taskArn"] for task in described["tasks"]] == arns
    assert described["failures"] == [{"arn": arn_of("task", "tasks/none"), "reason": "MISSING"}]
    task = described["tasks"][0]
    assert (task["lastStatus"], task["desiredStatus"]) == ("RUNNING", "RUNNING")
    assert (task["group"], task["startedBy"], task["launchType"]) == ("mine", "the-cli", "FARGATE")
    assert task["clusterArn"] == arn_of("cluster", "tasks")
    assert task["taskDefinitionArn"] == arn_of("task-definition", "sleep:1")
    assert (task["cpu"], task["memory"]) == ("256", "512")
    assert task["tags"] == [{"key": "a", "value": "1"}]
    listed = call("list-tasks", started_by="the-cli")["taskArns"]
    assert sorted(listed) == sorted(arns)
    stopped = call("stop-task", task=arns[0], reason="enough")["task"]
    assert (stopped["desiredStatus"], stopped["stoppedReason"]) == ("STOPPED", "enough")
    call("stop-task", task=task_id(arns[1]))
    shared.aws("ecs", "wait", "tasks-stopped", "--tasks", *arns, cluster="tasks")
    [first, second] = call("describe-tasks", "--tasks", *arns)["tasks"]
    assert first["stopCode"] == second["stopCode"] == "UserInitiated"
    assert (first["stoppedReason"], second["stoppedReason"]) == ("enough", "Task stopped by user")
    listed = call("list-tasks", desired_status="STOPPED", family="sleep")["taskArns"]
    assert set(arns) <= set(listed)


def test_the_cli_shows_why_a_task_is_refused(shared, cluster):
    told = refused(shared.aws, "ecs", "run-task", cluster="tasks", task_definition="none")
    assert told == "ClientException: TaskDefinition not found."
    told = refused(shared.aws, "ecs", "describe-tasks", "--tasks", "x", cluster="none")
    assert told == "ClusterNotFoundException: Cluster not found."
    told = refused(shared.aws, "ecs", "stop-task", cluster="tasks", task="none")
    assert told == f"{INVALID}: The referenced task was not found."


def test_the_cli_follows_pages_of_tasks(shared, cluster):
    tasks = run(cluster, count=5, startedBy="pages")

    def listed(**named):
        return shared.aws("ecs", "list-tasks", cluster="tasks", started_by="pages", **named)

    everything = listed(page_size=2)["taskArns"]
    assert sorted(everything) == sorted(task["taskArn"] for task in tasks)
    first = listed(max_items=3)
    rest = listed(starting_token=first["NextToken"])
    assert first["taskArns"] + rest["taskArns"] == everything
    stop_all(cluster, tasks)


# -- what a task shows


def test_a_task_has_an_interface_in_its_subnet(cluster):
    [task] = run(cluster)
    running = cluster.wait_running(task["taskArn"])
    [attachment] = running["attachments"]
    assert (attachment["type"], attachment["status"]) == ("ElasticNetworkInterface", "ATTACHED")
    details = {one["name"]: one["value"] for one in attachment["details"]}
    assert details["subnetId"] in cluster.subnets
    assert details["privateIPv4Address"] == address(running)
    dashed = address(running).replace(".", "-")
    assert details["privateDnsName"] == f"ip-{dashed}.ec2.internal"
    assert re.fullmatch("eni-[0-9a-f]{17}", details["networkInterfaceId"])
    assert re.fullmatch("([0-9a-f]{2}:){5}[0-9a-f]{2}", details["macAddress"])
    [shown] = running["containers"]
    assert shown["networkInterfaces"][0]["privateIpv4Address"] == address(running)
    assert (shown["name"], shown["image"], shown["lastStatus"]) == ("main", "busybox:1", "RUNNING")
    assert shown["taskArn"] == task["taskArn"]
    assert re.fullmatch("sha256:[0-9a-f]{64}", shown["imageDigest"])
    assert running["availabilityZone"].startswith("us-east-1")
    assert running["version"] > task["version"]
    assert running["connectivity"] == "CONNECTED"
    cluster.stop(task["taskArn"])


def test_overrides_are_honoured_and_shown(cluster):
    definition = cluster.define("override", container("busybox:1", "true"))
    overrides = {
        "containerOverrides": [
            {
                "name": "main",
                "command": ["echo $A $B; exit 7"],
                "environment": environment(A="one"),
                "memory": 128,
            }
        ],
        "cpu": "512",
        "memory": "1024",
    }
    [task] = run(cluster, definition, overrides=overrides)
    assert task["overrides"]["containerOverrides"] == overrides["containerOverrides"]
    assert (task["cpu"], task["memory"]) == ("512", "1024")
    ended = cluster.wait_stopped(task["taskArn"])
    assert ended["containers"][0]["exitCode"] == 7
    cluster.wait_line(task_id(task["taskArn"]), "one")


@pytest.mark.parametrize("capacity", ["FARGATE", "FARGATE_SPOT"])
def test_a_strategy_instead_of_a_launch_type(ecs, cluster, capacity):
    ecs.put_cluster_capacity_providers(
        cluster="tasks",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[],
    )
    strategy = [{"capacityProvider": capacity, "weight": 1}]
    tasks = run(cluster, launchType=None, capacityProviderStrategy=strategy)
    assert [task["capacityProviderName"] for task in tasks] == [capacity]
    stop_all(cluster, tasks)


def test_tags_of_tasks(ecs, cluster):
    tag = {"key": "definition", "value": "1"}
    ecs.register_task_definition(
        family="with-tags",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[sleeping()],
        tags=[tag],
    )
    own = {"key": "own", "value": "2"}
    [task] = run(
        cluster,
        "with-tags",
        tags=[own],
        propagateTags="TASK_DEFINITION",
        enableECSManagedTags=True,
    )
    arn = task["taskArn"]
    managed = {"key": "aws:ecs:clusterName", "value": "tasks"}
    assert sorted(task["tags"], key=str) == sorted([tag, own, managed], key=str)
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "own", "value": "3"}])
    ecs.untag_resource(resourceArn=arn, tagKeys=["definition"])
    tags = ecs.list_tags_for_resource(resourceArn=arn)["tags"]
    assert {one["key"]: one["value"] for one in tags} == {
        "own": "3",
        "aws:ecs:clusterName": "tasks",
    }
    bare = ecs.describe_tasks(cluster="tasks", tasks=[arn])["tasks"][0]
    assert bare["tags"] == []
    cluster.stop(arn)


# -- lists


def test_lists_of_tasks_by_every_filter(cluster):
    other = cluster.define("other", sleeping())
    [one] = run(cluster, startedBy="someone")
    [two] = run(cluster, other, startedBy="other")
    [gone] = run(cluster, other)
    cluster.stop(gone["taskArn"])
    one, two, gone = (task["taskArn"] for task in (one, two, gone))

    def listed(**named):
        arns = cluster.ecs.list_tasks(cluster="tasks", **named)["taskArns"]
        return {arn for arn in arns if arn in (one, two, gone)}

    assert listed() == {one, two}
    assert listed(family="other") == {two}
    assert listed(family="none") == set()
    assert listed(startedBy="someone") == {one}
    assert listed(desiredStatus="STOPPED") == {gone}
    assert listed(desiredStatus="STOPPED", family="sleep") == set()
    assert listed(desiredStatus="PENDING") == set()
    assert listed(launchType="FARGATE") == {one, two}
    assert listed(launchType="EC2") == set()
    found = pages(cluster.ecs.list_tasks, "taskArns", cluster="tasks", maxResults=1)
    assert all(len(page) == 1 for page in found)
    assert {one, two} <= set(sum(found, []))
    cluster.stop(one)
    cluster.stop(two)


def test_tasks_of_another_cluster_are_missing(ecs, cluster):
    ecs.create_cluster(clusterName="elsewhere")
    [task] = run(cluster)
    arn = task["taskArn"]
    for name in (arn, task_id(arn)):
        answer = ecs.describe_tasks(cluster="elsewhere", tasks=[name])
        assert answer["tasks"] == []
        assert [one["reason"] for one in answer["failures"]] == ["MISSING"]
        told = refused(ecs.stop_task, cluster="elsewhere", task=name)
        assert told == f"{INVALID}: The referenced task was not found."
    assert ecs.list_tasks(cluster="elsewhere")["taskArns"] == []
    cluster.stop(arn)


def test_a_cluster_with_tasks_is_not_deleted(ecs, cluster):
    [task] = run(cluster)
    told = refused(ecs.delete_cluster, cluster="tasks")
    assert told == (
        "ClusterContainsTasksException: The Cluster cannot be deleted while Tasks are active."
    )
    counts = ecs.describe_clusters(clusters=["tasks"])["clusters"][0]
    assert counts["runningTasksCount"] + counts["pendingTasksCount"] >= 1
    cluster.stop(task["taskArn"])


def test_to_stop_a_task_twice_changes_nothing(cluster):
    [task] = run(cluster)
    cluster.stop(task["taskArn"], "the first")
    cluster.stop(task["taskArn"], "the second")
    assert cluster.wait_stopped(task["taskArn"])["stoppedReason"] == "the first"


# -- client tokens


def test_the_same_token_is_the_same_tasks(ecs, cluster):
    first = ecs.run_task(**asked(cluster, clientToken="token-1", count=2))
    again = ecs.run_task(**asked(cluster, clientToken="token-1", count=2))
    arns = [[task["taskArn"] for task in answer["tasks"]] for answer in (first, again)]
    assert arns[0] == arns[1]
    third = ecs.run_task(**asked(cluster, clientToken="token-2", count=2))
    assert not set(arns[0]) & {task["taskArn"] for task in third["tasks"]}
    stop_all(cluster, first["tasks"] + third["tasks"])


def test_the_same_token_for_something_else_is_refused(ecs, cluster):
    tasks = ecs.run_task(**asked(cluster, clientToken="token-3"))["tasks"]
    with pytest.raises(ecs.exceptions.ConflictException) as conflict:
        ecs.run_task(**asked(cluster, clientToken="token-3", count=2))
    assert conflict.value.response["resourceIds"] == [task["taskArn"] for task in tasks]
    stop_all(cluster, tasks)


# -- failures and refusals


def test_tasks_without_room_are_failures(ecs, cluster):
    large = cluster.define("large", sleeping(), cpu="16384", memory="122880")
    answer = ecs.run_task(**asked(cluster, large))
    assert answer["tasks"] == []
    [failure] = answer["failures"]
    assert failure["reason"] in ("RESOURCE:CPU", "RESOURCE:MEMORY")


def test_what_is_missing_to_describe_is_a_failure(ecs, cluster):
    missing = arn_of("task", "tasks/" + "0" * 32)
    foreign = missing.replace("us-east-1", "eu-west-1")
    answer = ecs.describe_tasks(cluster="tasks", tasks=[missing, foreign])
    assert answer["tasks"] == []
    assert [one["reason"] for one in answer["failures"]] == ["MISSING", "MISSING"]
    assert answer["failures"][0]["arn"] == missing


ONE = {"name": "main"}
WRONG = {
    "an unknown cluster": ({"cluster": "none"}, "ClusterNotFoundException: Cluster not found."),
    "an unknown revision": (
        {"taskDefinition": "sleep:99"},
        "ClientException: TaskDefinition not found.",
    ),
    "no network": (
        {"networkConfiguration": None},
        f"{INVALID}: Network Configuration must be provided when networkMode 'awsvpc' is"
        " specified.",
    ),
    "no subnets": (
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": []}}},
        f"{INVALID}: subnets can not be empty.",
    ),
    "an unknown subnet": (
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0"]}}},
        f"{INVALID}: Error retrieving subnet information for [subnet-0]: The subnet ID 'subnet-0'"
        " does not exist (ErrorCode: InvalidSubnetID.NotFound)",
    ),
    "no task": ({"count": 0}, f"{INVALID}: Count must be between 1 and 10."),
    "too many tasks": ({"count": 11}, f"{INVALID}: Count must be between 1 and 10."),
    "both ways to launch": (
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
        f"{INVALID}: Specifying both a launch type and capacity provider strategy is not"
        " supported.",
    ),
    "instances": (
        {"launchType": "EC2"},
        f"{INVALID}: No Container Instances were found in your cluster.",
    ),
    "managed instances": (
        {"launchType": "MANAGED_INSTANCES"},
        f"{UNSUPPORTED}: `launchType` `MANAGED_INSTANCES`",
    ),
    "another platform": (
        {"platformVersion": "9.9.9"},
        "PlatformUnknownException: The specified platform does not exist.",
    ),
    "too long a starter": (
        {"startedBy": "x" * 129},
        f"{INVALID}: startedBy can have at most 128 characters.",
    ),
    "too long a token": (
        {"clientToken": "x" * 65},
        f"{INVALID}: clientToken can have at most 64 characters",
    ),
    "tags of a service": (
        {"propagateTags": "SERVICE"},
        f"{INVALID}: Invalid value SERVICE for propagateTags",
    ),
    "a reserved tag": (
        {"tags": [{"key": "AWS:x", "value": ""}]},
        f"{INVALID}: Tag key 'AWS:x' is not allowed",
    ),
    "an override of nobody": (
        {"overrides": {"containerOverrides": [{"name": "none"}]}},
        f"{INVALID}: Override for container named none is not a container in the TaskDefinition.",
    ),
    "two overrides of one": (
        {"overrides": {"containerOverrides": [ONE, ONE]}},
        f"{INVALID}: Container named main is overridden twice.",
    ),
    "overrides too long": (
        {"overrides": {"containerOverrides": [{**ONE, "command": ["x" * 9000]}]}},
        f"{INVALID}: Container Overrides length must be at most 8192",
    ),
    "an override's size": (
        {"overrides": {"cpu": "300"}},
        "ClientException: No Fargate configuration exists for given values",
    ),
}
UNSUPPORTED_FIELDS = {
    "enableExecuteCommand": {"enableExecuteCommand": True},
    "placementConstraints": {"placementConstraints": [{"type": "distinctInstance"}]},
    "placementStrategy": {"placementStrategy": [{"type": "random"}]},
    "referenceId": {"referenceId": "x"},
    "volumeConfigurations": {"volumeConfigurations": [{"name": "v"}]},
    "overrides.inferenceAcceleratorOverrides": {
        "overrides": {"inferenceAcceleratorOverrides": [{"deviceName": "a", "deviceType": "b"}]}
    },
    "overrides.ephemeralStorage": {"overrides": {"ephemeralStorage": {"sizeInGiB": 30}}},
    "containerOverrides.resourceRequirements": {
        "overrides": {
            "containerOverrides": [
                {**ONE, "resourceRequirements": [{"type": "GPU", "value": "1"}]}
            ]
        }
    },
}


@pytest.mark.parametrize("case", WRONG)
def test_a_request_to_run_that_is_wrong(ecs, cluster, case):
    change, words = WRONG[case]
    told = refused(ecs.run_task, **asked(cluster, **{"taskDefinition": "sleep", **change}))
    assert told.startswith(words), told


@pytest.mark.parametrize("field", UNSUPPORTED_FIELDS)
def test_a_field_that_is_not_supported_is_named(ecs, cluster, field):
    told = refused(ecs.run_task, **asked(cluster, **UNSUPPORTED_FIELDS[field]))
    assert told == f"{UNSUPPORTED}: `{field}` is not supported by Longshore yet"


def test_a_definition_that_is_inactive_is_not_run(ecs, cluster):
    definition = cluster.define("inactive", sleeping())
    ecs.deregister_task_definition(taskDefinition=definition)
    told = refused(ecs.run_task, **asked(cluster, definition))
    assert told == "ClientException: TaskDefinition is inactive"
    told = refused(ecs.run_task, **asked(cluster, "inactive"))
    assert told == "ClientException: TaskDefinition not found."


def test_every_field_of_run_task_is_known_here(ecs):
    """A field that a newer model brings is honoured or refused before it comes in."""
    model = ecs.meta.service_model.operation_model("RunTask").input_shape
    honoured = {
        *("cluster", "taskDefinition", "launchType", "networkConfiguration", "count", "group"),
        *("startedBy", "tags", "propagateTags", "enableECSManagedTags", "clientToken"),
        *("capacityProviderStrategy", "platformVersion", "overrides"),
    }
    refused_by_name = {name for name in UNSUPPORTED_FIELDS if "." not in name}
    assert set(model.members) == honoured | refused_by_name


OTHER_CALLS = {
    "nothing to describe": ("describe_tasks", {"tasks": []}, "Tasks cannot be empty."),
    "too much to describe": (
        "describe_tasks",
        {"tasks": ["x"] * 101},
        "Tasks cannot have more than 100 elements.",
    ),
    "a starter and a family": (
        "list_tasks",
        {"startedBy": "a", "family": "b"},
        "Cannot specify both startedBy and family.",
    ),
    "tasks of an instance": (
        "list_tasks",
        {"containerInstance": "x"},
        "The specified container instance was not found.",
    ),
    "a page too long": ("list_tasks", {"maxResults": 101}, "maxResults must be between 1 and 100"),
    "a token of nobody's": ("list_tasks", {"nextToken": "x"}, "Invalid token."),
    "too long a reason": (
        "stop_task",
        {"task": "x", "reason": "x" * 1025},
        "Reason can have at most 1024 characters.",
    ),
    "to stop nothing": ("stop_task", {"task": "x"}, "The referenced task was not found."),
}


@pytest.mark.parametrize("case", OTHER_CALLS)
def test_what_is_refused_of_tasks(ecs, cluster, case):
    operation, given, words = OTHER_CALLS[case]
    told = refused(getattr(ecs, operation), cluster=cluster.name, **given)
    assert told.startswith(f"{INVALID}: {words}"), told


def test_tasks_of_an_unknown_service(ecs, cluster):
    told = refused(ecs.list_tasks, cluster=cluster.name, serviceName="none")
    assert told == "ServiceNotFoundException: Service not found."


def test_a_skeleton_of_the_cli_is_taken_back(shared, cluster):
    given = json.dumps(asked(cluster, startedBy="skeleton"))
    [task] = shared.aws("ecs", "run-task", cli_input_json=given)["tasks"]
    assert task["startedBy"] == "skeleton"
    cluster.stop(task["taskArn"])
