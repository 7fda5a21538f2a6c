"""Internet gateways, NAT gateways and Elastic IP addresses, as EC2's clients see them."""

import ipaddress
import re

import pytest

from harness.refusals import refused

REGION = "sa-east-1"
PUBLIC_RANGE = ipaddress.ip_network("198.18.0.0/16")
NO_GATEWAY = "igw-0123456789abcdef0"
NO_NAT = "nat-0123456789abcdef0"
NO_ADDRESS = "eipalloc-0123456789abcdef0"
NO_VPC = "vpc-0123456789abcdef0"
NO_SUBNET = "subnet-0123456789abcdef0"


@pytest.fixture(scope="module")
def ec2(shared):
    return shared.boto("ec2", region=REGION)


@pytest.fixture(scope="module")
def subnet(ec2):
    return subnets(ec2)[0]


@pytest.fixture
def address(ec2):
    """An Elastic IP address, which is released whatever the test did with it."""
    made = ec2.allocate_address(Domain="vpc")
    yield made
    release(ec2, made["AllocationId"])


@pytest.fixture
def interface(ec2, subnet):
    made = ec2.create_network_interface(SubnetId=subnet["SubnetId"])["NetworkInterface"]
    yield made
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])


def subnets(client):
    shown = client.describe_subnets()["Subnets"]
    return sorted(shown, key=lambda one: one["AvailabilityZone"])


def release(client, allocation_id):
    [known] = client.describe_addresses(AllocationIds=[allocation_id])["Addresses"]
    if "AssociationId" in known:
        client.disassociate_address(AssociationId=known["AssociationId"])
    client.release_address(AllocationId=allocation_id)


def tagged(kind, **tags):
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": pairs}]


def check_filters(call, field, ids, table, name="Filters"):
    """Each filter finds what it is to find, and one with another value finds nothing."""
    key, wanted = ids
    for filter_name, value in table.items():
        given = {name: [{"Name": filter_name, "Values": [value]}]}
        found = [one[key] for one in call(**given)[field]]
        assert wanted in found, filter_name
        given[name][0]["Values"] = ["no-such-value"]
        assert call(**given)[field] == [], filter_name
    told = refused(call, **{name: [{"Name": "no-such-filter", "Values": ["x"]}]})
    assert told == "InvalidParameterValue: The filter 'no-such-filter' is invalid"


# -- internet gateways


def test_the_life_of_an_internet_gateway(shared):
    client = shared.boto("ec2", region="ap-southeast-2")
    vpc = client.describe_vpcs()["Vpcs"][0]["VpcId"]
    [default] = client.describe_internet_gateways()["InternetGateways"]
    assert [one["VpcId"] for one in default["Attachments"]] == [vpc]
    made = client.create_internet_gateway(
        TagSpecifications=tagged("internet-gateway", Name="second")
    )["InternetGateway"]
    second = made["InternetGatewayId"]
    assert re.fullmatch("igw-[0-9a-f]{17}", second)
    assert (made["Attachments"], made["OwnerId"]) == ([], "000000000000")
    assert made["Tags"] == [{"Key": "Name", "Value": "second"}]
    taken = {"InternetGatewayId": second, "VpcId": vpc}
    told = refused(client.attach_internet_gateway, **taken)
    assert told == (
        f"InvalidParameterValue: Network {vpc} already has an internet gateway attached"
    )
    told = refused(client.detach_internet_gateway, **taken)
    assert told == f"Gateway.NotAttached: resource {second} is not attached to network {vpc}"
    first = {"InternetGatewayId": default["InternetGatewayId"], "VpcId": vpc}
    told = refused(client.attach_internet_gateway, **first)
    assert told.startswith("Resource.AlreadyAssociated: "), told
    told = refused(
        client.delete_internet_gateway, InternetGatewayId=default["InternetGatewayId"]
    )
    assert told.startswith("DependencyViolation: "), told
    client.detach_internet_gateway(**first)
    client.attach_internet_gateway(**taken)
    [known] = client.describe_internet_gateways(InternetGatewayIds=[second])["InternetGateways"]
    assert [one["VpcId"] for one in known["Attachments"]] == [vpc]
    client.delete_internet_gateway(InternetGatewayId=default["InternetGatewayId"])
    told = refused(
        client.describe_internet_gateways, InternetGatewayIds=[default["InternetGatewayId"]]
    )
    assert told.startswith("InvalidInternetGatewayID.NotFound: "), told
    check_filters(
        client.describe_internet_gateways,
        "InternetGateways",
        ("InternetGatewayId", second),
        {
            "attachment.state": "available",
            "attachment.vpc-id": vpc,
            "internet-gateway-id": second,
            "owner-id": "000000000000",
            "tag:Name": "second",
            "tag-key": "Name",
        },
    )


