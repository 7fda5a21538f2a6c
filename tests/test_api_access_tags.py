"""Tags in policies: what is tagged as it is made, and what the tags of a resource allow."""

import re

import pytest

from harness.iam import ACCOUNT, allow, trust
from harness.refusals import refused
from test_api_access import BECAUSE, make_user

TAGS = [{"Key": "team", "Value": "blue"}]
OTHERS = [{"Key": "team", "Value": "red"}]
BLUE = {"StringEquals": {"aws:ResourceTag/team": "blue"}}


def of_type(kind, tags=TAGS):
    return [{"ResourceType": kind, "Tags": tags}]


# How something is made with a tag: the service, the operation, its actions, and what it is given.
MAKING = [
    (
        "ecs",
        "create_cluster",
        ("ecs:CreateCluster", "ecs:TagResource"),
        {"clusterName": "tagged", "tags": [{"key": "team", "value": "blue"}]},
    ),
    (
        "ec2",
        "create_vpc",
        ("ec2:CreateVpc", "ec2:CreateTags"),
        {"CidrBlock": "10.77.0.0/16", "TagSpecifications": of_type("vpc")},
    ),
    (
        "elbv2",
        "create_target_group",
        ("elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:AddTags"),
        {"Name": "tagged", "Protocol": "HTTP", "Port": 80, "TargetType": "ip", "Tags": TAGS},
    ),
    (
        "logs",
        "create_log_group",
        ("logs:CreateLogGroup", "logs:TagResource"),
        {"logGroupName": "tagged", "tags": {"team": "blue"}},
    ),
    (
        "secretsmanager",
        "create_secret",
        ("secretsmanager:CreateSecret", "secretsmanager:TagResource"),
        {"Name": "tagged", "SecretString": "x", "Tags": TAGS},
    ),
    (
        "ssm",
        "put_parameter",
        ("ssm:PutParameter", "ssm:AddTagsToResource"),
        {"Name": "/tagged", "Value": "x", "Type": "String", "Tags": TAGS},
    ),
    (
        "kms",
        "create_key",
        ("kms:CreateKey", "kms:TagResource"),
        {"Tags": [{"TagKey": "team", "TagValue": "blue"}]},
    ),
    (
        "iam",
        "create_role",
        ("iam:CreateRole", "iam:TagRole"),
        {"RoleName": "tagged", "AssumeRolePolicyDocument": trust(), "Tags": TAGS},
    ),
]


def is_denied(call, **parameters):
    return re.match("AccessDenied|UnauthorizedOperation", refused(call, **parameters)) is not None


def client_of(host, service, user, *statements):
    credentials, _arn = make_user(host, user, *statements)
    return host.boto(service, credentials=credentials)


