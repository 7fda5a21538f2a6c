"""Route tables and routes, as the AWS CLI and boto3 make, find and delete them."""

import itertools
import re

import pytest

from harness.ec2 import UNKNOWN, cli_in, filtered, of_vpc
from harness.refusals import refused

REGION = "ap-south-1"


@pytest.fixture(scope="module")
def ec2(shared):
    return shared.boto("ec2", region=REGION)


@pytest.fixture(scope="module")
def cli(shared):
    return cli_in(shared, REGION)


@pytest.fixture
def vpc(ec2):
    """A VPC that the test need not delete: 10.30.0.0/16."""
    return ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture
def subnet(ec2, vpc):
    return ec2.create_subnet(VpcId=vpc, CidrBlock="10.30.0.0/24")["Subnet"]["SubnetId"]


@pytest.fixture
def default_vpc(ec2):
    """The region's default VPC, which has an internet gateway: its id and the gateway's."""
    main = [
        {"Name": "association.main", "Values": ["true"]},
        {"Name": "route.gateway-id", "Values": ["igw-*"]},
    ]
    [table] = ec2.describe_route_tables(Filters=main)["RouteTables"]
    return table["VpcId"], table["Routes"][1]["GatewayId"]


def table_of(ec2, vpc_id):
    return ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]


def main_of(ec2, vpc_id):
    """The main table of a VPC and the id of the association that makes it so."""
    main = [*of_vpc(vpc_id), {"Name": "association.main", "Values": ["true"]}]
    [table] = ec2.describe_route_tables(Filters=main)["RouteTables"]
    [association] = [each for each in table["Associations"] if each["Main"]]
    return table["RouteTableId"], association["RouteTableAssociationId"]


# -- route tables


def test_the_life_of_a_route_table(cli, vpc):
    tags = "ResourceType=route-table,Tags=[{Key=Name,Value=life}]"
    made = cli("create-route-table", vpc_id=vpc, tag_specifications=tags)["RouteTable"]
    assert re.fullmatch("rtb-[0-9a-f]{17}", made["RouteTableId"])
    assert made["VpcId"] == vpc
    assert (made["Associations"], made["PropagatingVgws"]) == ([], [])
    assert made["Tags"] == [{"Key": "Name", "Value": "life"}]
    assert made["Routes"] == [
        {
            "DestinationCidrBlock": "10.30.0.0/16",
            "GatewayId": "local",
            "Origin": "CreateRouteTable",
            "State": "active",
        }
    ]
    id = made["RouteTableId"]
    assert cli("describe-route-tables", route_table_ids=id)["RouteTables"] == [made]
    cli("delete-route-table", route_table_id=id)
    told = refused(cli, "describe-route-tables", route_table_ids=id)
    assert told == f"InvalidRouteTableID.NotFound: The routeTable ID '{id}' does not exist"


def test_a_subnet_is_associated_with_one_table(ec2, vpc, subnet):
    one, two = table_of(ec2, vpc), table_of(ec2, vpc)
    made = ec2.associate_route_table(RouteTableId=one, SubnetId=subnet)
    association = made["AssociationId"]
    assert re.fullmatch("rtbassoc-[0-9a-f]{17}", association)
    assert made["AssociationState"] == {"State": "associated"}
    again = ec2.associate_route_table(RouteTableId=one, SubnetId=subnet)
    assert again["AssociationId"] == association
    assert refused(ec2.associate_route_table, RouteTableId=two, SubnetId=subnet) == (
        f"Resource.AlreadyAssociated: the specified association for route table {two} conflicts "
        "with an existing association"
    )
    [shown] = ec2.describe_route_tables(RouteTableIds=[one])["RouteTables"]
    assert shown["Associations"] == [
        {
            "Main": False,
            "RouteTableAssociationId": association,
            "RouteTableId": one,
            "SubnetId": subnet,
            "AssociationState": {"State": "associated"},
        }
    ]
    assert refused(ec2.delete_route_table, RouteTableId=one) == (
        f"DependencyViolation: The routeTable '{one}' has dependencies and cannot be deleted."
    )
    moved = ec2.replace_route_table_association(AssociationId=association, RouteTableId=two)
    assert moved["NewAssociationId"] != association
    assert moved["AssociationState"] == {"State": "associated"}
    told = refused(ec2.disassociate_route_table, AssociationId=association)
    assert told == (
        f"InvalidAssociationID.NotFound: The association ID '{association}' does not exist"
    )
    ec2.disassociate_route_table(AssociationId=moved["NewAssociationId"])
    for table in (one, two):
        ec2.delete_route_table(RouteTableId=table)


