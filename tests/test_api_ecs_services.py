"""Services as the API shows them: made, described, listed, changed, deleted; and all refusals.

How services run, roll and heal is in `test_run_service.py`.
"""

import re

import pytest

from harness.ecs import PORT, Cluster, container, web
from harness.refusals import pages, refused

INVALID = "InvalidParameterException"
UNSUPPORTED = "UnsupportedFeatureException"
NONE = "ServiceNotFoundException: Service not found."


@pytest.fixture(scope="module")
def cluster(shared, images):
    shared.import_image(images["busybox:1"])
    cluster = Cluster(shared, "services")
    cluster.define("sleep", sleeping())
    cluster.define("port", web(1, logged=False))
    return cluster


@pytest.fixture(scope="module")
def ecs(cluster):
    return cluster.ecs


def sleeping():
    return container("busybox:1", "trap 'exit 0' TERM; sleep 1000 & wait", logged=False)


def asked(cluster, name, /, **changed):
    """The parameters of a CreateService that is right; a change to None leaves one out."""
    whole = {
        "cluster": cluster.name,
        "serviceName": name,
        "taskDefinition": "sleep:1",
        "desiredCount": 0,
        "launchType": "FARGATE",
        "networkConfiguration": cluster.network,
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def create(cluster, name, **changed):
    return cluster.ecs.create_service(**asked(cluster, name, **changed))["service"]


def arn_of(kind, name):
    return f"arn:aws:ecs:us-east-1:000000000000:{kind}/{name}"


# -- through the CLI


def test_the_life_of_a_service(shared, cluster):
    def call(operation, *arguments, **named):
        return shared.aws("ecs", operation, *arguments, cluster="services", **named)

    subnets = ",".join(cluster.subnets)
    made = call(
        "create-service",
        *("--tags", "key=a,value=1"),
        service_name="life",
        task_definition="sleep",
        desired_count=2,
        launch_type="FARGATE",
        network_configuration=f"awsvpcConfiguration={{subnets=[{subnets}]}}",
    )["service"]
    arn = arn_of("service", "services/life")
    assert (made["serviceArn"], made["serviceName"], made["status"]) == (arn, "life", "ACTIVE")
    assert made["clusterArn"] == arn_of("cluster", "services")
    assert made["taskDefinition"] == arn_of("task-definition", "sleep:1")
    assert (made["desiredCount"], made["runningCount"]) == (2, 0)
    assert made["tags"] == [{"key": "a", "value": "1"}]
    assert made["deploymentConfiguration"]["minimumHealthyPercent"] == 100
    assert made["deploymentConfiguration"]["maximumPercent"] == 200
    assert made["deploymentController"] == {"type": "ECS"}
    assert made["schedulingStrategy"] == "REPLICA"
    shared.aws("ecs", "wait", "services-stable", cluster="services", services="life")
    described = call("describe-services", "--services", "life", arn, "none", include=["TAGS"])
    assert described["failures"] == [
        {"arn": arn_of("service", "services/none"), "reason": "MISSING"}
    ]
    [one, two] = described["services"]
    assert one == two
    assert one["tags"] == made["tags"]
    assert (one["runningCount"], one["pendingCount"]) == (2, 0)
    [deployment] = one["deployments"]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "COMPLETED")
    assert (deployment["desiredCount"], deployment["runningCount"]) == (2, 2)
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} completed."
    assert re.fullmatch(r"ecs-svc/\d+", deployment["id"])
    assert one["events"][0]["message"] == "(service life) has reached a steady state."
    assert call("list-services")["serviceArns"].count(arn) == 1
    assert len(call("list-tasks", service_name="life")["taskArns"]) == 2
    told = refused(call, "delete-service", service="life")
    assert told == f"{INVALID}: The service cannot be stopped while it is scaled above 0."
    changed = call("update-service", service="life", desired_count=1)["service"]
    assert changed["desiredCount"] == 1
    shared.aws("ecs", "wait", "services-stable", cluster="services", services="life")
    deleted = call("delete-service", "--force", service=arn)["service"]
    assert (deleted["status"], deleted["desiredCount"]) == ("DRAINING", 0)
    assert arn not in call("list-services")["serviceArns"]
    shared.aws("ecs", "wait", "services-inactive", cluster="services", services="life")
    [gone] = call("describe-services", "--services", "life")["services"]
    assert (gone["status"], gone["runningCount"], gone["deployments"]) == ("INACTIVE", 0, [])
    told = refused(call, "delete-service", service="life")
    assert told == NONE
    told = refused(call, "update-service", service="life", desired_count=1)
    assert told == "ServiceNotActiveException: Service was not ACTIVE."


