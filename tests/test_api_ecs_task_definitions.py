"""Task definitions: registered, numbered, listed, deregistered and deleted; and all that is wrong.

What is refused stands in tables: what is changed of a definition that is right, and the answer.
"""

import copy

import pytest

from harness.ecs import container, web
from harness.refusals import pages, refused

CLIENT = "ClientException"
UNSUPPORTED = "UnsupportedFeatureException"


@pytest.fixture(scope="module")
def ecs(shared):
    return shared.boto("ecs")


def definition(family, *containers, **changed):
    """A definition that is right; a change to None leaves a field out."""
    whole = {
        "family": family,
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": list(containers) or [container("busybox:1", logged=False)],
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def register(ecs, family, *containers, **changed):
    answer = ecs.register_task_definition(**definition(family, *containers, **changed))
    return answer["taskDefinition"]


def arn_of(name):
    return f"arn:aws:ecs:us-east-1:000000000000:task-definition/{name}"


# -- through the CLI


def test_the_life_of_a_task_definition(shared):
    def call(operation, *arguments, **named):
        return shared.aws("ecs", operation, *arguments, **named)

    given = definition("life", tags=[{"key": "a", "value": "1"}])
    first = call("register-task-definition", cli_input_json=given)
    assert first["tags"] == given["tags"]
    made = first["taskDefinition"]
    assert made["taskDefinitionArn"] == arn_of("life:1")
    assert (made["family"], made["revision"], made["status"]) == ("life", 1, "ACTIVE")
    assert made["registeredBy"] == "arn:aws:iam::000000000000:root"
    again = call("register-task-definition", cli_input_json=definition("life"))
    assert again["taskDefinition"]["revision"] == 2
    described = call("describe-task-definition", task_definition="life")
    assert described["taskDefinition"]["revision"] == 2
    described = call(
        "describe-task-definition", "--include", "TAGS", task_definition=arn_of("life:1")
    )
    assert described["taskDefinition"] == made
    assert described["tags"] == given["tags"]
    listed = call("list-task-definitions", family_prefix="life")["taskDefinitionArns"]
    assert listed == [arn_of("life:1"), arn_of("life:2")]
    gone = call("deregister-task-definition", task_definition="life:2")["taskDefinition"]
    assert gone["status"] == "INACTIVE"
    assert "deregisteredAt" in gone
    listed = call("list-task-definitions", family_prefix="life", status="INACTIVE")
    assert listed["taskDefinitionArns"] == [arn_of("life:2")]
    deleted = call("delete-task-definitions", "--task-definitions", "life:2", "life:1")
    assert [one["status"] for one in deleted["taskDefinitions"]] == ["DELETE_IN_PROGRESS"]
    [failure] = deleted["failures"]
    assert failure["arn"] == "life:1"
    assert failure["reason"].startswith("The specified task definition is still in ACTIVE status.")
    families = call("list-task-definition-families", family_prefix="life")["families"]
    assert families == ["life"]


def test_the_cli_follows_pages_of_definitions(shared, ecs):
    for _revision in range(5):
        register(ecs, "paged")
    everything = [arn_of(f"paged:{revision}") for revision in range(1, 6)]
    listed = shared.aws("ecs", "list-task-definitions", family_prefix="paged", page_size=2)
    assert listed["taskDefinitionArns"] == everything
    first = shared.aws("ecs", "list-task-definitions", family_prefix="paged", max_items=3)
    rest = shared.aws(
        "ecs", "list-task-definitions", family_prefix="paged", starting_token=first["NextToken"]
    )
    assert first["taskDefinitionArns"] + rest["taskDefinitionArns"] == everything


def test_the_cli_shows_why_a_definition_is_refused(shared):
    given = definition("refused", cpu="256", memory="513")
    told = refused(shared.aws, "ecs", "register-task-definition", cli_input_json=given)
    assert told == (
        "ClientException: No Fargate configuration exists for given values: 256 CPU, 513 memory."
        " See the Amazon ECS documentation for the valid values."
    )
    told = refused(shared.aws, "ecs", "describe-task-definition", task_definition="none")
    assert told == "ClientException: Unable to describe task definition."


# -- what is shown is what was given


def test_everything_that_is_accepted_is_shown_again(ecs):
    whole = {
        "name": "main",
        "image": "web:1",
        "cpu": 100,
        "memory": 200,
        "memoryReservation": 100,
        "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
        "essential": True,
        "entryPoint": ["/bin/web"],
        "command": ["--version", "1"],
        "environment": [{"name": "A", "value": "1"}, {"name": "EMPTY", "value": ""}],
        "mountPoints": [],
        "volumesFrom": [],
        "linuxParameters": {
            "capabilities": {"add": ["SYS_PTRACE"], "drop": ["NET_RAW"]},
            "initProcessEnabled": True,
        },
        "dependsOn": [{"containerName": "side", "condition": "HEALTHY"}],
        "startTimeout": 60,
        "stopTimeout": 30,
        "user": "1000:1000",
        "workingDirectory": "/tmp",
        "readonlyRootFilesystem": True,
        "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 2048}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "g",
                "awslogs-region": "us-east-1",
                "awslogs-stream-prefix": "p",
            },
        },
        "systemControls": [{"namespace": "net.core.somaxconn", "value": "1024"}],
    }
    check = {"command": ["CMD-SHELL", "true"], "interval": 5, "timeout": 2, "retries": 2}
    side = container("busybox:1", name="side", logged=False, healthCheck=check)
    made = register(
        ecs, "whole", whole, side, runtimePlatform={"operatingSystemFamily": "LINUX"}
    )
    assert made["containerDefinitions"][0] == whole
    assert made["containerDefinitions"][1]["healthCheck"] == check
    assert made["runtimePlatform"] == {"operatingSystemFamily": "LINUX"}
    assert (made["cpu"], made["memory"], made["networkMode"]) == ("256", "512", "awsvpc")
    assert made["requiresCompatibilities"] == ["FARGATE"]
    assert made["compatibilities"] == ["EC2", "FARGATE"]
    described = ecs.describe_task_definition(taskDefinition="whole:1")["taskDefinition"]
    assert described == made


