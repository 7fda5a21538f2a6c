"""The network as EC2 shows it, and CloudWatch Logs, as the AWS CLI sees them; and refusals."""

import ipaddress
import re

import pytest

from harness.refusals import pages, refused

NOW = 1_700_000_000_000


@pytest.fixture(scope="module")
def ec2(shared):
    return shared.boto("ec2")


@pytest.fixture(scope="module")
def logs(shared):
    return shared.boto("logs")


# -- the network


def test_a_region_has_a_default_network(shared):
    def call(operation, *arguments, **named):
        return shared.aws("ec2", operation, *arguments, **named)

    [vpc] = call("describe-vpcs", filters="Name=is-default,Values=true")["Vpcs"]
    assert re.fullmatch("vpc-[0-9a-f]{17}", vpc["VpcId"])
    assert (vpc["CidrBlock"], vpc["State"], vpc["IsDefault"]) == (
        "172.31.0.0/16",
        "available",
        True,
    )
    filtered = f"Name=vpc-id,Values={vpc['VpcId']}"
    subnets = call("describe-subnets", filters=filtered)["Subnets"]
    assert len(subnets) == 3
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 3
    network = ipaddress.ip_network(vpc["CidrBlock"])
    ranges = [ipaddress.ip_network(subnet["CidrBlock"]) for subnet in subnets]
    assert all(one.subnet_of(network) for one in ranges)
    assert not any(a.overlaps(b) for a in ranges for b in ranges if a != b)
    assert all(subnet["DefaultForAz"] for subnet in subnets)
    [group] = call("describe-security-groups", filters=filtered)["SecurityGroups"]
    assert (group["GroupName"], group["VpcId"]) == ("default", vpc["VpcId"])
    zones = call("describe-availability-zones")["AvailabilityZones"]
    assert {zone["ZoneName"] for zone in zones} == {one["AvailabilityZone"] for one in subnets}
    rules = call(
        "describe-security-group-rules", filters=f"Name=group-id,Values={group['GroupId']}"
    )["SecurityGroupRules"]
    assert sorted(rule["IsEgress"] for rule in rules) == [False, True]


def test_each_region_has_a_network_of_its_own(shared, ec2):
    there = shared.boto("ec2", region="eu-west-1")
    one, two = ec2.describe_vpcs()["Vpcs"], there.describe_vpcs()["Vpcs"]
    assert one[0]["VpcId"] != two[0]["VpcId"]
    zones = there.describe_availability_zones()["AvailabilityZones"]
    assert all(zone["ZoneName"].startswith("eu-west-1") for zone in zones)
    told = refused(there.describe_vpcs, VpcIds=[one[0]["VpcId"]])
    assert told.startswith("InvalidVpcID.NotFound: "), told


def test_the_network_is_the_same_each_time(ec2):
    assert ec2.describe_vpcs()["Vpcs"] == ec2.describe_vpcs()["Vpcs"]
    assert ec2.describe_subnets()["Subnets"] == ec2.describe_subnets()["Subnets"]


def test_filters_of_subnets(ec2):
    subnets = ec2.describe_subnets()["Subnets"]
    one = subnets[0]

    def found(name, *values):
        given = [{"Name": name, "Values": list(values)}]
        return [each["SubnetId"] for each in ec2.describe_subnets(Filters=given)["Subnets"]]

    assert found("availability-zone", one["AvailabilityZone"]) == [one["SubnetId"]]
    assert found("cidr-block", one["CidrBlock"]) == [one["SubnetId"]]
    assert len(found("availability-zone", "us-east-1?")) == 3
    assert len(found("subnet-id", *(each["SubnetId"] for each in subnets))) == 3
    assert found("tag:Name", "*") == []
    told = refused(found, "no-such-filter", "x")
    assert told == "InvalidParameterValue: The filter 'no-such-filter' is invalid"


def test_pages_of_subnets(shared, ec2):
    everything = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    first = shared.aws("ec2", "describe-subnets", max_items=2)
    rest = shared.aws("ec2", "describe-subnets", starting_token=first["NextToken"])
    found = [one["SubnetId"] for one in first["Subnets"] + rest["Subnets"]]
    assert sorted(found) == sorted(everything)


