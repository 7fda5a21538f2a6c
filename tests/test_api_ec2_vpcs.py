"""VPCs and the default VPC, as the AWS CLI and boto3 make, find, change and delete them."""

import ipaddress
import itertools
import re

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


# -- VPCs


def test_the_life_of_a_vpc(shared):
    def call(operation, *arguments, **named):
        return shared.aws("ec2", operation, *arguments, region=REGION, **named)

    tags = "ResourceType=vpc,Tags=[{Key=Name,Value=life}]"
    made = call("create-vpc", cidr_block="10.10.0.0/16", tag_specifications=tags)["Vpc"]
    assert re.fullmatch("vpc-[0-9a-f]{17}", made["VpcId"])
    assert (made["CidrBlock"], made["State"], made["IsDefault"], made["InstanceTenancy"]) == (
        "10.10.0.0/16",
        "available",
        False,
        "default",
    )
    assert made["Tags"] == [{"Key": "Name", "Value": "life"}]
    assert call("describe-vpcs", vpc_ids=made["VpcId"])["Vpcs"] == [made]
    call("delete-vpc", vpc_id=made["VpcId"])
    told = refused(call, "describe-vpcs", vpc_ids=made["VpcId"])
    assert told == f"InvalidVpcID.NotFound: The vpc ID '{made['VpcId']}' does not exist"


