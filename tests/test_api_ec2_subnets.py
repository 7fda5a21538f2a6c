"""Subnets, as the AWS CLI and boto3 make, find, change and delete them."""

import pytest

from harness.ec2 import UNKNOWN, filtered, of_vpc
from harness.refusals import refused

REGION = "ap-south-1"


@pytest.fixture(scope="module")
def ec2(shared):
    return shared.boto("ec2", region=REGION)


@pytest.fixture
def vpc(ec2):
    """A VPC that the test need not delete: 10.20.0.0/16."""
    return ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]


def test_the_life_of_a_subnet(shared, ec2, vpc):
    def call(operation, *arguments, **named):
        return shared.aws("ec2", operation, *arguments, region=REGION, **named)

    made = call(
        "create-subnet",
        vpc_id=vpc,
        cidr_block="10.20.1.0/28",
        availability_zone=f"{REGION}b",
        tag_specifications="ResourceType=subnet,Tags=[{Key=Name,Value=life}]",
    )["Subnet"]
    assert (made["CidrBlock"], made["AvailabilityZone"], made["AvailabilityZoneId"]) == (
        "10.20.1.0/28",
        f"{REGION}b",
        "aps1-az2",
    )
    assert (made["State"], made["DefaultForAz"], made["MapPublicIpOnLaunch"]) == (
        "available",
        False,
        False,
    )
    # Of sixteen addresses the first four and the last are nobody's.
    assert made["AvailableIpAddressCount"] == 11
    assert made["Tags"] == [{"Key": "Name", "Value": "life"}]
    subnet = made["SubnetId"]
    assert call("describe-subnets", subnet_ids=subnet)["Subnets"] == [made]
    call("modify-subnet-attribute", "--map-public-ip-on-launch", subnet_id=subnet)
    [shown] = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"]
    assert shown["MapPublicIpOnLaunch"] is True
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": False})
    [shown] = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"]
    assert shown["MapPublicIpOnLaunch"] is False
    call("delete-subnet", subnet_id=subnet)
    told = refused(call, "delete-subnet", subnet_id=subnet)
    assert told == f"InvalidSubnetID.NotFound: The subnet ID '{subnet}' does not exist"


def test_a_subnet_joins_the_default_acl_and_leaves_everything(ec2, vpc):
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    by_subnet = [{"Name": "association.subnet-id", "Values": [subnet]}]
    [acl] = ec2.describe_network_acls(Filters=by_subnet)["NetworkAcls"]
    assert (acl["IsDefault"], acl["VpcId"]) == (True, vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.delete_subnet(SubnetId=subnet)
    assert ec2.describe_network_acls(Filters=by_subnet)["NetworkAcls"] == []
    assert ec2.describe_route_tables(Filters=by_subnet)["RouteTables"] == []
    ec2.delete_route_table(RouteTableId=table)


def test_zones_of_subnets(ec2, vpc):
    def made(number, **named):
        block = f"10.20.{number}.0/24"
        return ec2.create_subnet(VpcId=vpc, CidrBlock=block, **named)["Subnet"]["AvailabilityZone"]

    assert made(0, AvailabilityZone=f"{REGION}c") == f"{REGION}c"
    assert made(1, AvailabilityZoneId="aps1-az1") == f"{REGION}a"
    # Who names none gets the one that has the fewest of the VPC's subnets.
    assert [made(number) for number in (2, 3)] == [f"{REGION}b", f"{REGION}a"]
    named = {"VpcId": vpc, "CidrBlock": "10.20.9.0/24"}
    zones = ", ".join(f"{REGION}{letter}" for letter in "abc")
    assert refused(ec2.create_subnet, **named, AvailabilityZone="us-east-1a") == (
        "InvalidParameterValue: Value (us-east-1a) for parameter availabilityZone is invalid. "
        f"Subnets can currently only be created in the following availability zones: {zones}."
    )
    told = refused(ec2.create_subnet, **named, AvailabilityZoneId="use1-az1")
    assert "Value (use1-az1) for parameter availabilityZoneId is invalid." in told
    both = {"AvailabilityZone": f"{REGION}a", "AvailabilityZoneId": "aps1-az1"}
    assert refused(ec2.create_subnet, **named, **both).startswith("InvalidParameterCombination: ")


def test_filters_of_subnets(ec2, vpc):
    tags = [{"ResourceType": "subnet", "Tags": [{"Key": "Owner", "Value": "filters"}]}]
    zone = {"AvailabilityZone": f"{REGION}a"}
    made = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.20.7.0/26", TagSpecifications=tags, **zone
    )["Subnet"]
    one = made["SubnetId"]
    found = filtered(ec2.describe_subnets, "Subnets", "SubnetId")
    for name, value in {
        "available-ip-address-count": "59",
        "cidr": "10.20.7.0/26",
        "cidr-block": "10.20.7.0/26",
        "cidrBlock": "10.20.7.0/26",
        "subnet-arn": made["SubnetArn"],
        "subnet-id": one,
        "tag:Owner": "filters",
        "tag-key": "Owner",
        "vpc-id": vpc,
    }.items():
        assert found(name, value) == [one], name
    for name, value in {
        "availability-zone": f"{REGION}a",
        "availability-zone-id": "aps1-az1",
        "availabilityZone": f"{REGION}a",
        "availabilityZoneId": "aps1-az1",
        "default-for-az": "false",
        "defaultForAz": "false",
        "enable-dns64": "false",
        "ipv6-native": "false",
        "map-customer-owned-ip-on-launch": "false",
        "map-public-ip-on-launch": "false",
        "owner-id": made["OwnerId"],
        "private-dns-name-options-on-launch.hostname-type": "ip-name",
        "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": "false",
        "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": "false",
        "state": "available",
    }.items():
        assert one in found(name, value), name
        assert one not in found(name, "other"), name
    for name in (
        "customer-owned-ipv4-pool",
        "enable-lni-at-device-index",
        "ipv6-cidr-block-association.association-id",
        "ipv6-cidr-block-association.ipv6-cidr-block",
        "ipv6-cidr-block-association.state",
        "outpost-arn",
    ):
        assert found(name, "*") == [], name