def test_tags_of_the_network(shared, ec2):
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    shared.aws("ec2", "create-tags", resources=subnet, tags="Key=Name,Value=first")
    found = shared.aws("ec2", "describe-subnets", filters="Name=tag:Name,Values=first")["Subnets"]
    assert [one["SubnetId"] for one in found] == [subnet]
    [tag] = shared.aws("ec2", "describe-tags", filters=f"Name=resource-id,Values={subnet}")["Tags"]
    assert (tag["Key"], tag["Value"], tag["ResourceType"]) == ("Name", "first", "subnet")
    shared.aws("ec2", "delete-tags", resources=subnet, tags="Key=Name")
    assert ec2.describe_tags()["Tags"] == []
    told = refused(ec2.create_tags, Resources=["subnet-0123456789abcdef0"], Tags=[{"Key": "a"}])
    assert told.startswith("InvalidSubnetID.NotFound: "), told


def test_filters_of_zones_and_regions(ec2):
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    one = zones[0]

    def zones_by(name, value):
        given = [{"Name": name, "Values": [value]}]
        shown = ec2.describe_availability_zones(Filters=given)["AvailabilityZones"]
        return [zone["ZoneName"] for zone in shown]

    names = [zone["ZoneName"] for zone in zones]
    assert zones_by("zone-name", one["ZoneName"]) == [one["ZoneName"]]
    assert zones_by("zone-id", one["ZoneId"]) == [one["ZoneName"]]
    for name, value in {
        "group-name": one["GroupName"],
        "opt-in-status": "opt-in-not-required",
        "region-name": "us-east-1",
        "state": "available",
        "zone-type": "availability-zone",
    }.items():
        assert zones_by(name, value) == names, name
        assert zones_by(name, "other") == [], name
    for name in ("group-long-name", "message", "parent-zone-id", "parent-zone-name"):
        assert zones_by(name, "*") == [], name

    def regions_by(name, value):
        shown = ec2.describe_regions(Filters=[{"Name": name, "Values": [value]}])["Regions"]
        return [region["RegionName"] for region in shown]

    assert regions_by("region-name", "eu-west-?") == ["eu-west-1", "eu-west-2", "eu-west-3"]
    assert len(regions_by("opt-in-status", "opt-in-not-required")) >= 17
    assert regions_by("opt-in-status", "opted-in") == regions_by("endpoint", "*") == []


def test_the_rest_of_what_is_described(shared, ec2):
    regions = [one["RegionName"] for one in ec2.describe_regions()["Regions"]]
    assert {"us-east-1", "eu-west-1"} <= set(regions)
    attributes = ec2.describe_account_attributes()["AccountAttributes"]
    values = {one["AttributeName"]: one["AttributeValues"] for one in attributes}
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    assert values["default-vpc"] == [{"AttributeValue": vpc}]
    told = shared.aws("ec2", "describe-vpc-attribute", vpc_id=vpc, attribute="enableDnsSupport")
    assert told == {"VpcId": vpc, "EnableDnsSupport": {"Value": True}}
    # A load balancer has an interface in each subnet, which is shown as long as it has.
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    elb = shared.boto("elbv2")
    [made] = elb.create_load_balancer(Name="shown", Subnets=subnets)["LoadBalancers"]
    interfaces = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert sorted(one["SubnetId"] for one in interfaces) == sorted(subnets)
    assert {one["VpcId"] for one in interfaces} == {vpc}
    elb.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