def test_the_main_table_is_another_one(ec2, vpc):
    table = table_of(ec2, vpc)
    old, association = main_of(ec2, vpc)
    assert refused(ec2.disassociate_route_table, AssociationId=association) == (
        f"InvalidParameterValue: cannot disassociate the main route table association {association}"
    )
    assert refused(ec2.delete_route_table, RouteTableId=old).startswith("DependencyViolation: ")
    made = ec2.replace_route_table_association(AssociationId=association, RouteTableId=table)
    assert main_of(ec2, vpc) == (table, made["NewAssociationId"])
    [shown] = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    assert shown["Associations"] == [
        {
            "Main": True,
            "RouteTableAssociationId": made["NewAssociationId"],
            "RouteTableId": table,
            "AssociationState": {"State": "associated"},
        }
    ]
    # What was the main table is now one like any other, which keeps the VPC until it is gone.
    assert refused(ec2.delete_vpc, VpcId=vpc).startswith("DependencyViolation: ")
    ec2.delete_route_table(RouteTableId=old)
    ec2.delete_vpc(VpcId=vpc)
    told = refused(ec2.describe_route_tables, RouteTableIds=[table])
    assert told.startswith("InvalidRouteTableID.NotFound: "), told


def test_a_table_of_another_vpc_is_refused(ec2, vpc, subnet):
    other = table_of(ec2, ec2.create_vpc(CidrBlock="10.31.0.0/16")["Vpc"]["VpcId"])
    assert refused(ec2.associate_route_table, RouteTableId=other, SubnetId=subnet) == (
        f"InvalidParameterValue: route table {other} and subnet {subnet} belong to different "
        "networks"
    )
    _, association = main_of(ec2, vpc)
    told = refused(
        ec2.replace_route_table_association, AssociationId=association, RouteTableId=other
    )
    assert told.startswith(f"InvalidParameterValue: route table {other} and route table "), told


def test_what_is_refused_of_associations(ec2, vpc, subnet):
    table = table_of(ec2, vpc)
    associate, replace = ec2.associate_route_table, ec2.replace_route_table_association
    told = refused(associate, RouteTableId=table)
    assert told.startswith("MissingParameter: "), told
    for name, value in {"GatewayId": "igw-1", "PublicIpv4Pool": "pool"}.items():
        told = refused(associate, RouteTableId=table, SubnetId=subnet, **{name: value})
        assert told == f"UnsupportedOperation: `{name}` is not supported by Longshore yet"
    told = refused(associate, RouteTableId=table, SubnetId=f"subnet-{UNKNOWN}")
    assert told.startswith("InvalidSubnetID.NotFound: "), told
    told = refused(replace, AssociationId=f"rtbassoc-{UNKNOWN}", RouteTableId=table)
    assert told.startswith("InvalidAssociationID.NotFound: "), told
    told = refused(replace, AssociationId="rtbassoc-x", RouteTableId=table)
    assert told.startswith("InvalidAssociationID.Malformed: "), told
    told = refused(ec2.disassociate_route_table, AssociationId="x")
    assert told.startswith("InvalidAssociationID.Malformed: "), told


