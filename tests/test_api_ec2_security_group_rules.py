"""Rules of security groups as boto3 adds, changes and takes them away; and refusals."""

import re

import pytest

from harness.ec2 import EVERYWHERE, UNKNOWN_GROUP, found_by, made, made_for, shown, tcp
from harness.refusals import refused

FULL = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": EVERYWHERE}]}]


@pytest.fixture(scope="module")
def ec2(shared):
    return shared.boto("ec2")


@pytest.fixture
def group(ec2, request):
    """A group of its own for each test, in the default VPC."""
    return made_for(ec2, request)


def rules(ec2, group, egress=False):
    """The rules of one direction as DescribeSecurityGroupRules has them, by id."""
    given = [{"Name": "group-id", "Values": [group]}]
    found = ec2.describe_security_group_rules(Filters=given)["SecurityGroupRules"]
    return {one["SecurityGroupRuleId"]: one for one in found if one["IsEgress"] == egress}


# -- rules added


def test_rules_are_added_in_every_form(ec2, group):
    other = made(ec2, "peer")
    prefix_list = ec2.create_managed_prefix_list(
        PrefixListName="peer", MaxEntries=2, AddressFamily="IPv4"
    )["PrefixList"]["PrefixListId"]
    permission = tcp(
        80,
        IpRanges=[{"CidrIp": "100.68.0.18/18", "Description": "canonical"}],
        Ipv6Ranges=[{"CidrIpv6": "2001:db8::1/64"}],
        PrefixListIds=[{"PrefixListId": prefix_list, "Description": "list"}],
        UserIdGroupPairs=[
            {"GroupId": group, "UserId": "000000000000"},
            {"GroupName": "peer", "Description": "group"},
        ],
    )
    answer = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[permission],
        TagSpecifications=[
            {"ResourceType": "security-group-rule", "Tags": [{"Key": "a", "Value": "1"}]}
        ],
    )
    assert answer["Return"] is True
    added = answer["SecurityGroupRules"]
    peers = ("CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo", "Description")
    assert [{name: one[name] for name in peers if name in one} for one in added] == [
        {"CidrIpv4": "100.68.0.0/18", "Description": "canonical"},
        {"CidrIpv6": "2001:db8::/64"},
        {"PrefixListId": prefix_list, "Description": "list"},
        {"ReferencedGroupInfo": {"GroupId": group, "UserId": "000000000000"}},
        {
            "ReferencedGroupInfo": {"GroupId": other, "UserId": "000000000000"},
            "Description": "group",
        },
    ]
    for one in added:
        id = one["SecurityGroupRuleId"]
        assert re.fullmatch("sgr-[0-9a-f]{17}", id)
        assert (one["GroupId"], one["IsEgress"], one["IpProtocol"]) == (group, False, "tcp")
        assert (one["FromPort"], one["ToPort"]) == (80, 80)
        assert one["Tags"] == [{"Key": "a", "Value": "1"}]
        assert one["SecurityGroupRuleArn"].endswith(f":security-group-rule/{id}")
    assert rules(ec2, group) == {one["SecurityGroupRuleId"]: one for one in added}
    [together] = shown(ec2, group)["IpPermissions"]
    assert together["IpRanges"] == [{"CidrIp": "100.68.0.0/18", "Description": "canonical"}]
    assert len(together["UserIdGroupPairs"]) == 2
    # What is shown can be taken as it is, as Terraform does.
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[together])
    assert rules(ec2, group) == {}