REFUSED_SUBNETS = {
    "outside": ({"CidrBlock": "10.21.0.0/24"}, "InvalidSubnet.Range: The CIDR '10.21.0.0/24' is"),
    "too narrow": ({"CidrBlock": "10.20.0.0/29"}, "InvalidSubnet.Range: "),
    "too wide": ({"CidrBlock": "10.0.0.0/8"}, "InvalidSubnet.Range: "),
    "no range": ({"CidrBlock": "x"}, "InvalidParameterValue: Value (x) for parameter cidrBlock"),
    "nothing": ({}, "MissingParameter: Either 'cidrBlock' or 'ipv6CidrBlock' should be provided."),
    "a conflict": (
        {"CidrBlock": "10.20.128.0/17"},
        "InvalidSubnet.Conflict: The CIDR '10.20.128.0/17' conflicts with another subnet",
    ),
    "a dry run": ({"CidrBlock": "10.20.0.0/24", "DryRun": True}, "DryRunOperation: "),
}
UNSUPPORTED_OF_SUBNETS = {
    "Ipv6CidrBlock": "2001:db8::/64",
    "Ipv6Native": True,
    "OutpostArn": "arn:aws:outposts:us-east-1:000000000000:outpost/op-1",
    "Ipv4IpamPoolId": "ipam-pool-1",
    "Ipv4NetmaskLength": 24,
    "Ipv6IpamPoolId": "ipam-pool-1",
    "Ipv6NetmaskLength": 64,
}


def test_what_is_refused_of_a_subnet(ec2, vpc):
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.200.0/24")
    for given, words in REFUSED_SUBNETS.values():
        told = refused(ec2.create_subnet, VpcId=vpc, **given)
        assert told.startswith(words), told
    for name, value in UNSUPPORTED_OF_SUBNETS.items():
        given = {"CidrBlock": "10.20.0.0/24", name: value}
        told = refused(ec2.create_subnet, VpcId=vpc, **given)
        assert told == f"UnsupportedOperation: `{name}` is not supported by Longshore yet"