def test_defaults_of_a_container(ecs):
    made = register(ecs, "plain", {"name": "main", "image": "busybox:1"})
    assert made["containerDefinitions"] == [
        {
            "name": "main",
            "image": "busybox:1",
            "cpu": 0,
            "portMappings": [],
            "essential": True,
            "environment": [],
            "mountPoints": [],
            "volumesFrom": [],
            "systemControls": [],
        }
    ]


@pytest.mark.parametrize(
    ("cpu", "memory", "shown"),
    [
        ("256", "512", ("256", "512")),
        (".25 vCPU", "0.5GB", ("256", "512")),
        ("256", "2048", ("256", "2048")),
        ("512", "1024", ("512", "1024")),
        ("1 vCPU", "8GB", ("1024", "8192")),
        ("2048", "16384", ("2048", "16384")),
        ("4096", "30720", ("4096", "30720")),
        ("8192", "61440", ("8192", "61440")),
        ("16384", "122880", ("16384", "122880")),
    ],
)
def test_sizes_that_fargate_has(ecs, cpu, memory, shown):
    made = register(ecs, "sizes", cpu=cpu, memory=memory)
    assert (made["cpu"], made["memory"]) == shown


NO_PAIR = f"{CLIENT}: No Fargate configuration exists for given values: "


@pytest.mark.parametrize(
    ("cpu", "memory", "words"),
    [
        ("256", "4096", NO_PAIR),
        ("256", "1536", NO_PAIR),
        ("300", "512", NO_PAIR),
        ("512", "512", NO_PAIR),
        ("8192", "17408", NO_PAIR),
        ("16384", "122881", NO_PAIR),
        (None, "512", f"{CLIENT}: Fargate requires that 'cpu' be defined at the task level."),
        ("256", None, f"{CLIENT}: Fargate requires that 'memory' be defined at the task level."),
        ("one", "512", f"{CLIENT}: Invalid 'cpu' setting for task."),
        ("-1", "512", f"{CLIENT}: Invalid 'cpu' setting for task."),
        ("256", "half", f"{CLIENT}: Invalid 'memory' setting for task."),
        ("256", "0", f"{CLIENT}: Invalid 'memory' setting for task."),
    ],
)
def test_sizes_that_fargate_does_not_have(ecs, cpu, memory, words):
    told = refused(ecs.register_task_definition, **definition("sizes", cpu=cpu, memory=memory))
    assert told.startswith(words), told


# -- numbers and names