def test_rules_are_added_in_the_flat_form(ec2, group):
    name = shown(ec2, group)["GroupName"]
    ec2.authorize_security_group_ingress(
        GroupName=name, CidrIp="10.0.0.0/8", IpProtocol="udp", FromPort=53, ToPort=53
    )
    [rule] = rules(ec2, group).values()
    assert (rule["IpProtocol"], rule["FromPort"], rule["CidrIpv4"]) == ("udp", 53, "10.0.0.0/8")
    ec2.authorize_security_group_ingress(GroupId=group, SourceSecurityGroupName="default")
    kinds = {
        (one["IpProtocol"], one["FromPort"], one["ToPort"])
        for one in rules(ec2, group).values()
        if "ReferencedGroupInfo" in one
    }
    assert kinds == {("tcp", 0, 65535), ("udp", 0, 65535), ("icmp", -1, -1)}
    ec2.revoke_security_group_ingress(GroupId=group, SourceSecurityGroupName="default")
    ec2.revoke_security_group_ingress(
        GroupId=group, CidrIp="10.0.0.0/8", IpProtocol="17", FromPort=53, ToPort=53
    )
    assert rules(ec2, group) == {}
    told = refused(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        SourceSecurityGroupName="default",
        IpProtocol="tcp",
    )
    assert told.startswith("InvalidParameterCombination: "), told
    told = refused(
        ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=FULL, CidrIp=EVERYWHERE
    )
    assert told.startswith("InvalidParameterCombination: "), told
    told = refused(ec2.authorize_security_group_ingress, GroupId=group)
    assert told.startswith("MissingParameter: "), told
    for given in ({"CidrIp": EVERYWHERE}, {"SourceSecurityGroupName": "default"}):
        told = refused(ec2.authorize_security_group_egress, GroupId=group, **given)
        assert told.startswith(f"UnsupportedOperation: `{next(iter(given))}` is not"), told


def test_protocols_are_brought_to_one_form(ec2, group):
    any = (-1, -1)
    given = {"tcp": (1, 2), "17": (3, 4), "1": (8, -1), "58": any, "-1": (0, 0), "50": any}
    permissions = [
        {
            "IpProtocol": protocol,
            "FromPort": first,
            "ToPort": last,
            "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
        }
        for protocol, (first, last) in given.items()
    ]
    answer = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=permissions)
    kinds = [
        (one["IpProtocol"], one["FromPort"], one["ToPort"]) for one in answer["SecurityGroupRules"]
    ]
    assert kinds == [
        ("tcp", 1, 2),
        ("udp", 3, 4),
        ("icmp", 8, -1),
        ("icmpv6", -1, -1),
        ("-1", -1, -1),
        ("50", -1, -1),
    ]
    grouped = {one["IpProtocol"]: one for one in shown(ec2, group)["IpPermissionsEgress"]}
    assert "FromPort" not in grouped["-1"] and grouped["icmp"]["FromPort"] == 8


NO_RULE = {
    "no protocol": (
        {"IpRanges": [{"CidrIp": EVERYWHERE}]},
        "InvalidParameterValue: Invalid value 'null' for protocol.",
    ),
    "an unknown protocol": (
        {"IpProtocol": "tcpp", "IpRanges": [{"CidrIp": EVERYWHERE}]},
        "InvalidParameterValue: Invalid value 'tcpp' for IP protocol. Unknown protocol.",
    ),
    "no ports": (
        {"IpProtocol": "tcp", "IpRanges": [{"CidrIp": EVERYWHERE}]},
        "InvalidParameterValue: Invalid value for portRange. Must specify both from and to ports",
    ),
    "a port too high": (tcp(65536, EVERYWHERE), "InvalidParameterValue: TCP/UDP (from) port"),
    "ports backwards": (tcp(80, EVERYWHERE, to=79), "InvalidParameterValue: Invalid TCP/UDP port"),
    "ports of all protocols": (
        {**FULL[0], "FromPort": 80, "ToPort": 80},
        "UnsupportedOperation: a port range for a protocol other than TCP",
    ),
    "no peer": ({"IpProtocol": "-1"}, "InvalidParameterValue: Either a CIDR block"),
    "no range": (
        tcp(80, "10.0.0.0/33"),
        "InvalidParameterValue: CIDR block 10.0.0.0/33 is malformed",
    ),
    "IPv6 for IPv4": (tcp(80, "::/0"), "InvalidParameterValue: CIDR block ::/0 is malformed"),
    "no IPv6 range": (
        tcp(80, Ipv6Ranges=[{"CidrIpv6": "10.0.0.0/8"}]),
        "InvalidParameterValue: CIDR block 10.0.0.0/8 is malformed",
    ),
    "an unknown group": (
        tcp(80, UserIdGroupPairs=[{"GroupId": UNKNOWN_GROUP}]),
        f"InvalidGroup.NotFound: The security group '{UNKNOWN_GROUP}' does not exist",
    ),
    "a malformed group": (
        tcp(80, UserIdGroupPairs=[{"GroupId": "mine"}]),
        "InvalidGroupId.Malformed: ",
    ),
    "another account": (
        tcp(80, UserIdGroupPairs=[{"GroupId": UNKNOWN_GROUP, "UserId": "111111111111"}]),
        "UnsupportedOperation: `UserId of another account`",
    ),
    "a peering": (
        tcp(80, UserIdGroupPairs=[{"GroupId": UNKNOWN_GROUP, "VpcPeeringConnectionId": "pcx-1"}]),
        "UnsupportedOperation: `VpcPeeringConnectionId`",
    ),
    "an unknown list": (
        tcp(80, PrefixListIds=[{"PrefixListId": "pl-0123456789abcdef0"}]),
        "InvalidPrefixListID.NotFound: The prefix list ID 'pl-0123456789abcdef0' does not exist",
    ),
    "a bad description": (
        tcp(80, IpRanges=[{"CidrIp": EVERYWHERE, "Description": "a|b"}]),
        "InvalidParameterValue: Invalid rule description.",
    ),
    "twice": (
        tcp(80, "10.0.0.1/8", "10.0.0.0/8"),
        "InvalidParameterValue: The same permission must not appear multiple times",
    ),
}