UNKNOWN_TABLE = {
    "delete_route_table": {},
    "associate_route_table": {"SubnetId": f"subnet-{UNKNOWN}"},
    "create_route": {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": f"igw-{UNKNOWN}"},
    "replace_route": {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": f"igw-{UNKNOWN}"},
    "delete_route": {"DestinationCidrBlock": "0.0.0.0/0"},
}


@pytest.mark.parametrize("operation", UNKNOWN_TABLE)
def test_a_table_that_is_not_there(ec2, operation):
    call = getattr(ec2, operation)
    told = refused(call, RouteTableId=f"rtb-{UNKNOWN}", **UNKNOWN_TABLE[operation])
    assert told == (
        f"InvalidRouteTableID.NotFound: The routeTable ID 'rtb-{UNKNOWN}' does not exist"
    )
    told = refused(call, RouteTableId="rtb-x", **UNKNOWN_TABLE[operation])
    assert told.startswith("InvalidRouteTableId.Malformed: "), told
    told = refused(call, RouteTableId="rtb-x", DryRun=True, **UNKNOWN_TABLE[operation])
    assert told.startswith("DryRunOperation: "), told


def test_a_table_is_made_once_for_one_token(ec2, vpc):
    one = ec2.create_route_table(VpcId=vpc, ClientToken="table")
    two = ec2.create_route_table(VpcId=vpc, ClientToken="table")
    assert one["RouteTable"] == two["RouteTable"]
    assert one["ClientToken"] == "table"
    tags = [{"ResourceType": "route-table", "Tags": [{"Key": "a", "Value": "b"}]}]
    told = refused(
        ec2.create_route_table, VpcId=vpc, ClientToken="table", TagSpecifications=tags
    )
    assert told.startswith("IdempotentParameterMismatch: "), told


def test_tables_are_counted_and_paged(ec2, vpc):
    for _ in range(199):
        table_of(ec2, vpc)
    told = refused(table_of, ec2, vpc)
    assert told == (
        "RouteTableLimitExceeded: The maximum number of route tables has been reached."
    )
    paginator = ec2.get_paginator("describe_route_tables")
    pages = paginator.paginate(Filters=of_vpc(vpc), PaginationConfig={"PageSize": 90})
    found = [[each["RouteTableId"] for each in page["RouteTables"]] for page in pages]
    assert [len(page) for page in found] == [90, 90, 20]
    assert len(set(itertools.chain(*found))) == 200


# -- routes


def routes_of(ec2, table):
    [shown] = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return shown["Routes"][1:]


def test_the_life_of_a_route(cli, ec2, default_vpc):
    vpc, gateway = default_vpc
    table = table_of(ec2, vpc)
    route = {"route_table_id": table, "destination_cidr_block": "0.0.0.0/0"}
    assert cli("create-route", gateway_id=gateway, **route)["Return"] is True
    shown = {
        "DestinationCidrBlock": "0.0.0.0/0",
        "GatewayId": gateway,
        "Origin": "CreateRoute",
        "State": "active",
    }
    assert routes_of(ec2, table) == [shown]
    told = refused(cli, "create-route", gateway_id=gateway, **route)
    assert told == "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists."
    cli("replace-route", gateway_id=gateway, **route)
    assert routes_of(ec2, table) == [shown]
    cli("delete-route", **route)
    assert routes_of(ec2, table) == []
    assert refused(cli, "delete-route", **route) == (
        f"InvalidRoute.NotFound: no route with destination-cidr-block 0.0.0.0/0 in route table "
        f"{table}"
    )
    assert refused(cli, "replace-route", gateway_id=gateway, **route) == (
        "InvalidParameterValue: There is no route defined for '0.0.0.0/0' in the route table. "
        "Use CreateRoute instead."
    )
    # A range is brought to its canonical form, here too.
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="8.8.8.8/16", GatewayId=gateway)
    assert [each["DestinationCidrBlock"] for each in routes_of(ec2, table)] == ["8.8.0.0/16"]
    ec2.delete_route_table(RouteTableId=table)


def test_the_local_route_stays(ec2, vpc):
    table = table_of(ec2, vpc)
    local = {"RouteTableId": table, "DestinationCidrBlock": "10.30.0.0/16"}
    assert refused(ec2.delete_route, **local) == (
        f"InvalidParameterValue: cannot remove local route 10.30.0.0/16 in route table {table}"
    )
    gateway = f"igw-{UNKNOWN}"
    for block, call in itertools.product(
        ("10.30.0.0/16", "10.30.7.0/24"), (ec2.create_route, ec2.replace_route)
    ):
        told = refused(
            call, RouteTableId=table, DestinationCidrBlock=block, GatewayId=gateway
        )
        assert told == (
            f"InvalidParameterValue: The destination CIDR block {block} is equal to or more "
            "specific than one of this VPC's CIDR blocks. This route can target only an "
            "interface or an instance."
        )
    ec2.replace_route(**local, LocalTarget=True)
    told = refused(ec2.replace_route, **local, LocalTarget=True, GatewayId=gateway)
    assert told.startswith("InvalidParameterCombination: "), told
    told = refused(
        ec2.replace_route, RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", LocalTarget=True
    )
    assert told.startswith("InvalidParameterValue: The destination 0.0.0.0/0 is not"), told


def test_targets_that_there_are_not(ec2, vpc, default_vpc):
    """A gateway has to be attached to the table's VPC."""
    _, gateway = default_vpc
    table = table_of(ec2, vpc)
    expected = {
        ("GatewayId", gateway): f"InvalidParameterValue: route table {table} and network gateway "
        f"{gateway} belong to different networks",
        ("GatewayId", f"igw-{UNKNOWN}"): "InvalidGatewayID.NotFound: The gateway ID "
        f"'igw-{UNKNOWN}' does not exist",
        ("GatewayId", "igw-x"): "InvalidInternetGatewayId.Malformed: ",
        ("GatewayId", f"vgw-{UNKNOWN}"): f"UnsupportedOperation: `GatewayId` vgw-{UNKNOWN} is",
        ("NatGatewayId", f"nat-{UNKNOWN}"): "InvalidNatGatewayID.NotFound: The natGateway ID "
        f"'nat-{UNKNOWN}' does not exist",
        ("NatGatewayId", "nat-x"): "NatGatewayMalformed: ",
    }
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    for (name, value), words in expected.items():
        told = refused(ec2.create_route, **route, **{name: value})
        assert told.startswith(words), told
    told = refused(ec2.create_route, **route)
    assert told.startswith("MissingParameter: "), told
    both = {"GatewayId": gateway, "NatGatewayId": f"nat-{UNKNOWN}"}
    told = refused(ec2.create_route, **route, **both)
    assert told.startswith("InvalidParameterCombination: "), told
    told = refused(ec2.create_route, RouteTableId=table, GatewayId=gateway)
    assert told.startswith("MissingParameter: "), told
    wrong = {"RouteTableId": table, "DestinationCidrBlock": "x", "GatewayId": gateway}
    assert refused(ec2.create_route, **wrong) == (
        "InvalidParameterValue: Value (x) for parameter destinationCidrBlock is invalid. This is "
        "not a valid CIDR block."
    )


UNSUPPORTED_OF_ROUTES = {
    "DestinationIpv6CidrBlock": "::/0",
    "DestinationPrefixListId": f"pl-{UNKNOWN}",
    "VpcEndpointId": f"vpce-{UNKNOWN}",
    "TransitGatewayId": f"tgw-{UNKNOWN}",
    "LocalGatewayId": f"lgw-{UNKNOWN}",
    "CarrierGatewayId": f"cagw-{UNKNOWN}",
    "CoreNetworkArn": "arn:aws:networkmanager::000000000000:core-network/core-network-1",
    "OdbNetworkArn": "arn:aws:odb:us-east-1:000000000000:odb-network/odb-1",
    "EgressOnlyInternetGatewayId": f"eigw-{UNKNOWN}",
    "InstanceId": f"i-{UNKNOWN}",
    "NetworkInterfaceId": f"eni-{UNKNOWN}",
    "VpcPeeringConnectionId": f"pcx-{UNKNOWN}",
}


@pytest.mark.parametrize("name", UNSUPPORTED_OF_ROUTES)
def test_what_a_route_does_not_do_is_refused_by_name(ec2, name):
    words = f"UnsupportedOperation: `{name}` is not supported by Longshore yet"
    given = {"RouteTableId": f"rtb-{UNKNOWN}", name: UNSUPPORTED_OF_ROUTES[name]}
    assert refused(ec2.create_route, **given) == words
    assert refused(ec2.replace_route, **given) == words
    if name.startswith("Destination"):
        assert refused(ec2.delete_route, **given) == words


def test_routes_are_counted(ec2, default_vpc):
    vpc, gateway = default_vpc
    table = table_of(ec2, vpc)
    for number in range(50):
        ec2.create_route(
            RouteTableId=table, DestinationCidrBlock=f"8.{number}.0.0/16", GatewayId=gateway
        )
    last = {"RouteTableId": table, "DestinationCidrBlock": "9.0.0.0/8", "GatewayId": gateway}
    told = refused(ec2.create_route, **last)
    assert told.startswith("RouteLimitExceeded: "), told
    ec2.delete_route_table(RouteTableId=table)


def test_filters_of_route_tables(ec2, default_vpc):
    vpc, gateway = default_vpc
    tags = [{"ResourceType": "route-table", "Tags": [{"Key": "Owner", "Value": "filters"}]}]
    made = ec2.create_route_table(VpcId=vpc, TagSpecifications=tags)["RouteTable"]
    one, main = made["RouteTableId"], main_of(ec2, vpc)[0]
    subnet = ec2.describe_subnets(Filters=of_vpc(vpc))["Subnets"][0]["SubnetId"]
    association = ec2.associate_route_table(RouteTableId=one, SubnetId=subnet)["AssociationId"]
    ec2.create_route(RouteTableId=one, DestinationCidrBlock="9.9.0.0/16", GatewayId=gateway)
    found = filtered(ec2.describe_route_tables, "RouteTables", "RouteTableId")
    for name, value in {
        "association.route-table-association-id": association,
        "association.route-table-id": one,
        "association.subnet-id": subnet,
        "route-table-id": one,
        "route.destination-cidr-block": "9.9.0.0/16",
        "tag:Owner": "filters",
        "tag-key": "Owner",
    }.items():
        assert found(name, value) == [one], name
    assert one in found("association.main", "false")
    assert one not in found("association.main", "true")
    for name, value in {
        "owner-id": made["OwnerId"],
        "route.destination-cidr-block": "172.31.0.0/16",
        "route.gateway-id": gateway,
        "route.origin": "CreateRoute",
        "route.state": "active",
        "vpc-id": vpc,
    }.items():
        assert {one, main} <= set(found(name, value)), name
    assert {one, main} <= set(found("route.gateway-id", "local"))
    assert {one, main} <= set(found("route.origin", "CreateRouteTable"))
    for name in (
        "association.gateway-id",
        "route.destination-ipv6-cidr-block",
        "route.destination-prefix-list-id",
        "route.egress-only-internet-gateway-id",
        "route.instance-id",
        "route.nat-gateway-id",
        "route.transit-gateway-id",
        "route.vpc-peering-connection-id",
    ):
        assert found(name, "*") == [], name
    told = refused(found, "route.no-such", "x")
    assert told == "InvalidParameterValue: The filter 'route.no-such' is invalid"
    ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route_table(RouteTableId=one)