def test_a_family_counts_on_past_what_is_deleted(ecs):
    assert [register(ecs, "counted")["revision"] for _time in range(2)] == [1, 2]
    ecs.deregister_task_definition(taskDefinition="counted:2")
    ecs.delete_task_definitions(taskDefinitions=["counted:2"])
    assert register(ecs, "counted")["revision"] == 3


def test_a_family_alone_is_its_latest_active_revision(ecs):
    for _revision in range(3):
        register(ecs, "latest")
    ecs.deregister_task_definition(taskDefinition="latest:3")
    found = ecs.describe_task_definition(taskDefinition="latest")["taskDefinition"]
    assert found["revision"] == 2
    # By its number what is inactive is described too.
    found = ecs.describe_task_definition(taskDefinition="latest:3")["taskDefinition"]
    assert found["status"] == "INACTIVE"
    for revision in (1, 2):
        ecs.deregister_task_definition(taskDefinition=f"latest:{revision}")
    told = refused(ecs.describe_task_definition, taskDefinition="latest")
    assert told == f"{CLIENT}: Unable to describe task definition."


def test_every_client_at_once_gets_a_number_of_its_own(shared, ecs):
    arns = [register(ecs, "numbers")["taskDefinitionArn"] for _time in range(25)]
    assert arns == [arn_of(f"numbers:{number}") for number in range(1, 26)]
    # In the order of numbers, not of letters.
    listed = ecs.list_task_definitions(familyPrefix="numbers")["taskDefinitionArns"]
    assert listed == arns
    listed = ecs.list_task_definitions(familyPrefix="numbers", sort="DESC")["taskDefinitionArns"]
    assert listed == arns[::-1]
    found = pages(
        ecs.list_task_definitions, "taskDefinitionArns", familyPrefix="numbers", maxResults=10
    )
    assert [len(page) for page in found] == [10, 10, 5]
    assert sum(found, []) == arns


def test_families_are_listed_by_prefix_and_status(ecs):
    for family in ("fam-a", "fam-b", "fam-c", "other"):
        register(ecs, family)
    ecs.deregister_task_definition(taskDefinition="fam-b:1")

    def listed(**named):
        return ecs.list_task_definition_families(**named)["families"]

    assert listed(familyPrefix="fam-") == ["fam-a", "fam-b", "fam-c"]
    assert listed(familyPrefix="fam-", status="ACTIVE") == ["fam-a", "fam-c"]
    assert listed(familyPrefix="fam-", status="INACTIVE") == ["fam-b"]
    assert listed(familyPrefix="fam-", status="ALL") == ["fam-a", "fam-b", "fam-c"]
    assert listed(familyPrefix="none") == []
    found = pages(
        ecs.list_task_definition_families, "families", familyPrefix="fam-", maxResults=2
    )
    assert found == [["fam-a", "fam-b"], ["fam-c"]]


def test_a_prefix_of_definitions_is_a_whole_family(ecs):
    for family in ("whole-name", "whole-name-too"):
        register(ecs, family)
    listed = ecs.list_task_definitions(familyPrefix="whole-name")["taskDefinitionArns"]
    assert listed == [arn_of("whole-name:1")]


def test_definitions_of_another_region_are_not_seen(shared, ecs):
    register(ecs, "regional")
    other = shared.boto("ecs", region="eu-west-1")
    for name in ("regional", arn_of("regional:1")):
        told = refused(other.describe_task_definition, taskDefinition=name)
        assert told == f"{CLIENT}: Unable to describe task definition."
    assert other.list_task_definitions()["taskDefinitionArns"] == []


def test_tags_of_a_definition(ecs):
    arn = register(ecs, "tagged", tags=[{"key": "a", "value": "1"}])["taskDefinitionArn"]
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "2"}])
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "a", "value": "2"}]
    described = ecs.describe_task_definition(taskDefinition="tagged", include=["TAGS"])
    assert described["tags"] == [{"key": "a", "value": "2"}]
    assert ecs.describe_task_definition(taskDefinition="tagged")["tags"] == []


def test_deregistering_what_is_not_there(ecs):
    register(ecs, "there")
    for name in ("none:1", "there:9", "there", "there:x"):
        told = refused(ecs.deregister_task_definition, taskDefinition=name)
        assert told.startswith(CLIENT), told
    told = refused(ecs.delete_task_definitions, taskDefinitions=[])
    assert told.startswith(("ClientException", "InvalidParameterException")), told