def test_a_region_has_so_many_internet_gateways(shared):
    client = shared.boto("ec2", region="eu-west-3")
    made = [client.create_internet_gateway()["InternetGateway"] for _ in range(4)]
    told = refused(client.create_internet_gateway)
    assert told.startswith("InternetGatewayLimitExceeded: "), told
    one = made[0]["InternetGatewayId"]
    client.create_tags(Resources=[one], Tags=[{"Key": "a", "Value": "b"}])
    paginator = client.get_paginator("describe_internet_gateways")
    pages = [page["InternetGateways"] for page in paginator.paginate(MaxResults=5)]
    assert [len(page) for page in pages] == [5]
    assert len({each["InternetGatewayId"] for page in pages for each in page}) == 5
    [tag] = client.describe_tags()["Tags"]
    assert (tag["ResourceId"], tag["ResourceType"]) == (one, "internet-gateway")


def test_a_gateway_stays_while_there_are_public_addresses(shared):
    client = shared.boto("ec2", region="eu-west-2")
    subnet = subnets(client)[0]
    [gateway] = client.describe_internet_gateways()["InternetGateways"]
    attached = {"InternetGatewayId": gateway["InternetGatewayId"], "VpcId": subnet["VpcId"]}
    eni = client.create_network_interface(SubnetId=subnet["SubnetId"])["NetworkInterface"]
    eip = client.allocate_address()["AllocationId"]
    association = {"AllocationId": eip, "NetworkInterfaceId": eni["NetworkInterfaceId"]}
    client.associate_address(**association)
    told = refused(client.detach_internet_gateway, **attached)
    assert told == (
        f"DependencyViolation: Network {subnet['VpcId']} has some mapped public address(es). "
        "Please unmap those public address(es) before detaching the gateway."
    )
    # An address that is disassociated with its interface frees the gateway.
    client.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])
    assert "AssociationId" not in client.describe_addresses()["Addresses"][0]
    client.detach_internet_gateway(**attached)
    eni = client.create_network_interface(SubnetId=subnet["SubnetId"])["NetworkInterface"]
    association["NetworkInterfaceId"] = eni["NetworkInterfaceId"]
    unreachable = (
        f"Gateway.NotAttached: Network {subnet['VpcId']} is not attached to any internet gateway"
    )
    assert refused(client.associate_address, **association) == unreachable
    given = {"SubnetId": subnet["SubnetId"], "AllocationId": eip}
    assert refused(client.create_nat_gateway, **given) == unreachable
    client.attach_internet_gateway(**attached)
    client.associate_address(**association)


# -- Elastic IP addresses