@pytest.mark.parametrize("case", NO_RULE)
def test_what_is_no_rule(ec2, case):
    permission, words = NO_RULE[case]
    [default] = ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"]
    before = rules(ec2, default["GroupId"])
    for call in (ec2.authorize_security_group_ingress, ec2.authorize_security_group_egress):
        told = refused(call, GroupId=default["GroupId"], IpPermissions=[permission])
        assert told.startswith(words), told
    assert rules(ec2, default["GroupId"]) == before


def test_a_rule_is_there_once(ec2, group):
    call = ec2.authorize_security_group_ingress
    call(GroupId=group, IpPermissions=[tcp(80, "10.0.0.0/8")])
    again = [tcp(81, "10.0.0.0/8"), tcp(80, "10.9.9.9/8")]
    told = refused(call, GroupId=group, IpPermissions=again)
    assert told == (
        'InvalidPermission.Duplicate: the specified rule "peer: 10.0.0.0/8, TCP, from port: 80, '
        'to port: 80, ALLOW" already exists'
    )
    assert len(rules(ec2, group)) == 1
    told = refused(ec2.authorize_security_group_egress, GroupId=group, IpPermissions=FULL)
    assert told == (
        'InvalidPermission.Duplicate: the specified rule "peer: 0.0.0.0/0, ALL, ALLOW" already '
        "exists"
    )
    assert refused(call, GroupId=group, IpPermissions=FULL, DryRun=True).startswith("DryRun")
    told = refused(call, GroupId=UNKNOWN_GROUP, IpPermissions=FULL)
    assert told.startswith("InvalidGroup.NotFound: "), told


def test_a_group_has_sixty_rules_for_each_direction(ec2, group):
    call = ec2.authorize_security_group_ingress
    call(GroupId=group, IpPermissions=[tcp(80, *(f"10.{n}.0.0/16" for n in range(59)))])
    told = refused(call, GroupId=group, IpPermissions=[tcp(80, "10.59.0.0/16", "10.60.0.0/16")])
    words = "RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group"
    assert told.startswith(words), told
    sized = ec2.create_managed_prefix_list(
        PrefixListName="weight", MaxEntries=2, AddressFamily="IPv4"
    )["PrefixList"]["PrefixListId"]
    weighty = tcp(80, PrefixListIds=[{"PrefixListId": sized}])
    assert refused(call, GroupId=group, IpPermissions=[weighty]).startswith(words)
    ec2.modify_managed_prefix_list(PrefixListId=sized, MaxEntries=1)
    call(GroupId=group, IpPermissions=[weighty])
    told = refused(ec2.modify_managed_prefix_list, PrefixListId=sized, MaxEntries=2)
    assert told.startswith(words), told
    # Those for IPv6 and those of the other direction are counted apart.
    six = [{"CidrIpv6": f"2001:db8:{n}::/48"} for n in range(60)]
    call(GroupId=group, IpPermissions=[tcp(80, Ipv6Ranges=six)])
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[tcp(80, "10.0.0.0/8")])
    pair = tcp(81, UserIdGroupPairs=[{"GroupId": group}])
    assert refused(call, GroupId=group, IpPermissions=[pair]).startswith(words)


