"""Network interfaces, as EC2's clients see them."""

import ipaddress
import re

import pytest

from harness.refusals import refused

REGION = "sa-east-1"
NO_INTERFACE = "eni-0123456789abcdef0"
NO_SUBNET = "subnet-0123456789abcdef0"
NO_GROUP = "sg-0123456789abcdef0"


@pytest.fixture(scope="module")
def ec2(shared):
    return shared.boto("ec2", region=REGION)


@pytest.fixture(scope="module")
def subnet(ec2):
    shown = ec2.describe_subnets()["Subnets"]
    return min(shown, key=lambda one: one["AvailabilityZone"])


@pytest.fixture(scope="module")
def group(ec2):
    [default] = ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"]
    return default


@pytest.fixture
def interface(ec2, subnet):
    made = ec2.create_network_interface(SubnetId=subnet["SubnetId"])["NetworkInterface"]
    yield made
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])


@pytest.fixture(scope="module")
def balancer(shared):
    """The interfaces of a load balancer, which are the service's: one in each subnet."""
    elb, client = (shared.boto(name, region="eu-north-1") for name in ("elbv2", "ec2"))
    subnets = [one["SubnetId"] for one in client.describe_subnets()["Subnets"]]
    elb.create_load_balancer(Name="managed", Subnets=subnets)
    interfaces = client.describe_network_interfaces()["NetworkInterfaces"]
    assert sorted(each["SubnetId"] for each in interfaces) == sorted(subnets)
    return client, interfaces


def one(client, interface_id):
    shown = client.describe_network_interfaces(NetworkInterfaceIds=[interface_id])
    return shown["NetworkInterfaces"][0]


def test_the_life_of_an_interface(shared, ec2, subnet, group):
    def call(operation, *arguments, **named):
        return shared.aws("ec2", operation, *arguments, region=REGION, **named)

    private = str(ipaddress.ip_network(subnet["CidrBlock"]).network_address + 150)
    made = call(
        "create-network-interface",
        subnet_id=subnet["SubnetId"],
        description="mine",
        private_ip_address=private,
        groups=group["GroupId"],
        tag_specifications="ResourceType=network-interface,Tags=[{Key=Name,Value=mine}]",
    )["NetworkInterface"]
    eni = made["NetworkInterfaceId"]
    assert re.fullmatch("eni-[0-9a-f]{17}", eni)
    name = f"ip-{private.replace('.', '-')}.{REGION}.compute.internal"
    assert made == {
        "AvailabilityZone": subnet["AvailabilityZone"],
        "AvailabilityZoneId": subnet["AvailabilityZoneId"],
        "Description": "mine",
        "Groups": [{"GroupId": group["GroupId"], "GroupName": "default"}],
        "InterfaceType": "interface",
        "Ipv6Addresses": [],
        "MacAddress": made["MacAddress"],
        "NetworkInterfaceId": eni,
        "OwnerId": "000000000000",
        "PrivateDnsName": name,
        "PrivateIpAddress": private,
        "PrivateIpAddresses": [
            {"Primary": True, "PrivateDnsName": name, "PrivateIpAddress": private}
        ],
        "RequesterId": "000000000000",
        "RequesterManaged": False,
        "SourceDestCheck": True,
        "Status": "available",
        "SubnetId": subnet["SubnetId"],
        "TagSet": [{"Key": "Name", "Value": "mine"}],
        "VpcId": subnet["VpcId"],
    }
    ec2.get_waiter("network_interface_available").wait(NetworkInterfaceIds=[eni])
    available = one_subnet(ec2, subnet)["AvailableIpAddressCount"]
    call("modify-network-interface-attribute", network_interface_id=eni, description="Value=ours")
    shown = call(
        "describe-network-interface-attribute", network_interface_id=eni, attribute="description"
    )
    assert shown == {"NetworkInterfaceId": eni, "Description": {"Value": "ours"}}
    call("delete-network-interface", network_interface_id=eni)
    told = refused(ec2.describe_network_interfaces, NetworkInterfaceIds=[eni])
    assert told == (
        f"InvalidNetworkInterfaceID.NotFound: The networkInterface ID '{eni}' does not exist"
    )
    assert one_subnet(ec2, subnet)["AvailableIpAddressCount"] == available + 1