def test_the_life_of_an_address(shared, ec2, interface):
    def call(operation, *arguments, **named):
        return shared.aws("ec2", operation, *arguments, region=REGION, **named)

    specification = "ResourceType=elastic-ip,Tags=[{Key=Name,Value=mine}]"
    made = call("allocate-address", domain="vpc", tag_specifications=specification)
    eip, public = made["AllocationId"], made["PublicIp"]
    assert re.fullmatch("eipalloc-[0-9a-f]{17}", eip)
    assert ipaddress.ip_address(public) in PUBLIC_RANGE
    assert (made["Domain"], made["NetworkBorderGroup"]) == ("vpc", REGION)
    eni = interface["NetworkInterfaceId"]
    associated = call("associate-address", allocation_id=eip, network_interface_id=eni)
    association = associated["AssociationId"]
    assert re.fullmatch("eipassoc-[0-9a-f]{17}", association)
    again = call("associate-address", allocation_id=eip, network_interface_id=eni)
    assert again["AssociationId"] == association
    [known] = call("describe-addresses", allocation_ids=eip)["Addresses"]
    assert known == {
        "AllocationId": eip,
        "AssociationId": association,
        "Domain": "vpc",
        "NetworkBorderGroup": REGION,
        "NetworkInterfaceId": eni,
        "NetworkInterfaceOwnerId": "000000000000",
        "PrivateIpAddress": interface["PrivateIpAddress"],
        "PublicIp": public,
        "PublicIpv4Pool": "amazon",
        "Tags": [{"Key": "Name", "Value": "mine"}],
    }
    check_filters(
        ec2.describe_addresses,
        "Addresses",
        ("AllocationId", eip),
        {
            "allocation-id": eip,
            "association-id": association,
            "domain": "vpc",
            "network-border-group": REGION,
            "network-interface-id": eni,
            "network-interface-owner-id": "000000000000",
            "private-ip-address": interface["PrivateIpAddress"],
            "public-ip": public,
            "tag:Name": "mine",
            "tag-key": "Name",
        },
    )
    assert ec2.describe_addresses(Filters=[{"Name": "instance-id", "Values": ["*"]}])[
        "Addresses"
    ] == []
    assert [one["PublicIp"] for one in ec2.describe_addresses(PublicIps=[public])["Addresses"]]
    shown = ec2.describe_addresses_attribute(AllocationIds=[eip], Attribute="domain-name")
    assert shown["Addresses"] == [{"AllocationId": eip, "PublicIp": public}]
    told = refused(ec2.release_address, AllocationId=eip)
    assert told == f"InvalidIPAddress.InUse: Address {public} is in use."
    call("disassociate-address", association_id=association)
    told = refused(ec2.disassociate_address, AssociationId=association)
    assert told.startswith("InvalidAssociationID.NotFound: "), told
    call("release-address", allocation_id=eip)
    told = refused(ec2.describe_addresses, AllocationIds=[eip])
    assert told == f"InvalidAllocationID.NotFound: The allocation ID '{eip}' does not exist"
    told = refused(ec2.describe_addresses, PublicIps=[public])
    assert told == f"InvalidAddress.NotFound: Address '{public}' not found."
    # It can be had again, as nobody has it.
    back = ec2.allocate_address(Address=public)
    assert back["PublicIp"] == public
    told = refused(ec2.allocate_address, Address=public)
    assert told == f"InvalidAddress.NotFound: Address '{public}' not found."
    ec2.release_address(AllocationId=back["AllocationId"])


