"""Route tables, routes and network ACLs, as the AWS CLI and boto3 make, find and delete them."""

import itertools
import re

import pytest

from harness.refusals import refused

REGION = "ap-south-1"
UNKNOWN = "0123456789abcdef0"


@pytest.fixture(scope="module")
def ec2(shared):
    return shared.boto("ec2", region=REGION)


@pytest.fixture(scope="module")
def cli(shared):
    def call(operation, *arguments, **named):
        return shared.aws("ec2", operation, *arguments, region=REGION, **named)

    return call


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


def of_vpc(vpc_id):
    return [{"Name": "vpc-id", "Values": [vpc_id]}]


def filtered(call, field, key):
    """Finds ids by the values of one filter."""

    def found(name, *values):
        answer = call(Filters=[{"Name": name, "Values": list(values)}])
        return [each[key] for each in answer[field]]

    return found


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


# -- network ACLs


def acl_of(ec2, vpc_id):
    return ec2.create_network_acl(VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"]


def entries_of(ec2, acl):
    """The entries that somebody made."""
    [shown] = ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"]
    return [each for each in shown["Entries"] if each["RuleNumber"] != 32767]


def denied(is_egress):
    return {
        "CidrBlock": "0.0.0.0/0",
        "Egress": is_egress,
        "Protocol": "-1",
        "RuleAction": "deny",
        "RuleNumber": 32767,
    }


def test_the_life_of_an_acl(cli, vpc):
    tags = "ResourceType=network-acl,Tags=[{Key=Name,Value=life}]"
    made = cli("create-network-acl", vpc_id=vpc, tag_specifications=tags)["NetworkAcl"]
    assert re.fullmatch("acl-[0-9a-f]{17}", made["NetworkAclId"])
    assert (made["VpcId"], made["IsDefault"], made["Associations"]) == (vpc, False, [])
    assert made["Entries"] == [denied(True), denied(False)]
    assert made["Tags"] == [{"Key": "Name", "Value": "life"}]
    id = made["NetworkAclId"]
    assert cli("describe-network-acls", network_acl_ids=id)["NetworkAcls"] == [made]
    cli("delete-network-acl", network_acl_id=id)
    told = refused(cli, "describe-network-acls", network_acl_ids=id)
    assert told == f"InvalidNetworkAclID.NotFound: The networkAcl ID '{id}' does not exist"


def test_the_default_acl_lets_everything_through(ec2, vpc):
    default = [*of_vpc(vpc), {"Name": "default", "Values": ["true"]}]
    [acl] = ec2.describe_network_acls(Filters=default)["NetworkAcls"]
    allowed = {"RuleNumber": 100, "RuleAction": "allow"}
    assert acl["Entries"] == [
        {**denied(True), **allowed},
        denied(True),
        {**denied(False), **allowed},
        denied(False),
    ]
    assert refused(ec2.delete_network_acl, NetworkAclId=acl["NetworkAclId"]) == (
        f"InvalidParameterValue: cannot delete default network ACL {acl['NetworkAclId']}"
    )


def test_the_life_of_an_entry(cli, ec2, vpc):
    acl = acl_of(ec2, vpc)
    which = {"network_acl_id": acl, "rule_number": 100}
    rule = {"protocol": "6", "port_range": "From=80,To=90"}
    cli("create-network-acl-entry", "--ingress", rule_action="allow", cidr_block="10.0.0.1/8",
        **which, **rule)
    shown = {
        "CidrBlock": "10.0.0.0/8",
        "Egress": False,
        "PortRange": {"From": 80, "To": 90},
        "Protocol": "6",
        "RuleAction": "allow",
        "RuleNumber": 100,
    }
    assert entries_of(ec2, acl) == [shown]
    again = {"NetworkAclId": acl, "RuleNumber": 100, "Protocol": "-1", "RuleAction": "deny"}
    everything = {"CidrBlock": "0.0.0.0/0"}
    assert refused(ec2.create_network_acl_entry, **again, **everything, Egress=False) == (
        "NetworkAclEntryAlreadyExists: The network acl entry identified by 100 already exists."
    )
    # The other direction has numbers of its own, and a lower one comes first.
    ec2.create_network_acl_entry(**again, **everything, Egress=True)
    ec2.create_network_acl_entry(**{**again, "RuleNumber": 7}, **everything, Egress=False)
    numbers = [(each["Egress"], each["RuleNumber"]) for each in entries_of(ec2, acl)]
    assert numbers == [(True, 100), (False, 7), (False, 100)]
    cli("replace-network-acl-entry", "--ingress", rule_action="deny", cidr_block="10.0.0.0/8",
        **which, **rule)
    assert entries_of(ec2, acl)[2] == {**shown, "RuleAction": "deny"}
    cli("delete-network-acl-entry", "--ingress", **which)
    numbers = [(each["Egress"], each["RuleNumber"]) for each in entries_of(ec2, acl)]
    assert numbers == [(True, 100), (False, 7)]
    for call, named in {
        ec2.replace_network_acl_entry: {**again, **everything, "Egress": False},
        ec2.delete_network_acl_entry: {"NetworkAclId": acl, "RuleNumber": 100, "Egress": False},
    }.items():
        assert refused(call, **named) == (
            "InvalidNetworkAclEntry.NotFound: The network acl entry identified by 100 does not "
            "exist."
        )


TRAFFIC = {
    "all": ({"Protocol": "-1"}, {}),
    "tcp": (
        {"Protocol": "6", "PortRange": {"From": 0, "To": 65535}},
        {"PortRange": {"From": 0, "To": 65535}},
    ),
    "udp": (
        {"Protocol": "17", "PortRange": {"From": 53, "To": 53}},
        {"PortRange": {"From": 53, "To": 53}},
    ),
    "icmp": (
        {"Protocol": "1", "IcmpTypeCode": {"Type": 3, "Code": 4}},
        {"IcmpTypeCode": {"Type": 3, "Code": 4}},
    ),
    "any icmp": (
        {"Protocol": "1", "IcmpTypeCode": {"Type": -1, "Code": -1}},
        {"IcmpTypeCode": {"Type": -1, "Code": -1}},
    ),
    "another protocol, whatever its ports": (
        {"Protocol": "50", "PortRange": {"From": 1, "To": 2}},
        {},
    ),
    "icmpv6": (
        {
            "Protocol": "58",
            "IcmpTypeCode": {"Type": 128, "Code": -1},
            "Ipv6CidrBlock": "2001:db8::/32",
        },
        {"IcmpTypeCode": {"Type": 128, "Code": -1}, "Ipv6CidrBlock": "2001:db8::/32"},
    ),
    "icmpv6 of an IPv4 range, whatever its type": (
        {"Protocol": "58", "IcmpTypeCode": {"Type": 128, "Code": 0}},
        {"IcmpTypeCode": {"Type": -1, "Code": -1}},
    ),
}


def test_the_traffic_of_entries(ec2, vpc):
    acl = acl_of(ec2, vpc)
    for number, (given, shown) in enumerate(TRAFFIC.values(), 1):
        block = {} if "Ipv6CidrBlock" in given else {"CidrBlock": "10.0.0.0/8"}
        entry = {"RuleNumber": number, "RuleAction": "allow", "Egress": True}
        ec2.create_network_acl_entry(NetworkAclId=acl, **entry, **block, **given)
        protocol = {"Protocol": given["Protocol"]}
        assert entries_of(ec2, acl)[-1] == {**entry, **block, **protocol, **shown}


TCP = {"Protocol": "6"}
REFUSED_ENTRIES = {
    "no number": ({"RuleNumber": 0}, "InvalidParameterValue: Invalid value '0' for ruleNumber."),
    "a number of AWS's": ({"RuleNumber": 32767}, "InvalidParameterValue: Invalid value '32767'"),
    "no range": ({"CidrBlock": "x"}, "InvalidParameterValue: Value (x) for parameter cidrBlock"),
    "no IPv6 range": (
        {"CidrBlock": None, "Ipv6CidrBlock": "x"},
        "InvalidParameterValue: Value (x) for parameter ipv6CidrBlock",
    ),
    "nothing": ({"CidrBlock": None}, "MissingParameter: "),
    "both ranges": ({"Ipv6CidrBlock": "::/0"}, "InvalidParameterCombination: "),
    "a protocol by name": ({"Protocol": "tcp"}, "InvalidParameterValue: Invalid value 'tcp' for"),
    "a protocol too high": ({"Protocol": "256"}, "InvalidParameterValue: Invalid value '256' for"),
    "no ports": (TCP, "MissingParameter: The request must contain the parameter portRange"),
    "ports backwards": (
        {**TCP, "PortRange": {"From": 2, "To": 1}},
        "InvalidParameterValue: Invalid TCP/UDP port range (2:1)",
    ),
    "a port too high": (
        {**TCP, "PortRange": {"From": 1, "To": 65536}},
        "InvalidParameterValue: Invalid TCP/UDP port range (1:65536)",
    ),
    "no type": ({"Protocol": "1"}, "MissingParameter: "),
    "a code of any type": (
        {"Protocol": "1", "IcmpTypeCode": {"Type": -1, "Code": 0}},
        "InvalidParameterValue: Invalid ICMP type and code (-1:0)",
    ),
    "a type too high": (
        {"Protocol": "1", "IcmpTypeCode": {"Type": 256, "Code": 0}},
        "InvalidParameterValue: Invalid ICMP type and code (256:0)",
    ),
    "a dry run": ({"DryRun": True}, "DryRunOperation: "),
}


def test_what_is_refused_of_entries(ec2, vpc):
    known = {"NetworkAclId": acl_of(ec2, vpc), "RuleNumber": 1, "RuleAction": "allow"}
    entry = {**known, "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "Egress": False}
    for given, words in REFUSED_ENTRIES.values():
        named = {name: value for name, value in {**entry, **given}.items() if value is not None}
        for call in (ec2.create_network_acl_entry, ec2.replace_network_acl_entry):
            told = refused(call, **named)
            assert told.startswith(words), told


@pytest.mark.parametrize(
    "block", [{"CidrBlock": "0.0.0.0/0"}, {"Ipv6CidrBlock": "::/0"}], ids=["IPv4", "IPv6"]
)
def test_entries_are_counted(ec2, vpc, block):
    """The rule that denies the rest counts as one of the twenty."""
    entry = {"NetworkAclId": acl_of(ec2, vpc), "Protocol": "-1", "RuleAction": "allow", **block}
    for number in range(1, 20):
        ec2.create_network_acl_entry(**entry, RuleNumber=number, Egress=False)
    told = refused(ec2.create_network_acl_entry, **entry, RuleNumber=20, Egress=False)
    assert told.startswith("NetworkAclEntryLimitExceeded: "), told
    ec2.create_network_acl_entry(**entry, RuleNumber=20, Egress=True)
    ec2.replace_network_acl_entry(**{**entry, "RuleAction": "deny"}, RuleNumber=7, Egress=False)


def test_a_subnet_is_given_another_acl(ec2, vpc, subnet):
    by_subnet = [{"Name": "association.subnet-id", "Values": [subnet]}]
    [old] = ec2.describe_network_acls(Filters=by_subnet)["NetworkAcls"]
    [association] = old["Associations"]
    assert association["SubnetId"] == subnet
    acl = acl_of(ec2, vpc)
    known = association["NetworkAclAssociationId"]
    replace = ec2.replace_network_acl_association
    made = replace(AssociationId=known, NetworkAclId=acl)["NewAssociationId"]
    assert re.fullmatch("aclassoc-[0-9a-f]{17}", made)
    assert replace(AssociationId=made, NetworkAclId=acl)["NewAssociationId"] == made
    [shown] = ec2.describe_network_acls(Filters=by_subnet)["NetworkAcls"]
    assert shown["Associations"] == [
        {"NetworkAclAssociationId": made, "NetworkAclId": acl, "SubnetId": subnet}
    ]
    assert refused(ec2.delete_network_acl, NetworkAclId=acl) == (
        f"DependencyViolation: The networkAcl '{acl}' has dependencies and cannot be deleted."
    )
    told = refused(replace, AssociationId=known, NetworkAclId=acl)
    assert told == f"InvalidAssociationID.NotFound: The association ID '{known}' does not exist"
    told = refused(replace, AssociationId="aclassoc-x", NetworkAclId=acl)
    assert told.startswith("InvalidAssociationID.Malformed: "), told
    other = acl_of(ec2, ec2.create_vpc(CidrBlock="10.32.0.0/16")["Vpc"]["VpcId"])
    assert refused(replace, AssociationId=made, NetworkAclId=other) == (
        f"InvalidParameterValue: network ACL {other} and subnet {subnet} belong to different "
        "networks"
    )
    # A subnet takes its association away with it.
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_network_acl(NetworkAclId=acl)


def test_an_acl_that_is_not_there(ec2):
    entry = {"RuleNumber": 1, "Egress": False}
    rule = {**entry, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
    for operation, given in {
        "delete_network_acl": {},
        "create_network_acl_entry": rule,
        "replace_network_acl_entry": rule,
        "delete_network_acl_entry": entry,
    }.items():
        call = getattr(ec2, operation)
        told = refused(call, NetworkAclId=f"acl-{UNKNOWN}", **given)
        assert told == (
            f"InvalidNetworkAclID.NotFound: The networkAcl ID 'acl-{UNKNOWN}' does not exist"
        )
        told = refused(call, NetworkAclId="acl-x", **given)
        assert told.startswith("InvalidNetworkAclId.Malformed: "), told


def test_an_acl_is_made_once_for_one_token(ec2, vpc):
    one = ec2.create_network_acl(VpcId=vpc, ClientToken="acl")
    two = ec2.create_network_acl(VpcId=vpc, ClientToken="acl")
    assert one["NetworkAcl"] == two["NetworkAcl"]
    other = ec2.create_vpc(CidrBlock="10.33.0.0/16")["Vpc"]["VpcId"]
    told = refused(ec2.create_network_acl, VpcId=other, ClientToken="acl")
    assert told.startswith("IdempotentParameterMismatch: "), told


def test_acls_are_counted_and_paged(ec2, vpc):
    for _ in range(199):
        acl_of(ec2, vpc)
    told = refused(acl_of, ec2, vpc)
    assert told == (
        "NetworkAclLimitExceeded: The maximum number of network ACLs has been reached."
    )
    paginator = ec2.get_paginator("describe_network_acls")
    pages = paginator.paginate(Filters=of_vpc(vpc), PaginationConfig={"PageSize": 90})
    found = [[each["NetworkAclId"] for each in page["NetworkAcls"]] for page in pages]
    assert [len(page) for page in found] == [90, 90, 20]
    assert len(set(itertools.chain(*found))) == 200


def test_filters_of_acls(ec2, vpc, subnet):
    tags = [{"ResourceType": "network-acl", "Tags": [{"Key": "Owner", "Value": "filters"}]}]
    made = ec2.create_network_acl(VpcId=vpc, TagSpecifications=tags)["NetworkAcl"]
    one = made["NetworkAclId"]
    rules = [
        {"Protocol": "17", "PortRange": {"From": 1001, "To": 1002}, "CidrBlock": "10.33.0.0/16"},
        {"Protocol": "1", "IcmpTypeCode": {"Type": 11, "Code": 12}, "CidrBlock": "10.0.0.0/8"},
        {"Protocol": "47", "Ipv6CidrBlock": "2001:db8:33::/48"},
    ]
    for number, rule in enumerate(rules, 7001):
        ec2.create_network_acl_entry(
            NetworkAclId=one, RuleNumber=number, RuleAction="allow", Egress=False, **rule
        )
    by_subnet = [{"Name": "association.subnet-id", "Values": [subnet]}]
    [default] = ec2.describe_network_acls(Filters=by_subnet)["NetworkAcls"]
    [association] = default["Associations"]
    moved = ec2.replace_network_acl_association(
        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=one
    )
    found = filtered(ec2.describe_network_acls, "NetworkAcls", "NetworkAclId")
    for name, value in {
        "association.association-id": moved["NewAssociationId"],
        "association.network-acl-id": one,
        "association.subnet-id": subnet,
        "entry.cidr": "10.33.0.0/16",
        "entry.icmp.code": "12",
        "entry.icmp.type": "11",
        "entry.ipv6-cidr": "2001:db8:33::/48",
        "entry.port-range.from": "1001",
        "entry.port-range.to": "1002",
        "entry.protocol": "47",
        "entry.rule-number": "7003",
        "network-acl-id": one,
        "tag:Owner": "filters",
        "tag-key": "Owner",
    }.items():
        assert found(name, value) == [one], name
    for name, value in {
        "default": "false",
        "entry.egress": "true",
        "entry.protocol": "udp",
        "entry.rule-action": "deny",
        "entry.rule-number": "32767",
        "owner-id": made["OwnerId"],
        "vpc-id": vpc,
    }.items():
        assert one in found(name, value), name
    assert one in found("entry.protocol", "icmp")
    assert one not in found("entry.protocol", "tcp")
    assert one not in found("default", "true")
    told = refused(found, "entry.no-such", "x")
    assert told == "InvalidParameterValue: The filter 'entry.no-such' is invalid"