# -- what is wrong


def changed(change):
    """A definition with one change: of its own fields, or of its container's."""
    whole = copy.deepcopy(definition("wrong", web(1, logged=False)))
    of_container = change.pop("container", {})
    whole["containerDefinitions"][0].update(of_container)
    return {**whole, **change}


def two(first, second):
    """Two containers `a` and `b` with these settings."""
    return {
        "containerDefinitions": [
            {"name": "a", "image": "web:1", **first},
            {"name": "b", "image": "web:1", **second},
        ]
    }


def depends(name, condition):
    return {"dependsOn": [{"containerName": name, "condition": condition}]}


def health(**settings):
    return {"container": {"healthCheck": {"command": ["CMD", "true"], **settings}}}


def logs(driver="awslogs", **options):
    options = {name.replace("_", "-"): value for name, value in options.items()}
    return {"container": {"logConfiguration": {"logDriver": driver, "options": options}}}


WRONG = {
    "an empty family": ({"family": ""}, "Family should not be null or empty."),
    "a family with a blank": ({"family": "a b"}, "Family contains invalid characters."),
    "a family with a colon": ({"family": "a:1"}, "Family contains invalid characters."),
    "a family too long": ({"family": "a" * 256}, "Family contains invalid characters."),
    "no container": (
        {"containerDefinitions": []},
        "Container definitions should not be null or empty.",
    ),
    "too many containers": (
        {"containerDefinitions": [{"name": f"c{n}", "image": "a"} for n in range(11)]},
        "A task definition can have at most 10 container definitions.",
    ),
    "too long": (
        {"container": {"command": ["x" * 70_000]}},
        "Actual length: '",
    ),
    "no name": (
        {"containerDefinitions": [{"image": "a"}]},
        "Container.name should not be null or empty.",
    ),
    "a name with a blank": (
        {"container": {"name": "a b"}},
        "Container.name contains invalid characters.",
    ),
    "no image": (
        {"containerDefinitions": [{"name": "a"}]},
        "Container.image should not be null or empty.",
    ),
    "an image with a blank": (
        {"container": {"image": "a b"}},
        "Container.image contains invalid characters.",
    ),
    "the same name twice": (
        {"containerDefinitions": [{"name": "a", "image": "a"}] * 2},
        "Duplicate container name 'a'.",
    ),
    "nothing essential": (
        {"container": {"essential": False}},
        "At least one container in a task definition must be marked as essential.",
    ),
    "a mode of the host": (
        {"networkMode": "bridge"},
        "Fargate only supports network mode ‘awsvpc’.",
    ),
    "a mode not said": ({"networkMode": None}, "Fargate only supports network mode ‘awsvpc’."),
    "a negative share": (
        {"container": {"cpu": -1}},
        "Invalid setting for container 'main'. 'cpu' must not be negative.",
    ),
    "too little memory": (
        {"container": {"memory": 3}},
        "Invalid setting for container 'main'. 'memory' must be at least 4 MiB.",
    ),
    "hard below soft": (
        {"container": {"memory": 100, "memoryReservation": 200}},
        "Invalid setting for container 'main'. The hard limits should be higher than soft limits.",
    ),
    "more than the task's memory": (
        {"container": {"memory": 513}},
        "Invalid setting for container 'main'. 'memory' cannot be greater than the value of the"
        " task 'memory'.",
    ),
    "more than the task's cpu": (
        two({"cpu": 200}, {"cpu": 100}),
        "The sum of all container 'cpu' values cannot be greater than the value of the task"
        " 'cpu'.",
    ),
    "more memory together": (
        two({"memoryReservation": 300}, {"memoryReservation": 300}),
        "The sum of all container 'memory' values cannot be greater than",
    ),
    "a variable without a name": (
        {"container": {"environment": [{"name": "", "value": "x"}]}},
        "Invalid setting for container 'main'. '' is not a valid name",
    ),
    "a port of nobody's": (
        {"container": {"portMappings": [{"containerPort": 0}]}},
        "The container port must be between 1 and 65535.",
    ),
    "a port too high": (
        {"container": {"portMappings": [{"containerPort": 65536}]}},
        "The container port must be between 1 and 65535.",
    ),
    "another port on the host": (
        {"container": {"portMappings": [{"containerPort": 80, "hostPort": 81}]}},
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
    ),
    "a port twice": (
        {"container": {"portMappings": [{"containerPort": 80}] * 2}},
        "The container port 80 is mapped more than once.",
    ),
    "a host name": (
        {"container": {"hostname": "me"}},
        "Hostname is not supported on container when networkMode=awsvpc",
    ),
    "hosts of its own": (
        {"container": {"extraHosts": [{"hostname": "a", "ipAddress": "10.0.0.1"}]}},
        "Extra hosts are not supported on container when networkMode=awsvpc",
    ),
    "a place that is relative": (
        {"container": {"workingDirectory": "tmp"}},
        "Invalid setting for container 'main'. 'workingDirectory' must be an absolute path.",
    ),
    "too long a stop": (
        {"container": {"stopTimeout": 121}},
        "Invalid setting for container 'main'. 'stopTimeout' must be between 0 and 120 seconds.",
    ),
    "too long a start": (
        {"container": {"startTimeout": 121}},
        "Invalid setting for container 'main'. 'startTimeout' must be between 0 and 120 seconds.",
    ),
    "depending on nobody": (
        {"container": depends("none", "START")},
        "Container 'main' depends on unknown container 'none'.",
    ),
    "depending on itself": (
        {"container": depends("main", "START")},
        "Container dependencies must not form a cycle: main.",
    ),
    "depending in a ring": (
        two(depends("b", "START"), depends("a", "START")),
        "Container dependencies must not form a cycle: a, b.",
    ),
    "depending on an end that is none": (
        two(depends("b", "SUCCESS"), {"essential": True}),
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential"
        " container",
    ),
    "depending on health of nobody's": (
        two(depends("b", "HEALTHY"), {}),
        "Container 'a' depends on container 'b' with condition HEALTHY, but 'b' does not have a"
        " health check configured.",
    ),
    "a check of nothing": (health(command=[]), "The health check command must start with CMD"),
    "a check of words": (health(command=["true"]), "The health check command must start with CMD"),
    "a check too often": (
        health(interval=4),
        "Invalid health check interval: 4. It must be between 5 and 300.",
    ),
    "a check too slow": (
        health(timeout=61),
        "Invalid health check timeout: 61. It must be between 2 and 60.",
    ),
    "a check too patient": (
        health(retries=11),
        "Invalid health check retries: 11. It must be between 1 and 10.",
    ),
    "a start too late": (
        health(startPeriod=301),
        "Invalid health check startPeriod: 301. It must be between 0 and 300.",
    ),
    "a soft limit above": (
        {"container": {"ulimits": [{"name": "nofile", "softLimit": 2, "hardLimit": 1}]}},
        "Invalid ulimit 'nofile': the soft limit (2) must not be above the hard limit (1).",
    ),
    "a control of the host": (
        {"container": {"systemControls": [{"namespace": "kernel.panic", "value": "1"}]}},
        "System control 'kernel.panic' is not namespaced.",
    ),
    "a capability of nobody's": (
        {"container": {"linuxParameters": {"capabilities": {"add": ["FLY"]}}}},
        "'FLY' is not a valid Linux capability.",
    ),
    "logs without a group": (
        logs(awslogs_region="us-east-1"),
        "Log driver awslogs requires options: awslogs-region, awslogs-group",
    ),
    "logs of neither mode": (
        logs(awslogs_group="g", awslogs_region="us-east-1", mode="sometimes"),
        "Log option 'mode' must be 'blocking' or 'non-blocking', not 'sometimes'.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_definition_that_is_wrong(ecs, case):
    change, words = WRONG[case]
    given = {name: value for name, value in changed(dict(change)).items() if value is not None}
    told = refused(ecs.register_task_definition, **given)
    assert told.startswith(f"{CLIENT}: {words}"), told


def test_what_was_refused_left_nothing(ecs):
    refused(ecs.register_task_definition, **definition("nothing", cpu="1"))
    assert ecs.list_task_definition_families(familyPrefix="nothing")["families"] == []
    assert register(ecs, "nothing")["revision"] == 1


# -- what is not supported, by name

FIELDS = {
    "volumes": [{"name": "v"}],
    "placementConstraints": [{"type": "memberOf", "expression": "x"}],
    "pidMode": "task",
    "ipcMode": "task",
    "proxyConfiguration": {"containerName": "main"},
    "inferenceAccelerators": [{"deviceName": "a", "deviceType": "b"}],
    "ephemeralStorage": {"sizeInGiB": 30},
    "enableFaultInjection": True,
}
CONTAINER_FIELDS = {
    "links": ["b"],
    "restartPolicy": {"enabled": True},
    "mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}],
    "volumesFrom": [{"sourceContainer": "b"}],
    "disableNetworking": True,
    "privileged": True,
    "dnsServers": ["10.0.0.1"],
    "dnsSearchDomains": ["example.com"],
    "dockerSecurityOptions": ["no-new-privileges"],
    "interactive": True,
    "pseudoTerminal": True,
    "dockerLabels": {"a": "b"},
    "versionConsistency": "disabled",
    "resourceRequirements": [{"type": "GPU", "value": "1"}],
    "firelensConfiguration": {"type": "fluentd"},
    "credentialSpecs": ["credentialspec:x"],
}
NESTED = {
    "linuxParameters.devices": {"linuxParameters": {"devices": [{"hostPath": "/dev/x"}]}},
    "linuxParameters.maxSwap": {"linuxParameters": {"maxSwap": 1}},
    "linuxParameters.swappiness": {"linuxParameters": {"swappiness": 1}},
    "portMappings.name": {"portMappings": [{"containerPort": 80, "name": "a"}]},
    "portMappings.appProtocol": {"portMappings": [{"containerPort": 80, "appProtocol": "http"}]},
    "portMappings.containerPortRange": {"portMappings": [{"containerPortRange": "1-2"}]},
    "logConfiguration.secretOptions": {
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": "g", "awslogs-region": "r"},
            "secretOptions": [{"name": "a", "valueFrom": "b"}],
        }
    },
    "splunk": {"logConfiguration": {"logDriver": "splunk"}},
    "awslogs-datetime-format": {
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "g",
                "awslogs-region": "r",
                "awslogs-datetime-format": "%H",
            },
        }
    },
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_is_not_supported_is_named(ecs, field):
    told = refused(ecs.register_task_definition, **definition("no", **{field: FIELDS[field]}))
    assert told == f"{UNSUPPORTED}: `{field}` is not supported by Longshore yet"