def default_vpc(host):
    return host.boto("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]


def test_a_denied_tag_is_named(shared):
    credentials, arn = make_user(shared, "tess", allow("ecs:CreateCluster"))
    ecs = shared.boto("ecs", credentials=credentials)
    tags = [{"key": "team", "value": "blue"}]
    told = refused(ecs.create_cluster, clusterName="tess", tags=tags)
    assert told == (
        f"AccessDeniedException: User: {arn} is not authorized to perform: ecs:TagResource on "
        f"resource: arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/tess {BECAUSE} ecs:TagResource action"
    )
    assert shared.boto("ecs").describe_clusters(clusters=["tess"])["clusters"] == []
    ecs.create_cluster(clusterName="tess", tags=[])


@pytest.mark.parametrize(("service", "operation", "actions", "given"), MAKING)
def test_who_makes_a_thing_with_tags_may_tag_it(shared, service, operation, actions, given):
    if service == "elbv2":
        given = {**given, "VpcId": default_vpc(shared)}
    made, tagged = actions
    maker = client_of(shared, service, f"{service}-maker", allow(made))
    assert is_denied(getattr(maker, operation), **given)
    tagger = client_of(shared, service, f"{service}-tagger", allow([made, tagged]))
    getattr(tagger, operation)(**given)


def test_tags_may_be_allowed_for_one_way_of_making(shared):
    by_vpcs = {"StringEquals": {"ec2:CreateAction": "CreateVpc"}}
    making = allow(["ec2:CreateInternetGateway", "ec2:CreateVpc"])
    tagging = allow("ec2:CreateTags", Condition=by_vpcs)
    ec2 = client_of(shared, "ec2", "one-way", making, tagging)
    ec2.create_vpc(CidrBlock="10.78.0.0/16", TagSpecifications=of_type("vpc"))
    given = of_type("internet-gateway")
    assert is_denied(ec2.create_internet_gateway, TagSpecifications=given)


def test_the_tags_of_a_network_count(shared):
    owner = shared.boto("ec2")
    made = [
        owner.create_internet_gateway(TagSpecifications=of_type("internet-gateway", tags))
        for tags in (TAGS, OTHERS)
    ]
    blue, red = (one["InternetGateway"]["InternetGatewayId"] for one in made)
    ec2 = client_of(shared, "ec2", "net", allow("ec2:DeleteInternetGateway", Condition=BLUE))
    assert is_denied(ec2.delete_internet_gateway, InternetGatewayId=red)
    ec2.delete_internet_gateway(InternetGatewayId=blue)
    owner.delete_tags(Resources=[red], Tags=[{"Key": "team"}])
    owner.create_tags(Resources=[red], Tags=TAGS)
    ec2.delete_internet_gateway(InternetGatewayId=red)


def test_the_tags_of_a_target_group_count(shared):
    owner, vpc = shared.boto("elbv2"), default_vpc(shared)
    made = [
        owner.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip", Tags=tags
        )
        for name, tags in (("blue", TAGS), ("red", OTHERS))
    ]
    blue, red = (one["TargetGroups"][0]["TargetGroupArn"] for one in made)
    action = "elasticloadbalancing:DeleteTargetGroup"
    by_service = {"StringEquals": {"elasticloadbalancing:ResourceTag/team": "blue"}}
    elbv2 = client_of(shared, "elbv2", "elb", allow(action, Condition=by_service))
    assert is_denied(elbv2.delete_target_group, TargetGroupArn=red)
    elbv2.delete_target_group(TargetGroupArn=blue)


def test_the_tags_of_an_alarm_count(shared):
    owner = shared.boto("cloudwatch")
    rule = {
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    for name, tags in (("blue", TAGS), ("red", OTHERS)):
        owner.put_metric_alarm(AlarmName=name, Tags=tags, **rule)
    cloudwatch = client_of(
        shared, "cloudwatch", "alarms", allow("cloudwatch:SetAlarmState", Condition=BLUE)
    )
    state = {"StateValue": "OK", "StateReason": "tried"}
    assert is_denied(cloudwatch.set_alarm_state, AlarmName="red", **state)
    cloudwatch.set_alarm_state(AlarmName="blue", **state)


def test_the_tags_of_a_log_group_count(shared):
    owner = shared.boto("logs")
    for name, team in (("blue", "blue"), ("red", "red")):
        owner.create_log_group(logGroupName=name, tags={"team": team})
        owner.create_log_stream(logGroupName=name, logStreamName="one")
    logs = client_of(shared, "logs", "logs", allow("logs:GetLogEvents", Condition=BLUE))
    assert is_denied(logs.get_log_events, logGroupName="red", logStreamName="one")
    assert logs.get_log_events(logGroupName="blue", logStreamName="one")["events"] == []
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:red"
    owner.tag_resource(resourceArn=arn, tags={"team": "blue"})
    assert logs.get_log_events(logGroupName="red", logStreamName="one")["events"] == []
    owner.delete_log_group(logGroupName="blue")
    owner.create_log_group(logGroupName="blue")
    assert is_denied(logs.get_log_events, logGroupName="blue", logStreamName="one")


def test_the_tags_of_an_instance_profile_count(shared):
    owner = shared.boto("iam")
    for name, tags in (("blue", TAGS), ("red", OTHERS)):
        owner.create_instance_profile(InstanceProfileName=name, Tags=tags)
    iam = client_of(
        shared, "iam", "profiles", allow("iam:DeleteInstanceProfile", Condition=BLUE)
    )
    assert is_denied(iam.delete_instance_profile, InstanceProfileName="red")
    iam.delete_instance_profile(InstanceProfileName="blue")