NO_NETWORK = {
    "an unknown subnet": (
        "describe_subnets",
        {"SubnetIds": ["subnet-0123456789abcdef0"]},
        "InvalidSubnetID.NotFound: The subnet ID 'subnet-0123456789abcdef0' does not exist",
    ),
    "no subnet": ("describe_subnets", {"SubnetIds": ["x"]}, "InvalidSubnet"),
    "an unknown VPC": (
        "describe_vpcs",
        {"VpcIds": ["vpc-0123456789abcdef0"]},
        "InvalidVpcID.NotFound: The vpc ID 'vpc-0123456789abcdef0' does not exist",
    ),
    "an unknown group": (
        "describe_security_groups",
        {"GroupIds": ["sg-0123456789abcdef0"]},
        "InvalidGroup.NotFound: The security group 'sg-0123456789abcdef0' does not exist",
    ),
    "a dry run": ("describe_vpcs", {"DryRun": True}, "DryRunOperation: "),
}


@pytest.mark.parametrize("case", NO_NETWORK)
def test_what_is_refused_of_the_network(ec2, case):
    operation, given, words = NO_NETWORK[case]
    told = refused(getattr(ec2, operation), **given)
    assert told.startswith(words), told


# -- logs


def events(*messages, at=NOW):
    return [{"timestamp": at + index, "message": text} for index, text in enumerate(messages)]


def test_the_life_of_a_log_group(shared):
    def call(operation, *arguments, **named):
        return shared.aws("logs", operation, *arguments, **named)

    call("create-log-group", log_group_name="/life", tags="a=1")
    [group] = call("describe-log-groups", log_group_name_prefix="/life")["logGroups"]
    assert (group["logGroupName"], group["arn"]) == (
        "/life",
        "arn:aws:logs:us-east-1:000000000000:log-group:/life:*",
    )
    assert "retentionInDays" not in group
    call("put-retention-policy", log_group_name="/life", retention_in_days=7)
    [group] = call("describe-log-groups", log_group_name_prefix="/life")["logGroups"]
    assert group["retentionInDays"] == 7
    call("delete-retention-policy", log_group_name="/life")
    call("create-log-stream", log_group_name="/life", log_stream_name="one")
    call(
        "put-log-events",
        log_group_name="/life",
        log_stream_name="one",
        log_events=recent(shared, "first", "second"),
    )
    [stream] = call("describe-log-streams", log_group_name="/life")["logStreams"]
    assert stream["logStreamName"] == "one"
    got = call(
        "get-log-events", "--start-from-head", log_group_name="/life", log_stream_name="one"
    )["events"]
    assert [event["message"] for event in got] == ["first", "second"]
    found = call("filter-log-events", log_group_name="/life", filter_pattern="second")["events"]
    assert [event["message"] for event in found] == ["second"]
    arn = group["arn"].removesuffix(":*")
    tags = call("list-tags-for-resource", resource_arn=arn)["tags"]
    assert tags == {"a": "1"}
    call("tag-resource", resource_arn=arn, tags="b=2")
    call("untag-resource", "--tag-keys", "a", resource_arn=arn)
    assert call("list-tags-for-resource", resource_arn=arn)["tags"] == {"b": "2"}
    call("delete-log-stream", log_group_name="/life", log_stream_name="one")
    call("delete-log-group", log_group_name="/life")
    assert call("describe-log-groups", log_group_name_prefix="/life")["logGroups"] == []


def recent(shared, *messages):
    """Events of the host's present time, as older ones may be expired on arrival."""
    now = int(shared.run(["date", "+%s"]).stdout) * 1000
    return events(*messages, at=now)


def test_pages_of_groups_streams_and_events(shared, logs):
    for number in range(5):
        logs.create_log_group(logGroupName=f"/page/{number}")
        logs.create_log_stream(logGroupName="/page/0", logStreamName=f"s{number}")
    found = pages(logs.describe_log_groups, "logGroups", logGroupNamePrefix="/page", limit=2)
    names = [[group["logGroupName"] for group in page] for page in found]
    assert names == [["/page/0", "/page/1"], ["/page/2", "/page/3"], ["/page/4"]]
    found = pages(logs.describe_log_streams, "logStreams", logGroupName="/page/0", limit=2)
    assert [len(page) for page in found] == [2, 2, 1]
    lines = [f"line {number}" for number in range(5)]
    stream = {"logGroupName": "/page/0", "logStreamName": "s0"}
    logs.put_log_events(**stream, logEvents=recent(shared, *lines))
    seen, token = [], {}
    while True:
        answer = logs.get_log_events(**stream, startFromHead=True, limit=2, **token)
        seen += [event["message"] for event in answer["events"]]
        if token.get("nextToken") == answer["nextForwardToken"]:
            break
        token = {"nextToken": answer["nextForwardToken"]}
    assert seen == lines
    filtered = shared.aws("logs", "filter-log-events", log_group_name="/page/0", page_size=2)
    assert [event["message"] for event in filtered["events"]] == lines