def one_subnet(client, subnet):
    [shown] = client.describe_subnets(SubnetIds=[subnet["SubnetId"]])["Subnets"]
    return shown


def test_every_filter_finds_an_interface(ec2, subnet, group):
    made = ec2.create_network_interface(
        SubnetId=subnet["SubnetId"],
        Description="found",
        TagSpecifications=[
            {"ResourceType": "network-interface", "Tags": [{"Key": "Role", "Value": "found"}]}
        ],
    )["NetworkInterface"]
    eni = made["NetworkInterfaceId"]
    address = ec2.allocate_address()
    public = address["PublicIp"]
    association = ec2.associate_address(
        AllocationId=address["AllocationId"], NetworkInterfaceId=eni
    )["AssociationId"]
    name = f"ec2-{public.replace('.', '-')}.{REGION}.compute.amazonaws.com"
    shown = one(ec2, eni)
    assert shown["Association"] == {
        "AllocationId": address["AllocationId"],
        "AssociationId": association,
        "IpOwnerId": "000000000000",
        "PublicDnsName": name,
        "PublicIp": public,
    }
    assert shown["PrivateIpAddresses"][0]["Association"] == shown["Association"]
    table = {
        "addresses.association.owner-id": "000000000000",
        "addresses.association.public-ip": public,
        "addresses.primary": "true",
        "addresses.private-ip-address": made["PrivateIpAddress"],
        "association.allocation-id": address["AllocationId"],
        "association.association-id": association,
        "association.ip-owner-id": "000000000000",
        "association.public-dns-name": name,
        "association.public-ip": public,
        "availability-zone": subnet["AvailabilityZone"],
        "availability-zone-id": subnet["AvailabilityZoneId"],
        "description": "found",
        "group-id": group["GroupId"],
        "group-name": "default",
        "interface-type": "interface",
        "mac-address": made["MacAddress"],
        "network-interface-id": eni,
        "operator.managed": "false",
        "owner-id": "000000000000",
        "private-dns-name": made["PrivateDnsName"],
        "private-ip-address": made["PrivateIpAddress"],
        "requester-id": "000000000000",
        "requester-managed": "false",
        "source-dest-check": "true",
        "status": "available",
        "subnet-id": subnet["SubnetId"],
        "tag:Role": "found",
        "tag-key": "Role",
        "vpc-id": subnet["VpcId"],
    }
    for filter_name, value in table.items():
        assert eni in found(ec2, filter_name, value), filter_name
        assert found(ec2, filter_name, "no-such-value") == [], filter_name
    without = ("attachment.instance-id", "ipv6-addresses.ipv6-address", "operator.principal")
    for filter_name in without:
        assert found(ec2, filter_name, "*") == []
    # What is deleted leaves the address to the account.
    ec2.delete_network_interface(NetworkInterfaceId=eni)
    [known] = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"]
    assert "NetworkInterfaceId" not in known
    ec2.release_address(AllocationId=address["AllocationId"])


def found(client, name, value):
    given = [{"Name": name, "Values": [value]}]
    shown = client.describe_network_interfaces(Filters=given)["NetworkInterfaces"]
    return [each["NetworkInterfaceId"] for each in shown]


def test_what_a_service_holds_is_the_services(balancer):
    client, interfaces = balancer
    interface = interfaces[0]
    eni = interface["NetworkInterfaceId"]
    all_of_them = sorted(each["NetworkInterfaceId"] for each in interfaces)
    attachment = interface["Attachment"]
    assert (interface["Status"], interface["RequesterManaged"]) == ("in-use", True)
    assert (attachment["InstanceOwnerId"], attachment["Status"]) == ("amazon-elb", "attached")
    attached_at = attachment["AttachTime"].strftime("%Y-%m-%dT%H:%M:%S*")
    table = {
        "attachment.attach-time": attached_at,
        "attachment.delete-on-termination": "false",
        "attachment.device-index": "1",
        "attachment.instance-owner-id": "amazon-elb",
        "attachment.status": "attached",
        "requester-managed": "true",
        "status": "in-use",
    }
    for filter_name, value in table.items():
        assert sorted(found(client, filter_name, value)) == all_of_them, filter_name
    assert found(client, "attachment.attachment-id", attachment["AttachmentId"]) == [eni]
    told = refused(client.delete_network_interface, NetworkInterfaceId=eni)
    assert told == f"InvalidParameterValue: Network interface '{eni}' is currently in use."
    description = {"Description": {"Value": "mine"}}
    told = refused(
        client.modify_network_interface_attribute, NetworkInterfaceId=eni, **description
    )
    assert told.startswith("OperationNotPermitted: "), told
    told = refused(
        client.detach_network_interface, AttachmentId=attachment["AttachmentId"]
    )
    assert told == (
        "OperationNotPermitted: You are not allowed to manage 'ela-attach' attachments."
    )
    address = client.allocate_address()["AllocationId"]
    told = refused(client.associate_address, AllocationId=address, NetworkInterfaceId=eni)
    assert told.startswith("OperationNotPermitted: "), told
    client.release_address(AllocationId=address)
    shown = client.describe_network_interface_attribute(
        NetworkInterfaceId=eni, Attribute="attachment"
    )
    assert shown["Attachment"] == attachment