# -- rules taken away and changed


def test_rules_are_revoked_by_id(ec2, group):
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, "10.0.0.0/8")])
    [rule] = rules(ec2, group)
    [out] = rules(ec2, group, egress=True)
    for call, id in (
        (ec2.revoke_security_group_egress, rule),
        (ec2.revoke_security_group_ingress, out),
        (ec2.revoke_security_group_ingress, "sgr-0123456789abcdef0"),
    ):
        told = refused(call, GroupId=group, SecurityGroupRuleIds=[id])
        assert told == (
            "InvalidSecurityGroupRuleId.NotFound: The security group rule ID "
            f"'{id}' does not exist"
        )
    told = refused(ec2.revoke_security_group_ingress, GroupId=group, SecurityGroupRuleIds=["x"])
    assert told.startswith("InvalidSecurityGroupRuleId.Malformed: "), told
    answer = ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    assert answer["Return"] is True
    assert answer["RevokedSecurityGroupRules"] == [
        {
            "SecurityGroupRuleId": rule,
            "GroupId": group,
            "IsEgress": False,
            "IpProtocol": "tcp",
            "FromPort": 80,
            "ToPort": 80,
            "CidrIpv4": "10.0.0.0/8",
        }
    ]
    ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=[out])
    assert rules(ec2, group) == rules(ec2, group, egress=True) == {}
    told = refused(
        ec2.revoke_security_group_ingress,
        GroupId=group,
        SecurityGroupRuleIds=[rule],
        IpPermissions=FULL,
    )
    assert told.startswith("InvalidParameterCombination: "), told
    for call in (ec2.revoke_security_group_ingress, ec2.revoke_security_group_egress):
        assert refused(call, GroupId=group).startswith("MissingParameter: ")


def test_in_the_default_vpc_what_is_not_there_is_shown(ec2, group):
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, "10.0.0.0/8")])
    answer = ec2.revoke_security_group_ingress(
        GroupId=group, IpPermissions=[tcp(80, "10.0.0.0/8", "10.0.0.0/9")]
    )
    [unknown] = answer["UnknownIpPermissions"]
    assert unknown["IpRanges"] == [{"CidrIp": "10.0.0.0/9"}]
    assert len(answer["RevokedSecurityGroupRules"]) == 1
    assert rules(ec2, group) == {}