@pytest.mark.parametrize("field", CONTAINER_FIELDS)
def test_a_field_of_a_container_that_is_not_supported_is_named(ecs, field):
    given = container("busybox:1", logged=False, **{field: CONTAINER_FIELDS[field]})
    told = refused(ecs.register_task_definition, **definition("no", given))
    assert told == f"{UNSUPPORTED}: `{field}` is not supported by Longshore yet"


@pytest.mark.parametrize("field", NESTED)
def test_a_part_of_a_field_that_is_not_supported_is_named(ecs, field):
    given = container("busybox:1", logged=False, **NESTED[field])
    told = refused(ecs.register_task_definition, **definition("no", given))
    assert told.startswith(f"{UNSUPPORTED}: "), told
    assert f"`{field}`" in told


@pytest.mark.parametrize("kind", ["EC2", "EXTERNAL", "MANAGED_INSTANCES"])
def test_a_launch_type_that_is_not_supported_is_named(ecs, kind):
    given = definition("no", requiresCompatibilities=[kind], networkMode="host")
    told = refused(ecs.register_task_definition, **given)
    assert told.startswith(f"{UNSUPPORTED}: "), told
    assert "`host`" in told or f"`{kind}`" in told


def test_every_field_is_shown_or_refused(ecs):
    """What the model knows of a container is in one of the tables here, or is shown again."""
    model = ecs.meta.service_model.shape_for("ContainerDefinition")
    shown = {
        *("name", "image", "cpu", "memory", "memoryReservation", "portMappings", "essential"),
        *("entryPoint", "command", "environment", "linuxParameters", "dependsOn"),
        *("startTimeout", "stopTimeout", "user", "workingDirectory", "readonlyRootFilesystem"),
        *("ulimits", "logConfiguration", "healthCheck", "systemControls"),
        *("secrets", "repositoryCredentials", "environmentFiles"),
    }
    refused_otherwise = {"hostname", "extraHosts"}
    known = shown | refused_otherwise | set(CONTAINER_FIELDS)
    assert set(model.members) == known