def test_attributes_are_shown_and_changed_one_at_a_time(ec2, interface, group):
    eni = {"NetworkInterfaceId": interface["NetworkInterfaceId"]}
    change = ec2.modify_network_interface_attribute

    def shown(attribute):
        return ec2.describe_network_interface_attribute(**eni, Attribute=attribute)

    change(**eni, Groups=[group["GroupId"]])
    assert shown("groupSet")["Groups"] == [
        {"GroupId": group["GroupId"], "GroupName": "default"}
    ]
    assert shown("sourceDestCheck")["SourceDestCheck"] == {"Value": True}
    assert shown("associatePublicIpAddress")["AssociatePublicIpAddress"] is False
    assert "Attachment" not in shown("attachment")
    # What it is already may be said.
    change(**eni, SourceDestCheck={"Value": True})
    told = refused(change, **eni, SourceDestCheck={"Value": False})
    assert told == (
        "UnsupportedOperation: `SourceDestCheck false` is not supported by Longshore yet"
    )
    told = refused(change, **eni, Groups=[group["GroupId"]], Description={"Value": "x"})
    assert told.startswith("InvalidParameterCombination: "), told
    assert refused(change, **eni).startswith("MissingParameter: ")
    assert refused(change, **eni, Groups=[NO_GROUP]).startswith("InvalidGroup.NotFound: ")
    told = refused(ec2.describe_network_interface_attribute, **eni)
    assert told.startswith("MissingParameter: "), told


def test_a_request_that_is_sent_again_makes_one_interface(ec2, subnet):
    given = {"SubnetId": subnet["SubnetId"], "ClientToken": "only-once"}
    first = ec2.create_network_interface(**given)
    assert first["ClientToken"] == "only-once"
    again = ec2.create_network_interface(**given)
    assert again["NetworkInterface"] == first["NetworkInterface"]
    told = refused(ec2.create_network_interface, **given, Description="other")
    assert told.startswith("IdempotentParameterMismatch: "), told
    ec2.delete_network_interface(
        NetworkInterfaceId=first["NetworkInterface"]["NetworkInterfaceId"]
    )


def test_pages_and_tags_of_interfaces(shared):
    client = shared.boto("ec2", region="ap-southeast-1")
    subnet = client.describe_subnets()["Subnets"][0]["SubnetId"]
    made = [
        client.create_network_interface(SubnetId=subnet)["NetworkInterface"] for _ in range(7)
    ]
    assert len({each["PrivateIpAddress"] for each in made}) == 7
    assert len({each["MacAddress"] for each in made}) == 7
    paginator = client.get_paginator("describe_network_interfaces")
    pages = [page["NetworkInterfaces"] for page in paginator.paginate(MaxResults=5)]
    assert [len(page) for page in pages] == [5, 2]
    eni = made[0]["NetworkInterfaceId"]
    client.create_tags(Resources=[eni], Tags=[{"Key": "a", "Value": "b"}])
    assert one(client, eni)["TagSet"] == [{"Key": "a", "Value": "b"}]
    [tag] = client.describe_tags()["Tags"]
    assert (tag["ResourceId"], tag["ResourceType"]) == (eni, "network-interface")
    client.delete_tags(Resources=[eni], Tags=[{"Key": "a"}])
    assert one(client, eni)["TagSet"] == []