def test_rules_are_modified(ec2, group):
    added = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            tcp(80, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "old"}]),
            tcp(81, EVERYWHERE),
        ],
        TagSpecifications=[
            {"ResourceType": "security-group-rule", "Tags": [{"Key": "a", "Value": "1"}]}
        ],
    )["SecurityGroupRules"]
    one, two = (rule["SecurityGroupRuleId"] for rule in added)

    def modify(*updates):
        given = [
            {"SecurityGroupRuleId": id, "SecurityGroupRule": {"IpProtocol": "tcp", **rule}}
            for id, rule in updates
        ]
        return ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=given)

    swapped = (
        (one, {"FromPort": 81, "ToPort": 81, "CidrIpv4": EVERYWHERE}),
        (two, {"FromPort": 80, "ToPort": 80, "CidrIpv4": "10.0.0.0/8", "Description": "new"}),
    )
    assert modify(*swapped)["Return"] is True
    found = rules(ec2, group)
    assert (found[one]["FromPort"], found[one].get("Description")) == (81, None)
    assert (found[two]["CidrIpv4"], found[two]["Description"]) == ("10.0.0.0/8", "new")
    assert found[one]["Tags"] == found[two]["Tags"] == [{"Key": "a", "Value": "1"}]
    told = refused(modify, (one, {"FromPort": 80, "ToPort": 80, "CidrIpv4": "10.0.0.0/8"}))
    assert told.startswith("InvalidPermission.Duplicate: "), told
    told = refused(modify, (one, {"FromPort": 80, "ToPort": 80, "CidrIpv6": "::/0"}))
    assert told == (
        f"InvalidParameterValue: Invalid rule type for security group rule '{one}'. You may not "
        "specify CidrIpv6 for an existing IPv4 CIDR rule."
    )
    ports = {"FromPort": 80, "ToPort": 80}
    assert refused(modify, (one, ports)).startswith("MissingParameter: ")
    both = {**ports, "CidrIpv4": EVERYWHERE, "CidrIpv6": "::/0"}
    assert refused(modify, (one, both)).startswith("InvalidParameterCombination: ")
    told = refused(modify, ("sgr-0123456789abcdef0", {**ports, "CidrIpv4": EVERYWHERE}))
    assert told.startswith("InvalidSecurityGroupRuleId.NotFound: "), told
    told = refused(modify, swapped[0], swapped[0])
    assert told == "InvalidParameterValue: The same rule ID must not appear multiple times"


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_descriptions_of_rules(ec2, direction):
    group = made(ec2, f"described-{direction}")
    call = getattr(ec2, f"update_security_group_rule_descriptions_{direction}")
    authorize = getattr(ec2, f"authorize_security_group_{direction}")
    authorize(GroupId=group, IpPermissions=[tcp(80, "10.0.0.0/8")])

    def description():
        found = rules(ec2, group, egress=direction == "egress").values()
        [one] = [rule for rule in found if rule["FromPort"] == 80]
        return one["SecurityGroupRuleId"], one.get("Description")

    said = tcp(80, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "said"}])
    assert call(GroupId=group, IpPermissions=[said])["Return"] is True
    id, text = description()
    assert text == "said"
    by_id = [{"SecurityGroupRuleId": id, "Description": "by id"}]
    call(GroupName=f"described-{direction}", SecurityGroupRuleDescriptions=by_id)
    assert description() == (id, "by id")
    call(GroupId=group, IpPermissions=[tcp(80, "10.0.0.0/8")])
    assert description() == (id, None)
    told = refused(call, GroupId=group, IpPermissions=[tcp(81, "10.0.0.0/8")])
    assert told == (
        "InvalidPermission.NotFound: The specified rule does not exist in this security group."
    )
    unknown = [{"SecurityGroupRuleId": "sgr-0123456789abcdef0"}]
    told = refused(call, GroupId=group, SecurityGroupRuleDescriptions=unknown)
    assert told.startswith("InvalidSecurityGroupRuleId.NotFound: "), told
    assert refused(call, GroupId=group).startswith("MissingParameter: ")


def test_filters_and_tags_of_rules(ec2, group):
    answer = ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[tcp(80, "10.0.0.0/8", "10.0.0.0/9")]
    )
    one, two = (rule["SecurityGroupRuleId"] for rule in answer["SecurityGroupRules"])
    # A group and its rules in one request: all of them get it.
    ec2.create_tags(Resources=[group, one, two], Tags=[{"Key": "ruled", "Value": "1"}])
    ec2.create_tags(Resources=[two], Tags=[{"Key": "ruled", "Value": "2"}])
    found = found_by(ec2.describe_security_group_rules, "SecurityGroupRules", "SecurityGroupRuleId")
    assert found("tag:ruled", "1") == {one}
    assert found("tag-key", "ruled") == {one, two}
    assert found("security-group-rule-id", two) == {two}
    assert found("group-id", group) >= {one, two}
    assert shown(ec2, group)["Tags"] == [{"Key": "ruled", "Value": "1"}]
    told = ec2.describe_tags(Filters=[{"Name": "resource-type", "Values": ["security-group-rule"]}])
    assert {tag["ResourceId"]: tag["Value"] for tag in told["Tags"]}.items() >= {
        (one, "1"),
        (two, "2"),
    }
    ec2.delete_tags(Resources=[one, group], Tags=[{"Key": "ruled"}])
    assert found("tag-key", "ruled") == {two}
    assert shown(ec2, group)["Tags"] == []
    unknown = ["sgr-0123456789abcdef0"]
    told = refused(ec2.describe_security_group_rules, SecurityGroupRuleIds=unknown)
    assert told.startswith("InvalidSecurityGroupRuleId.NotFound: "), told
    told = refused(ec2.create_tags, Resources=["sgr-1"], Tags=[{"Key": "a", "Value": "b"}])
    assert told.startswith("InvalidSecurityGroupRuleId.Malformed: "), told