def test_an_address_goes_from_one_interface_to_another(ec2, subnet, address, interface):
    eip, first = address["AllocationId"], interface["NetworkInterfaceId"]
    other = ec2.create_network_interface(SubnetId=subnet["SubnetId"])["NetworkInterface"]
    second = other["NetworkInterfaceId"]
    one = ec2.associate_address(
        AllocationId=eip,
        NetworkInterfaceId=first,
        PrivateIpAddress=interface["PrivateIpAddress"],
    )["AssociationId"]
    told = refused(
        ec2.associate_address,
        AllocationId=eip,
        NetworkInterfaceId=second,
        AllowReassociation=False,
    )
    assert told == (
        f"Resource.AlreadyAssociated: resource {eip} is already associated with "
        f"associate-id {one}"
    )
    told = refused(
        ec2.associate_address,
        AllocationId=eip,
        NetworkInterfaceId=second,
        PrivateIpAddress=interface["PrivateIpAddress"],
    )
    assert told.startswith("InvalidParameterValue: "), told
    two = ec2.associate_address(AllocationId=eip, NetworkInterfaceId=second)["AssociationId"]
    assert two != one
    [shown] = ec2.describe_network_interfaces(NetworkInterfaceIds=[first])["NetworkInterfaces"]
    assert "Association" not in shown
    # Another address takes the place of the one that an interface has.
    third = ec2.allocate_address()
    taking = {"AllocationId": third["AllocationId"], "NetworkInterfaceId": second}
    told = refused(ec2.associate_address, **taking, AllowReassociation=False)
    assert told.startswith("Resource.AlreadyAssociated: "), told
    ec2.associate_address(**taking)
    [shown] = ec2.describe_network_interfaces(NetworkInterfaceIds=[second])["NetworkInterfaces"]
    assert shown["Association"]["PublicIp"] == third["PublicIp"]
    [known] = ec2.describe_addresses(AllocationIds=[eip])["Addresses"]
    assert "AssociationId" not in known
    release(ec2, third["AllocationId"])
    ec2.delete_network_interface(NetworkInterfaceId=second)


def test_a_region_has_so_many_addresses(shared):
    client = shared.boto("ec2", region="ca-central-1")
    made = [client.allocate_address() for _ in range(5)]
    assert len({one["PublicIp"] for one in made}) == 5
    told = refused(client.allocate_address)
    assert told == "AddressLimitExceeded: The maximum number of addresses has been reached."
    client.release_address(AllocationId=made[0]["AllocationId"])
    client.allocate_address()
    named = {"Attribute": "domain-name"}
    first = client.describe_addresses_attribute(MaxResults=3, **named)
    rest = client.describe_addresses_attribute(NextToken=first["NextToken"], **named)
    assert (len(first["Addresses"]), len(rest["Addresses"])) == (3, 2)


def test_the_public_range_is_shared_by_all_regions(host):
    host.up("--public-cidr", "192.0.2.16/28", "--vpc-cidr", "10.98.0.0/24")
    regions = ["us-east-1", "us-west-2", "eu-west-1"]
    given = []
    for client in (host.boto("ec2", region=region) for region in regions):
        count = min(5, 14 - len(given))
        given += [client.allocate_address()["PublicIp"] for _ in range(count)]
    assert sorted(given) == [f"192.0.2.{last}" for last in range(17, 31)]
    told = refused(host.boto("ec2", region="us-west-1").allocate_address)
    assert told.startswith("InsufficientAddressCapacity: "), told
    # A subnet of eleven addresses is exhausted as well.
    client = host.boto("ec2")
    one, other, _ = (each["SubnetId"] for each in subnets(client))
    for _ in range(11):
        client.create_network_interface(SubnetId=one)
    told = refused(client.create_network_interface, SubnetId=one)
    assert told.startswith("InsufficientFreeAddressesInSubnet: "), told
    told = refused(client.create_nat_gateway, SubnetId=one, ConnectivityType="private")
    assert told.startswith("InsufficientFreeAddressesInSubnet: "), told
    client.create_network_interface(SubnetId=other)


# -- NAT gateways


