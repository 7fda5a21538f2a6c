"""Task definitions that are refused: what is changed of one that is right, and the answer."""

import copy

import pytest

from harness.ecs import CLIENT, container, definition, register, web
from harness.refusals import refused

UNSUPPORTED = "UnsupportedFeatureException"


@pytest.fixture(scope="module")
def ecs(shared):
    return shared.boto("ecs")


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
