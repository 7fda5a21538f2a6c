"""Network ACLs and their entries, as the AWS CLI and boto3 make, find and delete them."""

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