def test_the_life_of_a_public_nat_gateway(ec2, subnet, address):
    eip = address["AllocationId"]
    given = {
        "SubnetId": subnet["SubnetId"],
        "AllocationId": eip,
        "ClientToken": "once",
        "TagSpecifications": tagged("natgateway", Name="out"),
    }
    made = ec2.create_nat_gateway(**given)["NatGateway"]
    nat = made["NatGatewayId"]
    assert re.fullmatch("nat-[0-9a-f]{17}", nat)
    assert (made["State"], made["ConnectivityType"]) == ("available", "public")
    [shown] = made["NatGatewayAddresses"]
    assert (shown["PublicIp"], shown["AllocationId"]) == (address["PublicIp"], eip)
    assert (shown["IsPrimary"], shown["Status"]) == (True, "succeeded")
    again = ec2.create_nat_gateway(**given)["NatGateway"]
    assert again == made
    told = refused(ec2.create_nat_gateway, **{**given, "ConnectivityType": "public"})
    assert told.startswith("IdempotentParameterMismatch: "), told
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat])
    # Its interface is the gateway's own.
    eni = shown["NetworkInterfaceId"]
    [interface] = ec2.describe_network_interfaces(NetworkInterfaceIds=[eni])["NetworkInterfaces"]
    assert interface["Description"] == f"Interface for NAT Gateway {nat}"
    assert interface["RequesterManaged"] is True
    assert interface["Status"] == "in-use"
    assert interface["PrivateIpAddress"] == shown["PrivateIp"]
    assert interface["Association"]["PublicIp"] == address["PublicIp"]
    told = refused(ec2.delete_network_interface, NetworkInterfaceId=eni)
    assert told == f"InvalidParameterValue: Network interface '{eni}' is currently in use."
    # So is its address.
    [known] = ec2.describe_addresses(AllocationIds=[eip])["Addresses"]
    assert known["AssociationId"] == shown["AssociationId"]
    told = refused(ec2.disassociate_address, AssociationId=shown["AssociationId"])
    assert told.startswith("AuthFailure: "), told
    told = refused(ec2.release_address, AllocationId=eip)
    assert told.startswith("InvalidIPAddress.InUse: "), told
    told = refused(
        ec2.create_nat_gateway, SubnetId=subnet["SubnetId"], AllocationId=eip, ClientToken="new"
    )
    assert told.startswith("Resource.AlreadyAssociated: "), told
    check_filters(
        ec2.describe_nat_gateways,
        "NatGateways",
        ("NatGatewayId", nat),
        {
            "nat-gateway-id": nat,
            "state": "available",
            "subnet-id": subnet["SubnetId"],
            "vpc-id": subnet["VpcId"],
            "tag:Name": "out",
            "tag-key": "Name",
        },
        name="Filter",
    )
    assert ec2.delete_nat_gateway(NatGatewayId=nat)["NatGatewayId"] == nat
    ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[nat])
    [deleted] = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    assert (deleted["State"], deleted["DeleteTime"]) == ("deleted", deleted["DeleteTime"])
    assert "PublicIp" not in deleted["NatGatewayAddresses"][0]
    told = refused(ec2.describe_network_interfaces, NetworkInterfaceIds=[eni])
    assert told.startswith("InvalidNetworkInterfaceID.NotFound: "), told
    [known] = ec2.describe_addresses(AllocationIds=[eip])["Addresses"]
    assert "AssociationId" not in known
    told = refused(ec2.delete_nat_gateway, NatGatewayId=nat)
    assert told.startswith("NatGatewayNotFound: "), told


def test_a_private_nat_gateway_has_the_address_that_it_is_to_have(ec2, subnet):
    base = ipaddress.ip_network(subnet["CidrBlock"]).network_address
    private = str(base + 77)
    given = {"SubnetId": subnet["SubnetId"], "ConnectivityType": "private"}
    made = ec2.create_nat_gateway(**given, PrivateIpAddress=private)["NatGateway"]
    [shown] = made["NatGatewayAddresses"]
    assert (shown["PrivateIp"], "AllocationId" in shown) == (private, False)
    told = refused(ec2.create_nat_gateway, **given, PrivateIpAddress=private)
    assert told == f"InvalidIPAddress.InUse: Address {private} is in use."
    told = refused(ec2.create_nat_gateway, **given, PrivateIpAddress="10.9.9.9")
    assert told.startswith("InvalidParameterValue: "), told
    told = refused(ec2.create_nat_gateway, **given, PrivateIpAddress=str(base + 3))
    assert told.startswith("InvalidParameterValue: "), told
    nat = made["NatGatewayId"]
    ec2.create_tags(Resources=[nat], Tags=[{"Key": "a", "Value": "b"}])
    [tag] = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [nat]}])["Tags"]
    assert tag["ResourceType"] == "natgateway"
    ec2.delete_nat_gateway(NatGatewayId=nat)
    # Its address is free again.
    ec2.delete_nat_gateway(
        NatGatewayId=ec2.create_nat_gateway(**given, PrivateIpAddress=private)["NatGateway"][
            "NatGatewayId"
        ]
    )