UNSUPPORTED = {
    "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.0.0/28"}],
    "Ipv4PrefixCount": 1,
    "Ipv6Prefixes": [{"Ipv6Prefix": "2001:db8::/80"}],
    "Ipv6PrefixCount": 1,
    "Ipv6Addresses": [{"Ipv6Address": "2001:db8::1"}],
    "Ipv6AddressCount": 1,
    "SecondaryPrivateIpAddressCount": 1,
    "InterfaceType": "efa",
    "EnablePrimaryIpv6": True,
    "ConnectionTrackingSpecification": {"TcpEstablishedTimeout": 60},
    "PrivateIpAddresses": [
        {"PrivateIpAddress": "172.31.0.20", "Primary": True},
        {"PrivateIpAddress": "172.31.0.21", "Primary": False},
    ],
}


@pytest.mark.parametrize("member", UNSUPPORTED)
def test_members_that_are_refused_by_name(ec2, subnet, member):
    given = {"SubnetId": subnet["SubnetId"], member: UNSUPPORTED[member]}
    told = refused(ec2.create_network_interface, **given)
    assert told.startswith(f"UnsupportedOperation: `{member}`"), told


REFUSED = {
    "no interface": (
        "delete_network_interface",
        {"NetworkInterfaceId": "eni-x"},
        "InvalidNetworkInterfaceId.Malformed: ",
    ),
    "an unknown interface": (
        "delete_network_interface",
        {"NetworkInterfaceId": NO_INTERFACE},
        "InvalidNetworkInterfaceID.NotFound: ",
    ),
    "an unknown subnet": (
        "create_network_interface",
        {"SubnetId": NO_SUBNET},
        "InvalidSubnetID.NotFound: ",
    ),
    "a dry run": (
        "create_network_interface",
        {"SubnetId": NO_SUBNET, "DryRun": True},
        "DryRunOperation: ",
    ),
    "no attachment": (
        "detach_network_interface",
        {"AttachmentId": "eni-attach-x"},
        "InvalidNetworkInterfaceAttachmentId.Malformed: ",
    ),
    "an unknown attachment": (
        "detach_network_interface",
        {"AttachmentId": "eni-attach-0123456789abcdef0"},
        "InvalidAttachmentID.NotFound: ",
    ),
    "an unknown filter": (
        "describe_network_interfaces",
        {"Filters": [{"Name": "no-such-filter", "Values": ["x"]}]},
        "InvalidParameterValue: The filter 'no-such-filter' is invalid",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_of_interfaces(ec2, case):
    operation, given, words = REFUSED[case]
    told = refused(getattr(ec2, operation), **given)
    assert told.startswith(words), told


def test_there_is_no_instance_to_attach_to(ec2, interface):
    given = {"NetworkInterfaceId": interface["NetworkInterfaceId"], "DeviceIndex": 1}
    attach = ec2.attach_network_interface
    told = refused(attach, **given, InstanceId="i-0123456789abcdef0")
    assert told == (
        "InvalidInstanceID.NotFound: The instance ID 'i-0123456789abcdef0' does not exist"
    )
    told = refused(attach, **given, InstanceId="x")
    assert told.startswith("InvalidInstanceID.Malformed: "), told


def test_addresses_and_groups_that_an_interface_cannot_have(ec2, subnet, interface):
    base = ipaddress.ip_network(subnet["CidrBlock"])
    create = ec2.create_network_interface
    given = {"SubnetId": subnet["SubnetId"]}
    held = interface["PrivateIpAddress"]
    told = refused(create, **given, PrivateIpAddress=held)
    assert told == f"InvalidIPAddress.InUse: Address {held} is in use."
    reserved = [base.network_address + 3, base.broadcast_address]
    for address in ["10.9.9.9", "here", *map(str, reserved)]:
        told = refused(create, **given, PrivateIpAddress=address)
        assert told.startswith("InvalidParameterValue: "), told
    assert refused(create, **given, Groups=[NO_GROUP]).startswith("InvalidGroup.NotFound: ")
    listed = str(base.network_address + 151)
    made = create(**given, PrivateIpAddresses=[{"PrivateIpAddress": listed, "Primary": True}])
    assert made["NetworkInterface"]["PrivateIpAddress"] == listed
    ec2.delete_network_interface(
        NetworkInterfaceId=made["NetworkInterface"]["NetworkInterfaceId"]
    )