def test_a_vpc_comes_with_a_table_an_acl_and_a_group(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.11.0.0/24")["Vpc"]["VpcId"]
    main = [*of_vpc(vpc), {"Name": "association.main", "Values": ["true"]}]
    [table] = ec2.describe_route_tables(Filters=main)["RouteTables"]
    assert table["Routes"] == [
        {
            "DestinationCidrBlock": "10.11.0.0/24",
            "GatewayId": "local",
            "Origin": "CreateRouteTable",
            "State": "active",
        }
    ]
    default = [*of_vpc(vpc), {"Name": "default", "Values": ["true"]}]
    [acl] = ec2.describe_network_acls(Filters=default)["NetworkAcls"]
    assert acl["Associations"] == []
    named = [*of_vpc(vpc), {"Name": "group-name", "Values": ["default"]}]
    [group] = ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    ec2.delete_vpc(VpcId=vpc)
    gone = {
        "InvalidRouteTableID.NotFound": (ec2.describe_route_tables, table["RouteTableId"]),
        "InvalidNetworkAclID.NotFound": (ec2.describe_network_acls, acl["NetworkAclId"]),
        "InvalidGroup.NotFound": (ec2.describe_security_groups, group["GroupId"]),
    }
    members = ["RouteTableIds", "NetworkAclIds", "GroupIds"]
    for member, (code, (call, id)) in zip(members, gone.items(), strict=True):
        assert refused(call, **{member: [id]}).startswith(f"{code}: ")


def test_a_range_is_brought_to_its_canonical_form(ec2):
    made = ec2.create_vpc(CidrBlock="100.68.0.18/18")["Vpc"]
    assert made["CidrBlock"] == "100.68.0.0/18"
    ec2.delete_vpc(VpcId=made["VpcId"])


def test_filters_of_vpcs(ec2):
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Owner", "Value": "filters"}]}]
    made = ec2.create_vpc(CidrBlock="10.12.0.0/16", TagSpecifications=tags)["Vpc"]
    one = made["VpcId"]
    found = filtered(ec2.describe_vpcs, "Vpcs", "VpcId")
    everything = [each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"]]
    [association] = made["CidrBlockAssociationSet"]
    for name, value in {
        "cidr": "10.12.0.0/16",
        "cidr-block-association.cidr-block": "10.12.0.0/16",
        "cidr-block-association.association-id": association["AssociationId"],
        "tag:Owner": "filters",
        "tag-key": "Owner",
        "vpc-id": one,
    }.items():
        assert found(name, value) == [one], name
    for name, value in {
        "cidr-block-association.state": "associated",
        "dhcp-options-id": "default",
        "owner-id": made["OwnerId"],
        "state": "available",
    }.items():
        assert found(name, value) == everything, name
    assert one in found("is-default", "false")
    assert len(found("is-default", "true")) == 1
    for name in ("ipv6-cidr-block", "ipv6-pool", "association-id", "state"):
        assert found(f"ipv6-cidr-block-association.{name}", "*") == []


def test_attributes_of_a_vpc(shared, ec2, vpc):
    def attribute(name):
        told = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)
        return told[name[0].upper() + name[1:]]["Value"]

    assert attribute("enableDnsSupport") is True
    assert attribute("enableDnsHostnames") is False
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    assert attribute("enableDnsHostnames") is True
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": False})
    shared.aws(
        "ec2", "modify-vpc-attribute", "--no-enable-dns-support", vpc_id=vpc, region=REGION
    )
    assert attribute("enableDnsSupport") is False
    told = refused(ec2.modify_vpc_attribute, VpcId=vpc, EnableDnsHostnames={"Value": True})
    assert told.startswith("InvalidParameterCombination: DNS hostnames cannot be enabled"), told
    both = {"EnableDnsHostnames": {"Value": True}, "EnableDnsSupport": {"Value": True}}
    assert refused(ec2.modify_vpc_attribute, VpcId=vpc, **both) == (
        "InvalidParameterCombination: Fields for multiple attribute types specified: "
        "enableDnsHostnames, enableDnsSupport"
    )
    told = refused(ec2.modify_vpc_attribute, VpcId=vpc)
    assert told == "InvalidParameterCombination: No attributes specified."
    metrics = "EnableNetworkAddressUsageMetrics"
    ec2.modify_vpc_attribute(VpcId=vpc, **{metrics: {"Value": False}})
    told = refused(ec2.modify_vpc_attribute, VpcId=vpc, **{metrics: {"Value": True}})
    assert told == f"UnsupportedOperation: `{metrics}` is not supported by Longshore"


REFUSED_VPCS = {
    "too wide": ({"CidrBlock": "10.0.0.0/15"}, "InvalidVpc.Range: The CIDR '10.0.0.0/15' is"),
    "too narrow": ({"CidrBlock": "10.0.0.0/29"}, "InvalidVpc.Range: The CIDR '10.0.0.0/29' is"),
    "no range": (
        {"CidrBlock": "10.0.0.0"},
        "InvalidParameterValue: Value (10.0.0.0) for parameter cidrBlock is invalid. This is not",
    ),
    "nothing": ({}, "MissingParameter: Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided."),
    "loopback": ({"CidrBlock": "127.1.0.0/16"}, "InvalidVpc.Range: "),
    "link-local": ({"CidrBlock": "169.254.0.0/16"}, "InvalidVpc.Range: "),
    "multicast": ({"CidrBlock": "224.1.0.0/16"}, "InvalidVpc.Range: "),
    "this network": ({"CidrBlock": "0.1.0.0/16"}, "InvalidVpc.Range: "),
    "a dry run": ({"CidrBlock": "10.0.0.0/16", "DryRun": True}, "DryRunOperation: "),
    "tags of another kind": (
        {
            "CidrBlock": "10.0.0.0/16",
            "TagSpecifications": [{"ResourceType": "subnet", "Tags": [{"Key": "a", "Value": "b"}]}],
        },
        "InvalidParameterValue: 'subnet' is not a valid taggable resource type",
    ),
}
UNSUPPORTED_OF_VPCS = {
    "InstanceTenancy": "dedicated",
    "AmazonProvidedIpv6CidrBlock": True,
    "Ipv6Pool": "pool",
    "Ipv6CidrBlock": "2001:db8::/56",
    "Ipv4IpamPoolId": "ipam-pool-1",
    "Ipv4NetmaskLength": 16,
    "Ipv6IpamPoolId": "ipam-pool-1",
    "Ipv6NetmaskLength": 56,
    "Ipv6CidrBlockNetworkBorderGroup": "here",
    "VpcEncryptionControl": {"Mode": "monitor"},
}


@pytest.mark.parametrize("case", REFUSED_VPCS)
def test_what_is_refused_of_a_vpc(ec2, case):
    given, words = REFUSED_VPCS[case]
    told = refused(ec2.create_vpc, **given)
    assert told.startswith(words), told


def test_what_a_vpc_does_not_do_is_refused_by_name(ec2):
    for name, value in UNSUPPORTED_OF_VPCS.items():
        told = refused(ec2.create_vpc, CidrBlock="10.0.0.0/16", **{name: value})
        assert told == f"UnsupportedOperation: `{name}` is not supported by Longshore yet"
    defaults = {"InstanceTenancy": "default", "AmazonProvidedIpv6CidrBlock": False}
    made = ec2.create_vpc(CidrBlock="10.13.0.0/16", **defaults)["Vpc"]
    ec2.delete_vpc(VpcId=made["VpcId"])


def test_a_range_that_the_host_reaches_otherwise_is_refused(ec2, shared):
    shown = shared.run(["ip", "-4", "-o", "addr", "show", "scope", "global"]).stdout
    held = [ipaddress.ip_interface(found) for found in re.findall(r"inet (\S+)", shown)]
    assert held
    for interface in held:
        told = refused(ec2.create_vpc, CidrBlock=f"{interface.ip}/28")
        assert told.startswith("InvalidVpc.Range: "), told


def test_vpcs_are_counted_and_paged(shared):
    """In a region of its own, as it takes all the VPCs that one may have."""
    there = shared.boto("ec2", region="ap-south-2")
    for number in range(49):
        there.create_vpc(CidrBlock=f"10.{100 + number}.0.0/16")
    told = refused(there.create_vpc, CidrBlock="10.99.0.0/16")
    assert told == "VpcLimitExceeded: The maximum number of VPCs has been reached."
    ids = [each["VpcId"] for each in there.describe_vpcs()["Vpcs"]]
    assert len(ids) == 50
    pages = there.get_paginator("describe_vpcs").paginate(PaginationConfig={"PageSize": 20})
    found = [[each["VpcId"] for each in page["Vpcs"]] for page in pages]
    assert [len(page) for page in found] == [20, 20, 10]
    assert list(itertools.chain(*found)) == ids


UNKNOWN_VPC = {
    "delete_vpc": {},
    "modify_vpc_attribute": {"EnableDnsSupport": {"Value": True}},
    "create_subnet": {"CidrBlock": "10.0.0.0/24"},
    "create_route_table": {},
    "create_network_acl": {},
}


@pytest.mark.parametrize("operation", UNKNOWN_VPC)
def test_a_vpc_that_is_not_there(ec2, operation):
    call = getattr(ec2, operation)
    told = refused(call, VpcId=f"vpc-{UNKNOWN}", **UNKNOWN_VPC[operation])
    assert told == f"InvalidVpcID.NotFound: The vpc ID 'vpc-{UNKNOWN}' does not exist"
    told = refused(call, VpcId="vpc-x", **UNKNOWN_VPC[operation])
    assert told == 'InvalidVpcID.Malformed: Invalid id: "vpc-x" (expecting "vpc-...")'


def test_a_vpc_is_deleted_last(shared, ec2, vpc):
    """Whatever is in it keeps it; what it was made with goes with it."""

    def keeps():
        told = refused(ec2.delete_vpc, VpcId=vpc)
        return told == (
            f"DependencyViolation: The vpc '{vpc}' has dependencies and cannot be deleted."
        )

    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    assert keeps()
    ec2.delete_subnet(SubnetId=subnet)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    assert keeps()
    ec2.delete_route_table(RouteTableId=table)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    assert keeps()
    ec2.delete_network_acl(NetworkAclId=acl)
    elb = shared.boto("elbv2", region=REGION)
    [group] = elb.create_target_group(
        Name="keeps", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
    )["TargetGroups"]
    assert keeps()
    elb.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    ec2.delete_vpc(VpcId=vpc)
    assert refused(ec2.delete_vpc, VpcId=vpc).startswith("InvalidVpcID.NotFound: ")


# -- the default VPC


def test_a_default_subnet_is_made_again(shared):
    there = shared.boto("ec2", region="ap-south-3")
    zone = "ap-south-3b"
    told = refused(there.create_default_subnet, AvailabilityZone=zone)
    [old] = there.describe_subnets(Filters=[{"Name": "availability-zone", "Values": [zone]}])[
        "Subnets"
    ]
    assert told == (
        f"DefaultSubnetAlreadyExistsInAvailabilityZone: '{old['SubnetId']}' is already the "
        f"default subnet in {zone}."
    )
    there.delete_subnet(SubnetId=old["SubnetId"])
    assert len(there.describe_subnets()["Subnets"]) == 2
    made = there.create_default_subnet(AvailabilityZone=zone)["Subnet"]
    assert (made["CidrBlock"], made["DefaultForAz"], made["MapPublicIpOnLaunch"]) == (
        old["CidrBlock"],
        True,
        True,
    )
    # Where somebody else has the zone's part of the range, another part is found.
    there.delete_subnet(SubnetId=made["SubnetId"])
    there.create_subnet(VpcId=old["VpcId"], CidrBlock="172.31.16.0/28")
    made = there.create_default_subnet(AvailabilityZoneId="aps3-az2")["Subnet"]
    assert (made["CidrBlock"], made["AvailabilityZone"]) == ("172.31.48.0/20", zone)
    told = refused(there.create_default_subnet)
    assert told.startswith("MissingParameter: "), told
    told = refused(there.create_default_subnet, AvailabilityZone=zone, Ipv6Native=True)
    assert told == "UnsupportedOperation: `Ipv6Native` is not supported by Longshore yet"


def test_there_is_one_default_vpc(ec2):
    assert refused(ec2.create_default_vpc) == (
        "DefaultVpcAlreadyExists: A Default VPC already exists for this account in this region."
    )
    assert refused(ec2.create_default_vpc, DryRun=True).startswith("DryRunOperation: ")
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    assert refused(ec2.delete_vpc, VpcId=vpc["VpcId"]).startswith("DependencyViolation: ")


def test_tags_of_networks(ec2, vpc):
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    kinds = {table: "route-table", acl: "network-acl", vpc: "vpc"}
    ec2.create_tags(Resources=list(kinds), Tags=[{"Key": "Name", "Value": "tagged"}])
    found = ec2.describe_tags(Filters=[{"Name": "value", "Values": ["tagged"]}])["Tags"]
    assert {each["ResourceId"]: each["ResourceType"] for each in found} == kinds
    by_key = [{"Name": "key", "Values": ["Nam?"]}, {"Name": "resource-id", "Values": [table]}]
    [tag] = ec2.describe_tags(Filters=by_key)["Tags"]
    assert (tag["Key"], tag["ResourceId"]) == ("Name", table)
    assert ec2.describe_tags(Filters=[{"Name": "key", "Values": ["name"]}])["Tags"] == []
    by_tag = [{"Name": "tag:Name", "Values": ["tagged"]}]
    [shown] = ec2.describe_route_tables(Filters=by_tag)["RouteTables"]
    assert shown["RouteTableId"] == table
    [shown] = ec2.describe_network_acls(Filters=by_tag)["NetworkAcls"]
    assert shown["NetworkAclId"] == acl
    ec2.delete_tags(Resources=list(kinds), Tags=[{"Key": "Name"}])
    assert ec2.describe_route_tables(Filters=by_tag)["RouteTables"] == []
    told = refused(ec2.create_tags, Resources=[f"rtb-{UNKNOWN}"], Tags=[{"Key": "a"}])
    assert told.startswith("InvalidRouteTableID.NotFound: "), told
    told = refused(ec2.create_tags, Resources=["acl-x"], Tags=[{"Key": "a"}])
    assert told.startswith("InvalidNetworkAclId.Malformed: "), told