def test_a_zone_has_so_many_nat_gateways(shared):
    client = shared.boto("ec2", region="ap-northeast-3")
    one, other, _ = (each["SubnetId"] for each in subnets(client))
    given = {"ConnectivityType": "private"}
    made = [client.create_nat_gateway(SubnetId=one, **given)["NatGateway"] for _ in range(5)]
    told = refused(client.create_nat_gateway, SubnetId=one, **given)
    assert told.startswith("NatGatewayLimitExceeded: "), told
    client.create_nat_gateway(SubnetId=other, **given)
    paginator = client.get_paginator("describe_nat_gateways")
    pages = [page["NatGateways"] for page in paginator.paginate(MaxResults=5)]
    assert [len(page) for page in pages] == [5, 1]
    client.delete_nat_gateway(NatGatewayId=made[0]["NatGatewayId"])
    client.create_nat_gateway(SubnetId=one, **given)


# -- refusals

REFUSED = {
    "an unknown gateway": (
        "delete_internet_gateway",
        {"InternetGatewayId": NO_GATEWAY},
        f"InvalidInternetGatewayID.NotFound: The internetGateway ID '{NO_GATEWAY}' does not exist",
    ),
    "no gateway": (
        "delete_internet_gateway",
        {"InternetGatewayId": "igw-x"},
        "InvalidInternetGatewayId.Malformed: ",
    ),
    "a gateway nowhere": (
        "attach_internet_gateway",
        {"InternetGatewayId": NO_GATEWAY, "VpcId": NO_VPC},
        "InvalidInternetGatewayID.NotFound: ",
    ),
    "tags of something else": (
        "create_internet_gateway",
        {"TagSpecifications": tagged("vpc", a="b")},
        "InvalidParameterValue: 'vpc' is not a valid taggable resource type",
    ),
    "a dry run of a gateway": ("create_internet_gateway", {"DryRun": True}, "DryRunOperation: "),
    "an unknown allocation": (
        "release_address",
        {"AllocationId": NO_ADDRESS},
        f"InvalidAllocationID.NotFound: The allocation ID '{NO_ADDRESS}' does not exist",
    ),
    "no allocation": ("release_address", {"AllocationId": "x"}, "InvalidAllocationID.NotFound: "),
    "nothing to release": ("release_address", {}, "MissingParameter: "),
    "an address by itself": (
        "release_address",
        {"PublicIp": "198.18.0.1"},
        "InvalidParameterValue: You must specify an allocation id",
    ),
    "an address beyond the range": (
        "allocate_address",
        {"Address": "203.0.113.5"},
        "InvalidAddress.NotFound: Address '203.0.113.5' not found.",
    ),
    "an address of nobody's kind": (
        "allocate_address",
        {"Address": "here"},
        "InvalidParameterValue: ",
    ),
    "a pool": (
        "allocate_address",
        {"PublicIpv4Pool": "ipv4pool-ec2-1"},
        "UnsupportedOperation: `PublicIpv4Pool` is not supported by Longshore yet",
    ),
    "a pool of a customer's": (
        "allocate_address",
        {"CustomerOwnedIpv4Pool": "ipv4pool-coip-1"},
        "UnsupportedOperation: `CustomerOwnedIpv4Pool`",
    ),
    "an IPAM's pool": (
        "allocate_address",
        {"IpamPoolId": "ipam-pool-1"},
        "UnsupportedOperation: `IpamPoolId`",
    ),
    "a classic address": (
        "allocate_address",
        {"Domain": "standard"},
        "UnsupportedOperation: `Domain standard`",
    ),
    "another border": (
        "allocate_address",
        {"NetworkBorderGroup": "us-west-2-lax-1"},
        "UnsupportedOperation: `NetworkBorderGroup`",
    ),
    "an instance": (
        "associate_address",
        {"AllocationId": NO_ADDRESS, "InstanceId": "i-0123456789abcdef0"},
        "UnsupportedOperation: `InstanceId` is not supported by Longshore yet",
    ),
    "nothing to associate with": (
        "associate_address",
        {"AllocationId": NO_ADDRESS},
        "MissingParameter: The request must contain the parameter NetworkInterfaceId",
    ),
    "no association": (
        "disassociate_address",
        {"AssociationId": "eipassoc-0123456789abcdef0"},
        "InvalidAssociationID.NotFound: ",
    ),
    "no attribute": (
        "describe_addresses_attribute",
        {"AllocationIds": []},
        "MissingParameter: ",
    ),
    "an attribute of nobody": (
        "describe_addresses_attribute",
        {"AllocationIds": [NO_ADDRESS], "Attribute": "domain-name"},
        "InvalidAllocationID.NotFound: ",
    ),
    "no NAT gateway": ("delete_nat_gateway", {"NatGatewayId": "nat-x"}, "NatGatewayMalformed: "),
    "an unknown NAT gateway": (
        "describe_nat_gateways",
        {"NatGatewayIds": [NO_NAT]},
        "NatGatewayNotFound: ",
    ),
    "a subnet of nobody": (
        "create_nat_gateway",
        {"SubnetId": NO_SUBNET, "ConnectivityType": "private"},
        "InvalidSubnetID.NotFound: ",
    ),
    "no subnet": (
        "create_nat_gateway",
        {"ConnectivityType": "private"},
        "MissingParameter: The request must contain the parameter SubnetId",
    ),
    "a regional gateway": (
        "create_nat_gateway",
        {"AvailabilityMode": "regional", "VpcId": NO_VPC},
        "UnsupportedOperation: `AvailabilityMode regional`",
    ),
    "secondary allocations": (
        "create_nat_gateway",
        {"SubnetId": NO_SUBNET, "SecondaryAllocationIds": [NO_ADDRESS]},
        "UnsupportedOperation: `SecondaryAllocationIds`",
    ),
    "secondary addresses": (
        "create_nat_gateway",
        {"SubnetId": NO_SUBNET, "SecondaryPrivateIpAddresses": ["10.0.0.5"]},
        "UnsupportedOperation: `SecondaryPrivateIpAddresses`",
    ),
    "a count of them": (
        "create_nat_gateway",
        {"SubnetId": NO_SUBNET, "SecondaryPrivateIpAddressCount": 2},
        "UnsupportedOperation: `SecondaryPrivateIpAddressCount`",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_of_gateways(ec2, case):
    operation, given, words = REFUSED[case]
    told = refused(getattr(ec2, operation), **given)
    assert told.startswith(words), told


def test_a_public_nat_gateway_needs_an_address(ec2, subnet, address):
    given = {"SubnetId": subnet["SubnetId"]}
    told = refused(ec2.create_nat_gateway, **given)
    assert told == "MissingParameter: The request must contain the parameter AllocationId"
    told = refused(ec2.create_nat_gateway, **given, AllocationId=NO_ADDRESS)
    assert told.startswith("InvalidAllocationID.NotFound: "), told
    told = refused(
        ec2.create_nat_gateway,
        **given,
        AllocationId=address["AllocationId"],
        ConnectivityType="private",
    )
    assert told.startswith("InvalidParameterCombination: "), told
