"""Task definitions: registered, numbered, listed, deregistered and deleted."""

import pytest

from harness.ecs import CLIENT, container, definition, register
from harness.refusals import pages, refused


@pytest.fixture(scope="module")
def ecs(shared):
    return shared.boto("ecs")


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