def test_groups_of_another_region_are_not_seen(shared, logs):
    logs.create_log_group(logGroupName="/regional")
    there = shared.boto("logs", region="eu-west-1")
    assert there.describe_log_groups()["logGroups"] == []
    told = refused(there.delete_log_group, logGroupName="/regional")
    assert told == "ResourceNotFoundException: The specified log group does not exist."


def test_a_group_that_is_there_is_not_made_again(logs):
    logs.create_log_group(logGroupName="/twice")
    told = refused(logs.create_log_group, logGroupName="/twice")
    assert told == "ResourceAlreadyExistsException: The specified log group already exists"
    stream = {"logGroupName": "/twice", "logStreamName": "s"}
    logs.create_log_stream(**stream)
    told = refused(logs.create_log_stream, **stream)
    assert told == "ResourceAlreadyExistsException: The specified log stream already exists"


GROUP = {"logGroupName": "/none"}
STREAM = {**GROUP, "logStreamName": "none"}
NO_GROUP = "ResourceNotFoundException: The specified log group does not exist."
NO_LOGS = {
    "delete_log_group": (GROUP, NO_GROUP),
    "describe_log_streams": (GROUP, NO_GROUP),
    "create_log_stream": (STREAM, NO_GROUP),
    "delete_log_stream": (STREAM, NO_GROUP),
    "get_log_events": (STREAM, NO_GROUP),
    "filter_log_events": (GROUP, NO_GROUP),
    "put_log_events": ({**STREAM, "logEvents": events("x")}, NO_GROUP),
    "put_retention_policy": ({**GROUP, "retentionInDays": 7}, NO_GROUP),
    "delete_retention_policy": (GROUP, NO_GROUP),
}


@pytest.mark.parametrize("operation", NO_LOGS)
def test_a_group_that_is_not_there(logs, operation):
    given, words = NO_LOGS[operation]
    assert refused(getattr(logs, operation), **given) == words


INVALID = "InvalidParameterException"
WRONG_LOGS = {
    "a name with a blank": ("create_log_group", {"logGroupName": "a b"}, INVALID),
    "a retention of nobody's": (
        "put_retention_policy",
        {"logGroupName": "/wrong", "retentionInDays": 2},
        INVALID,
    ),
    "a page too long": ("describe_log_groups", {"limit": 51}, INVALID),
    "events out of order": (
        "put_log_events",
        {
            "logGroupName": "/wrong",
            "logStreamName": "s",
            "logEvents": events("b", at=NOW + 1) + events("a"),
        },
        INVALID,
    ),
    "no such stream": (
        "put_log_events",
        {"logGroupName": "/wrong", "logStreamName": "none", "logEvents": events("a")},
        "ResourceNotFoundException: The specified log stream does not exist.",
    ),
    "a key of somebody's": (
        "create_log_group",
        {"logGroupName": "/key", "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/x"},
        f"{INVALID}: `kmsKeyId` is not supported by Longshore yet",
    ),
}


@pytest.fixture(scope="module")
def wrong(logs):
    logs.create_log_group(logGroupName="/wrong")
    logs.create_log_stream(logGroupName="/wrong", logStreamName="s")


@pytest.mark.parametrize("case", WRONG_LOGS)
@pytest.mark.usefixtures("wrong")
def test_what_is_refused_of_logs(logs, case):
    operation, given, words = WRONG_LOGS[case]
    told = refused(getattr(logs, operation), **given)
    assert told.startswith(words), told
