"""Clusters, their tags, account settings, regions and identities, as the AWS CLI sees them."""

import pytest

from harness.refusals import pages, refused

ACCOUNT = "000000000000"
FARGATE = ["FARGATE", "FARGATE_SPOT"]


@pytest.fixture(scope="module")
def ecs(shared):
    return shared.boto("ecs")


def arn_of(name, region="us-east-1", account=ACCOUNT):
    return f"arn:aws:ecs:{region}:{account}:cluster/{name}"


# -- through the CLI


def test_the_life_of_a_cluster(shared):
    tags = [{"key": "team", "value": "web"}]
    made = shared.aws("ecs", "create-cluster", cluster_name="life", tags=tags)["cluster"]
    assert made == {
        "clusterArn": arn_of("life"),
        "clusterName": "life",
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": 0,
        "pendingTasksCount": 0,
        "activeServicesCount": 0,
        "statistics": [],
        "tags": tags,
        "settings": [{"name": "containerInsights", "value": "disabled"}],
        "capacityProviders": [],
        "defaultCapacityProviderStrategy": [],
    }
    described = shared.aws(
        "ecs", "describe-clusters", "--clusters", "life", arn_of("life"), "none", include=["TAGS"]
    )
    assert [one["clusterName"] for one in described["clusters"]] == ["life", "life"]
    assert [one["tags"] for one in described["clusters"]] == [tags, tags]
    assert described["failures"] == [{"arn": arn_of("none"), "reason": "MISSING"}]
    assert arn_of("life") in shared.aws("ecs", "list-clusters")["clusterArns"]
    deleted = shared.aws("ecs", "delete-cluster", cluster="life")["cluster"]
    assert deleted["status"] == "INACTIVE"
    # It stays describable, and is not listed.
    [found] = shared.aws("ecs", "describe-clusters", "--clusters", "life")["clusters"]
    assert found["status"] == "INACTIVE"
    assert arn_of("life") not in shared.aws("ecs", "list-clusters")["clusterArns"]


def test_a_cluster_that_is_not_there(shared):
    told = refused(shared.aws, "ecs", "delete-cluster", cluster="none")
    assert told == "ClusterNotFoundException: Cluster not found."


def test_clusters_are_updated(shared, ecs):
    ecs.create_cluster(clusterName="updated")
    setting = {"name": "containerInsights", "value": "disabled"}
    answer = shared.aws("ecs", "update-cluster", cluster="updated", settings=[setting])
    assert answer["cluster"]["settings"] == [setting]
    answer = shared.aws("ecs", "update-cluster-settings", cluster="updated", settings=[setting])
    assert answer["cluster"]["clusterName"] == "updated"


def test_a_clusters_capacity_providers(shared, ecs):
    ecs.create_cluster(clusterName="capacity")
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 2, "base": 1}]
    answer = shared.aws(
        *("ecs", "put-cluster-capacity-providers", "--capacity-providers", *FARGATE),
        cluster="capacity",
        default_capacity_provider_strategy=strategy,
    )
    assert answer["cluster"]["capacityProviders"] == FARGATE
    assert answer["cluster"]["defaultCapacityProviderStrategy"] == strategy
    described = shared.aws("ecs", "describe-capacity-providers", "--capacity-providers", *FARGATE)
    providers = described["capacityProviders"]
    assert sorted(one["name"] for one in providers) == FARGATE
    assert {one["status"] for one in providers} == {"ACTIVE"}


def test_tags_of_a_cluster(shared, ecs):
    arn = ecs.create_cluster(clusterName="tagged")["cluster"]["clusterArn"]
    shared.aws(
        "ecs", "tag-resource", "--tags", "key=a,value=1", "key=b,value=", resource_arn=arn
    )
    listed = shared.aws("ecs", "list-tags-for-resource", resource_arn=arn)["tags"]
    assert listed == [{"key": "a", "value": "1"}, {"key": "b", "value": ""}]
    shared.aws("ecs", "untag-resource", "--tag-keys", "a", "none", resource_arn=arn)
    listed = shared.aws("ecs", "list-tags-for-resource", resource_arn=arn)["tags"]
    assert listed == [{"key": "b", "value": ""}]


def test_account_settings(shared):
    name = "containerInsights"
    put = shared.aws("ecs", "put-account-setting", name=name, value="disabled")["setting"]
    assert (put["name"], put["value"]) == (name, "disabled")
    put = shared.aws("ecs", "put-account-setting-default", name=name, value="disabled")
    assert put["setting"]["value"] == "disabled"
    listed = shared.aws("ecs", "list-account-settings", "--effective-settings")["settings"]
    effective = {one["name"]: one["value"] for one in listed}
    assert effective["taskLongArnFormat"] == "enabled"
    assert effective["awsvpcTrunking"] == "disabled"
    deleted = shared.aws("ecs", "delete-account-setting", name=name)["setting"]
    assert deleted["name"] == name