def test_deployments_and_revisions_of_a_service(shared, cluster):
    create(cluster, "deployed")
    cluster.update("deployed", forceNewDeployment=True)
    cluster.wait_steady("deployed")

    def call(operation, *arguments, **named):
        return shared.aws("ecs", operation, *arguments, **named)

    listed = call("list-service-deployments", cluster="services", service="deployed")
    briefs = listed["serviceDeployments"]
    assert len(briefs) == 2
    assert briefs[0]["createdAt"] >= briefs[1]["createdAt"]
    assert briefs[0]["status"] == "SUCCESSFUL"
    assert cluster.service("deployed")["currentServiceDeployment"] == (
        briefs[0]["serviceDeploymentArn"]
    )
    arns = [one["serviceDeploymentArn"] for one in briefs]
    none = arn_of("service-deployment", "services/deployed/none")
    described = call(
        "describe-service-deployments", "--service-deployment-arns", *arns, none
    )
    assert [one["serviceDeploymentArn"] for one in described["serviceDeployments"]] == arns
    assert described["failures"] == [{"arn": none, "reason": "MISSING"}]
    newest = described["serviceDeployments"][0]
    assert newest["serviceArn"] == arn_of("service", "services/deployed")
    assert newest["deploymentConfiguration"]["strategy"] == "ROLLING"
    target = newest["targetServiceRevision"]["arn"]
    assert target == briefs[0]["targetServiceRevisionArn"]
    none = arn_of("service-revision", "services/deployed/none")
    described = call("describe-service-revisions", "--service-revision-arns", target, none)
    [revision] = described["serviceRevisions"]
    assert described["failures"] == [{"arn": none, "reason": "MISSING"}]
    assert revision["taskDefinition"] == arn_of("task-definition", "sleep:1")
    assert revision["launchType"] == "FARGATE"
    assert revision["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == cluster.subnets
    assert revision["containerImages"][0]["containerName"] == "main"


def test_the_cli_follows_pages_of_services(shared, ecs):
    # A cluster of its own, so that nothing else is in it.
    paged = Cluster(shared, "paged")
    names = [create(paged, f"s{number}")["serviceArn"] for number in range(5)]

    def listed(**named):
        return shared.aws("ecs", "list-services", cluster="paged", **named)

    assert listed(page_size=2)["serviceArns"] == names
    first = listed(max_items=3)
    rest = listed(starting_token=first["NextToken"])
    assert first["serviceArns"] + rest["serviceArns"] == names
    found = pages(ecs.list_services, "serviceArns", cluster="paged", maxResults=2)
    assert [len(page) for page in found] == [2, 2, 1]
    # Ten a page where nothing is said, as on AWS.
    more = [create(paged, f"t{number}")["serviceArn"] for number in range(7)]
    found = pages(ecs.list_services, "serviceArns", cluster="paged")
    assert [len(page) for page in found] == [10, 2]
    assert sum(found, []) == names + more
    told = refused(ecs.delete_cluster, cluster="paged")
    assert told == (
        "ClusterContainsServicesException: The Cluster cannot be deleted while Services are"
        " active."
    )


def test_the_cli_shows_why_a_service_is_refused(shared, cluster):
    def call(operation, *arguments, **named):
        return refused(shared.aws, "ecs", operation, *arguments, cluster="services", **named)

    assert call("update-service", service="none") == NONE
    told = call("create-service", service_name="no", task_definition="none", desired_count=1)
    assert told == "ClientException: TaskDefinition not found."
    told = refused(shared.aws, "ecs", "list-services", cluster="none")
    assert told == "ClusterNotFoundException: Cluster not found."


# -- in more detail


def test_tags_of_a_service_and_of_its_tasks(ecs, cluster):
    tag = {"key": "a", "value": "1"}
    made = create(
        cluster,
        "tagged",
        desiredCount=1,
        tags=[tag],
        propagateTags="SERVICE",
        enableECSManagedTags=True,
    )
    assert (made["propagateTags"], made["enableECSManagedTags"]) == ("SERVICE", True)
    cluster.wait_steady("tagged")
    [task] = cluster.tasks("tagged")
    shown = ecs.describe_tasks(cluster="services", tasks=[task], include=["TAGS"])["tasks"][0]
    tags = {one["key"]: one["value"] for one in shown["tags"]}
    assert tags == {
        "a": "1",
        "aws:ecs:clusterName": "services",
        "aws:ecs:serviceName": "tagged",
    }
    assert shown["group"] == "service:tagged"
    assert shown["startedBy"] == cluster.service("tagged")["deployments"][0]["id"]
    ecs.tag_resource(resourceArn=made["serviceArn"], tags=[{"key": "b", "value": "2"}])
    listed = ecs.list_tags_for_resource(resourceArn=made["serviceArn"])["tags"]
    assert listed == [tag, {"key": "b", "value": "2"}]
    assert cluster.service("tagged").get("tags", []) == []
    cluster.update("tagged", desiredCount=0)


def test_the_same_token_is_the_same_service(ecs, cluster):
    given = asked(cluster, "token", clientToken="service-1")
    first = ecs.create_service(**given)["service"]
    again = ecs.create_service(**given)["service"]
    assert again["serviceArn"] == first["serviceArn"]
    assert again["deployments"][0]["id"] == first["deployments"][0]["id"]
    for change in ({"desiredCount": 1}, {"serviceName": "token-too"}):
        told = refused(ecs.create_service, **{**given, **change})
        assert told == f"{INVALID}: Creation of service was not idempotent."


def test_a_service_that_is_there_is_not_made_again(ecs, cluster):
    create(cluster, "there")
    told = refused(ecs.create_service, **asked(cluster, "there"))
    assert told == f"{INVALID}: Creation of service was not idempotent."


def test_a_name_is_free_once_its_service_is_inactive(ecs, cluster):
    first = create(cluster, "free", desiredCount=1)
    cluster.wait_steady("free")
    ecs.delete_service(cluster="services", service="free", force=True)
    describe = {"cluster": "services", "services": ["free"]}
    if ecs.describe_services(**describe)["services"][0]["status"] == "DRAINING":
        told = refused(ecs.create_service, **asked(cluster, "free"))
        assert told == f"{INVALID}: Unable to Start a service that is still Draining."
    cluster.wait_service("free", lambda now: now["status"] == "INACTIVE", "INACTIVE")
    second = create(cluster, "free")
    assert second["serviceArn"] == first["serviceArn"]
    assert (second["status"], second["events"]) == ("ACTIVE", [])
    # Only its own deployments are listed.
    listed = ecs.list_service_deployments(cluster="services", service="free")
    assert len(listed["serviceDeployments"]) == 1


def test_an_update_that_changes_nothing_begins_no_deployment(cluster):
    made = create(cluster, "same")
    same = cluster.update("same", taskDefinition="sleep:1", networkConfiguration=cluster.network)
    assert [one["id"] for one in same["deployments"]] == [
        one["id"] for one in made["deployments"]
    ]
    forced = cluster.update("same", forceNewDeployment=True)
    assert forced["deployments"][0]["id"] != made["deployments"][0]["id"]


def test_an_update_changes_what_it_names(cluster):
    create(cluster, "update")
    changed = cluster.update(
        "update",
        taskDefinition="port",
        deploymentConfiguration={"minimumHealthyPercent": 50},
        platformVersion="LATEST",
        enableECSManagedTags=True,
        propagateTags="TASK_DEFINITION",
    )
    assert changed["taskDefinition"] == arn_of("task-definition", "port:1")
    configuration = changed["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (50, 200)
    assert (changed["propagateTags"], changed["enableECSManagedTags"]) == (
        "TASK_DEFINITION",
        True,
    )


def test_lists_of_services_are_filtered(ecs, cluster):
    arn = create(cluster, "filtered")["serviceArn"]

    def listed(**named):
        found = pages(ecs.list_services, "serviceArns", cluster="services", **named)
        return arn in sum(found, [])

    assert listed() and listed(launchType="FARGATE") and listed(schedulingStrategy="REPLICA")
    assert not listed(launchType="EC2") and not listed(schedulingStrategy="DAEMON")


def test_services_of_another_cluster_or_region_are_missing(shared, ecs, cluster):
    arn = create(cluster, "apart")["serviceArn"]
    ecs.create_cluster(clusterName="other")
    answer = ecs.describe_services(cluster="other", services=["apart"])
    assert answer["failures"] == [{"arn": arn_of("service", "other/apart"), "reason": "MISSING"}]
    told = refused(ecs.describe_services, cluster="other", services=[arn])
    assert told == (
        f"{INVALID}: Invalid identifier: Identifier is for cluster services. Your cluster is other"
    )
    there = shared.boto("ecs", region="eu-west-1")
    there.create_cluster(clusterName="services")
    answer = there.describe_services(cluster="services", services=["apart", arn])
    assert answer["services"] == []
    assert len(answer["failures"]) == 2


def test_a_service_of_a_strategy(ecs, cluster):
    ecs.put_cluster_capacity_providers(
        cluster="services",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[],
    )
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    made = create(cluster, "spot", launchType=None, capacityProviderStrategy=strategy)
    assert "launchType" not in made
    assert made["capacityProviderStrategy"] == [{**strategy[0], "base": 0}]


# -- refusals

MAIN = {"containerName": "main", "containerPort": PORT}
NOBODYS = (
    "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/none/0123456789abcdef"
)


def bounds(minimum, maximum):
    return {
        "deploymentConfiguration": {"minimumHealthyPercent": minimum, "maximumPercent": maximum}
    }


WRONG = {
    "a name with a blank": ({"serviceName": "a b"}, f"{INVALID}: Invalid service name."),
    "an empty name": ({"serviceName": ""}, f"{INVALID}: Invalid service name."),
    "a name too long": ({"serviceName": "a" * 256}, f"{INVALID}: Invalid service name."),
    "an unknown cluster": ({"cluster": "none"}, "ClusterNotFoundException: Cluster not found."),
    "no definition": (
        {"taskDefinition": None},
        f"{INVALID}: TaskDefinition can not be blank.",
    ),
    "an unknown definition": (
        {"taskDefinition": "none"},
        "ClientException: TaskDefinition not found.",
    ),
    "no count": ({"desiredCount": None}, f"{INVALID}: desiredCount must be specified"),
    "a negative count": ({"desiredCount": -1}, f"{INVALID}: desiredCount must be between 0 and"),
    "too many": ({"desiredCount": 5001}, f"{INVALID}: desiredCount must be between 0 and 5000."),
    "a minimum too high": (
        bounds(101, 200),
        f"{INVALID}: minimumHealthyPercent must be between 0 and 100.",
    ),
    "a maximum too low": (bounds(50, 99), f"{INVALID}: maximumPercent must be between 100 and"),
    "no room to roll": (
        bounds(100, 100),
        f"{INVALID}: Both maximumPercent and minimumHealthyPercent cannot be 100 as this will"
        " block deployments.",
    ),
    "both ways to launch": (
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
        f"{INVALID}: Specifying both a launch type and capacity provider strategy is not"
        " supported.",
    ),
    "another platform": (
        {"platformVersion": "9.9.9"},
        "PlatformUnknownException: The specified platform does not exist.",
    ),
    "no network": (
        {"networkConfiguration": None},
        f"{INVALID}: Network Configuration must be provided when networkMode 'awsvpc' is"
        " specified.",
    ),
    "an unknown group": (
        {
            "networkConfiguration": {
                "awsvpcConfiguration": {"subnets": ["subnet-0"], "securityGroups": ["sg-0"]}
            }
        },
        f"{INVALID}: Error retrieving subnet information for [subnet-0]",
    ),
    "grace for nothing": (
        {"healthCheckGracePeriodSeconds": 10},
        f"{INVALID}: Health check grace period is only valid for services configured to use load"
        " balancers",
    ),
    "an unknown target group": (
        {"loadBalancers": [{**MAIN, "targetGroupArn": NOBODYS}]},
        f"{INVALID}: The target group {NOBODYS} does not exist.",
    ),
    "a balancer of nothing": (
        {"loadBalancers": [MAIN]},
        f"{INVALID}: targetGroupArn can not be blank.",
    ),
    "a reserved tag": (
        {"tags": [{"key": "aws:x", "value": ""}]},
        f"{INVALID}: Tag key 'aws:x' is not allowed",
    ),
}
ROLE = "arn:aws:iam::000000000000:role/x"
UNSUPPORTED_FIELDS = {
    "`schedulingStrategy` DAEMON": {"schedulingStrategy": "DAEMON"},
    "`availabilityZoneRebalancing` ENABLED": {"availabilityZoneRebalancing": "ENABLED"},
    "serviceConnectConfiguration": {"serviceConnectConfiguration": {"enabled": True}},
    "enableExecuteCommand": {"enableExecuteCommand": True},
    "serviceRegistries": {"serviceRegistries": [{"registryArn": "x"}]},
    "volumeConfigurations": {"volumeConfigurations": [{"name": "v"}]},
    "placementConstraints": {"placementConstraints": [{"type": "distinctInstance"}]},
    "placementStrategy": {"placementStrategy": [{"type": "random"}]},
    "role": {"role": ROLE},
    "vpcLatticeConfigurations": {
        "vpcLatticeConfigurations": [{"roleArn": ROLE, "targetGroupArn": "x", "portName": "p"}]
    },
}
PAUSE = {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}
DEPLOYMENT_FIELDS = {
    "lifecycleHooks` with the strategy ROLLING": {"lifecycleHooks": [PAUSE]},
    "earlySuccessCriteria`": {"earlySuccessCriteria": {"enable": True}},
}


@pytest.mark.parametrize("case", WRONG)
def test_a_service_that_is_wrong(ecs, cluster, case):
    change, words = WRONG[case]
    told = refused(ecs.create_service, **asked(cluster, "wrong", **change))
    assert told.startswith(words), told


@pytest.mark.parametrize("field", UNSUPPORTED_FIELDS)
def test_a_field_that_is_not_supported_is_named(ecs, cluster, field):
    told = refused(ecs.create_service, **asked(cluster, "no", **UNSUPPORTED_FIELDS[field]))
    named = field if "`" in field else f"`{field}`"
    assert told == f"{UNSUPPORTED}: {named} is not supported by Longshore yet"


# What an update knows too; the others are set once and for all.
UPDATED = sorted(
    set(UNSUPPORTED_FIELDS) - {"`schedulingStrategy` DAEMON", "role"},
)


@pytest.mark.parametrize("field", UPDATED)
def test_a_field_of_an_update_that_is_not_supported_is_named(ecs, cluster, field):
    create_once(cluster, "not-changed")
    given = {"cluster": "services", "service": "not-changed", **UNSUPPORTED_FIELDS[field]}
    told = refused(ecs.update_service, **given)
    named = field if "`" in field else f"`{field}`"
    assert told == f"{UNSUPPORTED}: {named} is not supported by Longshore yet"


WRONG_UPDATES = [
    "an unknown cluster",
    "an unknown definition",
    "a negative count",
    "too many",
    "a minimum too high",
    "a maximum too low",
    "no room to roll",
    "another platform",
    "an unknown group",
    "grace for nothing",
    "an unknown target group",
]


@pytest.mark.parametrize("case", WRONG_UPDATES)
def test_an_update_that_is_wrong(ecs, cluster, case):
    create_once(cluster, "not-changed")
    before = cluster.service("not-changed")
    change, words = WRONG[case]
    told = refused(
        ecs.update_service, **{"cluster": "services", "service": "not-changed", **change}
    )
    assert told.startswith(words), told
    assert cluster.service("not-changed") == before


@pytest.mark.parametrize("field", DEPLOYMENT_FIELDS)
def test_a_way_to_deploy_that_is_not_supported_is_named(ecs, cluster, field):
    configuration = {"deploymentConfiguration": DEPLOYMENT_FIELDS[field]}
    told = refused(ecs.create_service, **asked(cluster, "no", **configuration))
    named = field if "`" in field else f"{field}`"
    words = f"{UNSUPPORTED}: `deploymentConfiguration.{named} is not supported by Longshore yet"
    assert told == words
    create_once(cluster, "not-changed")
    told = refused(ecs.update_service, cluster="services", service="not-changed", **configuration)
    assert told == words


@pytest.mark.parametrize("kind", ["EC2", "EXTERNAL", "MANAGED_INSTANCES"])
def test_a_launch_type_that_is_not_supported_is_named(ecs, cluster, kind):
    told = refused(ecs.create_service, **asked(cluster, "no", launchType=kind))
    assert told.startswith(f"{UNSUPPORTED}: `launchType` "), told
    assert kind in told


def test_what_a_definition_does_not_have_is_refused_of_a_balancer(ecs, cluster):
    balancer = cluster.balancer("api-services")
    unused = cluster.target_group("api-unused")
    cases = [
        ({"containerName": "none"}, "The container none does not exist in the task definition."),
        (
            {"containerPort": 81},
            "The container main did not have a container port 81 defined.",
        ),
        (
            {"targetGroupArn": unused},
            f"The target group with targetGroupArn {unused} does not have an associated load"
            " balancer.",
        ),
    ]
    for change, words in cases:
        given = [{"targetGroupArn": balancer.group, **MAIN, **change}]
        told = refused(
            ecs.create_service,
            **asked(cluster, "no", taskDefinition="port", loadBalancers=given),
        )
        assert told == f"{INVALID}: {words}"
    given = [{"targetGroupArn": balancer.group, **MAIN}]
    made = create(cluster, "balanced", taskDefinition="port", loadBalancers=given)
    assert made["loadBalancers"] == given
    assert made["healthCheckGracePeriodSeconds"] == 0


def create_once(cluster, name):
    if not cluster.ecs.describe_services(cluster=cluster.name, services=[name])["services"]:
        create(cluster, name)


OTHER_CALLS = {
    "nothing to describe": ("describe_services", {"services": []}, "Services cannot be empty."),
    "too much to describe": (
        "describe_services",
        {"services": ["x"] * 11},
        "Services can have at most 10 items.",
    ),
    "a page too long": ("list_services", {"maxResults": 101}, "maxResults must be between 1"),
    "a token of nobody's": ("list_services", {"nextToken": "x"}, "Invalid token."),
}


@pytest.mark.parametrize("case", OTHER_CALLS)
def test_what_is_refused_of_services(ecs, cluster, case):
    operation, given, words = OTHER_CALLS[case]
    told = refused(getattr(ecs, operation), cluster=cluster.name, **given)
    assert told.startswith(f"{INVALID}: {words}"), told


@pytest.mark.parametrize("operation", ["update_service", "delete_service"])
def test_a_service_that_is_not_there(ecs, cluster, operation):
    for name in ("none", arn_of("service", "services/none")):
        assert refused(getattr(ecs, operation), cluster="services", service=name) == NONE
    listed = refused(ecs.list_service_deployments, cluster="services", service="none")
    assert listed == NONE


def test_deployments_are_not_described_without_a_name(ecs):
    told = refused(ecs.describe_service_deployments, serviceDeploymentArns=[])
    assert told == f"{INVALID}: serviceDeploymentArns can not be empty."
    told = refused(ecs.describe_service_revisions, serviceRevisionArns=["x"] * 21)
    assert told == f"{INVALID}: serviceRevisionArns can have at most 20 items."


def test_every_field_of_create_service_is_known_here(ecs):
    """A field that a newer model brings is honoured or refused before it comes in."""
    model = ecs.meta.service_model.operation_model("CreateService").input_shape
    honoured = {
        *("cluster", "serviceName", "taskDefinition", "desiredCount", "launchType"),
        *("networkConfiguration", "loadBalancers", "clientToken", "tags", "propagateTags"),
        *("enableECSManagedTags", "capacityProviderStrategy", "platformVersion"),
        *("deploymentConfiguration", "deploymentController", "healthCheckGracePeriodSeconds"),
    }
    named = {name for given in UNSUPPORTED_FIELDS.values() for name in given}
    rest = set(model.members) - honoured - named
    # Of those the installed model may know more; each is refused by its name.
    assert rest <= {"gatewayConnectors", "monitoring"}, rest