ATTRIBUTES = {
    "AssignIpv6AddressOnCreation": {"Value": True},
    "MapCustomerOwnedIpOnLaunch": {"Value": True},
    "CustomerOwnedIpv4Pool": "pool",
    "EnableDns64": {"Value": True},
    "PrivateDnsHostnameTypeOnLaunch": "resource-name",
    "EnableResourceNameDnsARecordOnLaunch": {"Value": True},
    "EnableResourceNameDnsAAAARecordOnLaunch": {"Value": True},
    "EnableLniAtDeviceIndex": 1,
    "DisableLniAtDeviceIndex": {"Value": True},
}


def test_attributes_of_a_subnet(ec2, vpc):
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    for name, value in ATTRIBUTES.items():
        told = refused(ec2.modify_subnet_attribute, SubnetId=subnet, **{name: value})
        assert told == f"UnsupportedOperation: `{name}` is not supported by Longshore yet"
        if value == {"Value": True} and name != "DisableLniAtDeviceIndex":
            ec2.modify_subnet_attribute(SubnetId=subnet, **{name: {"Value": False}})
    ec2.modify_subnet_attribute(SubnetId=subnet, PrivateDnsHostnameTypeOnLaunch="ip-name")
    two = {"MapPublicIpOnLaunch": {"Value": True}, "EnableDns64": {"Value": False}}
    assert refused(ec2.modify_subnet_attribute, SubnetId=subnet, **two) == (
        "InvalidParameterCombination: Fields for multiple attribute types specified: "
        "mapPublicIpOnLaunch, enableDns64"
    )
    told = refused(ec2.modify_subnet_attribute, SubnetId=subnet)
    assert told == "InvalidParameterCombination: No attributes specified."


def test_a_subnet_that_is_not_there(ec2):
    calls = {
        "delete_subnet": {},
        "modify_subnet_attribute": {"MapPublicIpOnLaunch": {"Value": True}},
    }
    for operation, given in calls.items():
        call = getattr(ec2, operation)
        told = refused(call, SubnetId=f"subnet-{UNKNOWN}", **given)
        assert told.startswith("InvalidSubnetID.NotFound: "), told
        told = refused(call, SubnetId="subnet-x", **given)
        assert told.startswith("InvalidSubnetID.Malformed: "), told


def test_a_subnet_that_is_used_stays(shared, ec2, vpc):
    zones = zip("ab", ("10.20.0.0/24", "10.20.1.0/24"), strict=True)
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"{REGION}{letter}")[
            "Subnet"
        ]["SubnetId"]
        for letter, block in zones
    ]
    elb = shared.boto("elbv2", region=REGION)
    [balancer] = elb.create_load_balancer(Name="uses", Subnets=subnets)["LoadBalancers"]
    for subnet in subnets:
        assert refused(ec2.delete_subnet, SubnetId=subnet) == (
            f"DependencyViolation: The subnet '{subnet}' has dependencies and cannot be deleted."
        )
    assert refused(ec2.delete_vpc, VpcId=vpc).startswith("DependencyViolation: ")
    elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)


def test_a_subnet_of_a_service_stays(shared, ec2, vpc):
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    ecs = shared.boto("ecs", region=REGION)
    ecs.create_cluster(clusterName="subnets")
    ecs.register_task_definition(
        family="subnets",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "one", "image": "none"}],
    )
    ecs.create_service(
        cluster="subnets",
        serviceName="uses",
        taskDefinition="subnets",
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}},
    )
    assert refused(ec2.delete_subnet, SubnetId=subnet).startswith("DependencyViolation: ")
    ecs.delete_service(cluster="subnets", service="uses")
    ecs.get_waiter("services_inactive").wait(
        cluster="subnets", services=["uses"], WaiterConfig={"Delay": 1}
    )
    ec2.delete_subnet(SubnetId=subnet)


def test_subnets_are_counted_and_paged(ec2, vpc):
    for number in range(200):
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{number}.0/24")
    told = refused(ec2.create_subnet, VpcId=vpc, CidrBlock="10.20.200.0/24")
    assert told == "SubnetLimitExceeded: The maximum number of subnets has been reached."
    paginator = ec2.get_paginator("describe_subnets")
    pages = paginator.paginate(Filters=of_vpc(vpc), PaginationConfig={"PageSize": 150})
    found = [[each["SubnetId"] for each in page["Subnets"]] for page in pages]
    assert [len(page) for page in found] == [150, 50]