def test_the_cli_follows_pages(shared, ecs):
    names = [f"page-{number}" for number in range(5)]
    for name in names:
        ecs.create_cluster(clusterName=name)
    everything = ecs.list_clusters()["clusterArns"]
    paged = shared.aws("ecs", "list-clusters", page_size=2)["clusterArns"]
    assert paged == everything
    first = shared.aws("ecs", "list-clusters", max_items=3)
    assert len(first["clusterArns"]) == 3
    token = first["NextToken"]
    rest = shared.aws("ecs", "list-clusters", starting_token=token)["clusterArns"]
    assert first["clusterArns"] + rest == everything
    one = shared.aws("ecs", "list-clusters", "--no-paginate", max_results=2)
    two = shared.aws("ecs", "list-clusters", next_token=one["nextToken"], max_results=100)
    assert one["clusterArns"] + two["clusterArns"] == everything


def test_regions_are_apart(shared):
    def call(operation, region, **named):
        return shared.aws("ecs", operation, region=region, **named)

    made = call("create-cluster", "us-east-1", cluster_name="here")["cluster"]
    assert made["clusterArn"] == arn_of("here")
    listed = call("list-clusters", "eu-west-1")["clusterArns"]
    assert listed == []
    there = call("create-cluster", "eu-west-1", cluster_name="there")["cluster"]
    assert there["clusterArn"] == arn_of("there", "eu-west-1")
    assert arn_of("there") not in call("list-clusters", "us-east-1")["clusterArns"]
    # An ARN of another region names nothing here.
    for client, arn in [
        (shared.boto("ecs"), there["clusterArn"]),
        (shared.boto("ecs", region="eu-west-1"), made["clusterArn"]),
    ]:
        answer = client.describe_clusters(clusters=[arn])
        assert answer["clusters"] == []
        assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_who_am_i(shared):
    key = shared.credentials()["AWS_ACCESS_KEY_ID"]
    told = shared.aws("sts", "get-caller-identity")
    assert told["Account"] == ACCOUNT
    assert told["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert told["UserId"] == ACCOUNT
    assert key not in str(told)
    wrong = {"AWS_ACCESS_KEY_ID": "AKIAWRONG", "AWS_SECRET_ACCESS_KEY": "wrong"}
    told = refused(shared.aws, "sts", "get-caller-identity", credentials=wrong)
    assert told == "InvalidClientTokenId: The security token included in the request is invalid."


def test_a_cluster_has_no_instances(shared, ecs):
    ecs.create_cluster(clusterName="bare")
    listed = shared.aws("ecs", "list-container-instances", cluster="bare")
    assert listed == {"containerInstanceArns": []}
    described = ecs.describe_container_instances(cluster="bare", containerInstances=["x"])
    assert [one["reason"] for one in described["failures"]] == ["MISSING"]
    listed = shared.aws("ecs", "list-attributes", cluster="bare", target_type="container-instance")
    assert listed == {"attributes": []}


# -- in more detail


def test_creating_a_cluster_again_answers_the_one_there_is(ecs):
    made = ecs.create_cluster(clusterName="twice", tags=[{"key": "a", "value": "1"}])["cluster"]
    again = ecs.create_cluster(clusterName="twice", tags=[{"key": "b", "value": "2"}])["cluster"]
    assert again == made


def test_a_deleted_cluster_can_be_made_anew(ecs):
    ecs.create_cluster(clusterName="anew", tags=[{"key": "a", "value": "1"}])
    ecs.delete_cluster(cluster=arn_of("anew"))
    told = refused(ecs.list_tasks, cluster="anew")
    assert told == "ClusterNotFoundException: The referenced cluster was inactive."
    # To delete it once more changes nothing.
    assert ecs.delete_cluster(cluster="anew")["cluster"]["status"] == "INACTIVE"
    made = ecs.create_cluster(clusterName="anew")["cluster"]
    assert (made["status"], made["tags"]) == ("ACTIVE", [])


def test_a_cluster_without_a_name_is_the_default_one(ecs):
    assert ecs.create_cluster()["cluster"]["clusterName"] == "default"
    assert ecs.describe_clusters()["clusters"][0]["clusterName"] == "default"
    assert ecs.list_tasks()["taskArns"] == []


def test_what_describing_a_cluster_includes(ecs):
    ecs.create_cluster(clusterName="whole", tags=[{"key": "a", "value": "1"}])
    bare = ecs.describe_clusters(clusters=["whole"])["clusters"][0]
    assert (bare["tags"], bare["settings"], bare["statistics"]) == ([], [], [])
    include = ["TAGS", "SETTINGS", "STATISTICS", "ATTACHMENTS", "CONFIGURATIONS"]
    whole = ecs.describe_clusters(clusters=["whole"], include=include)["clusters"][0]
    assert whole["tags"] == [{"key": "a", "value": "1"}]
    assert whole["settings"] == [{"name": "containerInsights", "value": "disabled"}]
    statistics = {one["name"]: one["value"] for one in whole["statistics"]}
    assert statistics["runningFargateTasksCount"] == "0"
    assert len(statistics) == 8


def test_pages_of_clusters_have_every_cluster_once(shared):
    # A region of its own, so that nothing else is in it.
    ecs = shared.boto("ecs", region="ap-south-1")
    arns = [ecs.create_cluster(clusterName=f"c{n}")["cluster"]["clusterArn"] for n in range(5)]
    found = pages(ecs.list_clusters, "clusterArns", maxResults=2)
    assert [len(page) for page in found] == [2, 2, 1]
    assert sum(found, []) == arns


INVALID = "InvalidParameterException"
REFUSED = {
    "a name with a blank": ("create_cluster", {"clusterName": "a b"}, f"{INVALID}: Invalid"),
    "a name too long": ("create_cluster", {"clusterName": "a" * 256}, f"{INVALID}: Invalid"),
    "insights": (
        "create_cluster",
        {"settings": [{"name": "containerInsights", "value": "enabled"}]},
        "UnsupportedFeatureException: `containerInsights`",
    ),
    "a setting of nonsense": (
        "create_cluster",
        {"settings": [{"name": "containerInsights", "value": "perhaps"}]},
        f"{INVALID}: Invalid setting value 'perhaps' for setting containerInsights.",
    ),
    "execute command": (
        "create_cluster",
        {"configuration": {"executeCommandConfiguration": {"logging": "DEFAULT"}}},
        "UnsupportedFeatureException: `configuration.executeCommandConfiguration`",
    ),
    "managed storage": (
        "create_cluster",
        {"configuration": {"managedStorageConfiguration": {"kmsKeyId": "x"}}},
        "UnsupportedFeatureException: `configuration.managedStorageConfiguration`",
    ),
    "service connect": (
        "create_cluster",
        {"serviceConnectDefaults": {"namespace": "x"}},
        "UnsupportedFeatureException: `serviceConnectDefaults`",
    ),
    "an unknown capacity provider": (
        "create_cluster",
        {"capacityProviders": ["mine"]},
        f"{INVALID}: The specified capacity provider 'mine' was not found.",
    ),
    "a strategy of others' providers": (
        "create_cluster",
        {"defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
        f"{INVALID}: The specified capacity provider strategy cannot contain a capacity provider"
        " that is not associated with the cluster.",
    ),
    "a reserved tag": (
        "create_cluster",
        {"tags": [{"key": "aws:mine", "value": "x"}]},
        f"{INVALID}: Tag key 'aws:mine' is not allowed",
    ),
    "the same tag twice": (
        "create_cluster",
        {"tags": [{"key": "a", "value": "x"}, {"key": "a", "value": "y"}]},
        f"{INVALID}: Duplicate tag keys found",
    ),
    "too many tags": (
        "create_cluster",
        {"tags": [{"key": f"k{n}", "value": "x"} for n in range(51)]},
        f"{INVALID}: 1 validation error detected: Value '[",
    ),
    "a blank name": ("describe_clusters", {"clusters": [" "]}, f"{INVALID}: Cluster can not be"),
    "too many clusters": (
        "describe_clusters",
        {"clusters": ["a"] * 101},
        f"{INVALID}: Clusters cannot have more than 100 elements.",
    ),
    "no page at all": ("list_clusters", {"maxResults": 0}, f"{INVALID}: maxResults must be"),
    "a page too long": ("list_clusters", {"maxResults": 101}, f"{INVALID}: maxResults must be"),
    "a token of nobody's": ("list_clusters", {"nextToken": "?"}, f"{INVALID}: Invalid token."),
    "tags of nothing": (
        "list_tags_for_resource",
        {"resourceArn": arn_of("none")},
        "ClusterNotFoundException: Cluster not found.",
    ),
    "tags of no ARN": ("list_tags_for_resource", {"resourceArn": "x"}, f"{INVALID}: "),
    "a reserved tag later": (
        "tag_resource",
        {"resourceArn": arn_of("none"), "tags": [{"key": "aws:x", "value": ""}]},
        f"{INVALID}: ",
    ),
    "a setting that is not there": (
        "put_account_setting",
        {"name": "none", "value": "enabled"},
        f"{INVALID}: ",
    ),
    "a strategy of an unknown cluster": (
        "put_cluster_capacity_providers",
        {"cluster": "none", "capacityProviders": [], "defaultCapacityProviderStrategy": []},
        "ClusterNotFoundException: Cluster not found.",
    ),
    "an unknown cluster's update": (
        "update_cluster",
        {"cluster": "none"},
        "ClusterNotFoundException: Cluster not found.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_of_clusters(ecs, case):
    operation, given, words = REFUSED[case]
    told = refused(getattr(ecs, operation), **given)
    assert told.startswith(words), told
