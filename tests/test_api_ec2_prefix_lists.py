"""Managed prefix lists through the real clients: versions, and the rules that refer to them."""

import re

import pytest

from harness.ec2 import found_by, made, made_for, tcp
from harness.refusals import refused


@pytest.fixture(scope="module")
def ec2(shared):
    return shared.boto("ec2")


@pytest.fixture
def group(ec2, request):
    """A group of its own for each test, in the default VPC."""
    return made_for(ec2, request)


def listed(ec2, name, *ranges, **more):
    given = {
        "PrefixListName": name,
        "MaxEntries": 10,
        "AddressFamily": "IPv4",
        "Entries": [{"Cidr": one} for one in ranges],
        **more,
    }
    return ec2.create_managed_prefix_list(**given)["PrefixList"]


def entries(ec2, prefix_list, **more):
    given = {"PrefixListId": prefix_list, **more}
    return [one["Cidr"] for one in ec2.get_managed_prefix_list_entries(**given)["Entries"]]


def test_the_life_of_a_prefix_list(shared):
    def call(operation, *arguments, **named):
        return shared.aws("ec2", operation, *arguments, **named)

    made = call(
        "create-managed-prefix-list",
        "--tag-specifications",
        "ResourceType=prefix-list,Tags=[{Key=a,Value=1}]",
        prefix_list_name="offices",
        address_family="IPv4",
        max_entries=5,
        entries=[{"Cidr": "10.0.0.0/16", "Description": "one"}, {"Cidr": "10.1.0.0/16"}],
    )["PrefixList"]
    id = made["PrefixListId"]
    assert re.fullmatch("pl-[0-9a-f]{17}", id)
    assert made == {
        "PrefixListId": id,
        "AddressFamily": "IPv4",
        "State": "create-complete",
        "PrefixListArn": f"arn:aws:ec2:us-east-1:000000000000:prefix-list/{id}",
        "PrefixListName": "offices",
        "MaxEntries": 5,
        "Version": 1,
        "Tags": [{"Key": "a", "Value": "1"}],
        "OwnerId": "000000000000",
    }
    assert call("describe-managed-prefix-lists", prefix_list_ids=id)["PrefixLists"] == [made]
    assert call("get-managed-prefix-list-entries", prefix_list_id=id)["Entries"] == [
        {"Cidr": "10.0.0.0/16", "Description": "one"},
        {"Cidr": "10.1.0.0/16"},
    ]
    changed = call(
        "modify-managed-prefix-list",
        prefix_list_id=id,
        current_version=1,
        add_entries="Cidr=10.2.0.0/16",
        remove_entries="Cidr=10.0.0.0/16",
    )["PrefixList"]
    assert (changed["State"], changed["Version"]) == ("modify-complete", 2)
    restored = call(
        "restore-managed-prefix-list-version",
        prefix_list_id=id,
        previous_version=1,
        current_version=2,
    )["PrefixList"]
    assert (restored["State"], restored["Version"]) == ("restore-complete", 3)
    assert call("delete-managed-prefix-list", prefix_list_id=id)["PrefixList"]["State"] == (
        "delete-complete"
    )
    told = refused(call, "describe-managed-prefix-lists", prefix_list_ids=id)
    assert told == f"InvalidPrefixListID.NotFound: The prefix list ID '{id}' does not exist"


def test_versions_of_a_prefix_list(ec2):
    id = listed(ec2, "versions", "10.0.0.0/16")["PrefixListId"]

    def modify(**more):
        return ec2.modify_managed_prefix_list(PrefixListId=id, **more)["PrefixList"]

    modify(CurrentVersion=1, AddEntries=[{"Cidr": "10.1.0.0/16"}])
    # A name or a size makes no version, and is a modification all the same.
    changed = modify(CurrentVersion=2, PrefixListName="renamed")
    assert (changed["PrefixListName"], changed["Version"]) == ("renamed", 2)
    assert (changed["State"], modify(MaxEntries=2)["MaxEntries"]) == ("modify-complete", 2)
    assert entries(ec2, id, TargetVersion=1) == ["10.0.0.0/16"]
    assert entries(ec2, id, TargetVersion=2) == entries(ec2, id) == ["10.0.0.0/16", "10.1.0.0/16"]
    told = refused(modify, CurrentVersion=1, AddEntries=[{"Cidr": "10.2.0.0/16"}])
    mismatch = "PrefixListVersionMismatch: The prefix list has the incorrect version number."
    assert told == mismatch
    told = refused(modify, CurrentVersion=2, AddEntries=[{"Cidr": "10.2.0.0/16"}])
    assert told.startswith("PrefixListMaxEntriesExceeded: "), told
    assert refused(modify, MaxEntries=1).startswith("PrefixListMaxEntriesExceeded: ")
    both = {"AddEntries": [{"Cidr": "10.3.0.0/16"}], "RemoveEntries": [{"Cidr": "10.3.0.0/16"}]}
    assert refused(modify, **both) == (
        "InvalidParameterValue: Request cannot contain Cidr 10.3.0.0/16 in both "
        "AddPrefixListEntries and RemovePrefixListEntries"
    )
    told = refused(modify, MaxEntries=9, RemoveEntries=[{"Cidr": "10.1.0.0/16"}])
    assert told.startswith("InvalidParameterCombination: "), told
    told = refused(modify, RemoveEntries=[{"Cidr": "10.9.0.0/16"}])
    assert told.startswith("InvalidPrefixListModification: "), told
    told = refused(modify, AddEntries=[{"Cidr": "10.1.0.0/16"}])
    assert told.startswith("InvalidRequest: "), told
    assert refused(modify).startswith("InvalidRequest: ")
    told = refused(modify, PrefixListName="a", IpamPrefixListResolverSyncEnabled=True)
    assert told.startswith("UnsupportedOperation: `IpamPrefixListResolverSyncEnabled`"), told
    restore = ec2.restore_managed_prefix_list_version
    told = refused(restore, PrefixListId=id, PreviousVersion=1, CurrentVersion=1)
    assert told == mismatch
    told = refused(restore, PrefixListId=id, PreviousVersion=7, CurrentVersion=2)
    assert told.startswith("InvalidParameterValue: The version 7 "), told
    told = refused(entries, ec2, id, TargetVersion=7)
    assert told.startswith("InvalidParameterValue: The version 7 "), told


def test_filters_tags_and_pages_of_prefix_lists(ec2):
    one = listed(ec2, "found-one")["PrefixListId"]
    two = listed(ec2, "found-two")["PrefixListId"]
    ec2.create_tags(Resources=[one], Tags=[{"Key": "listed", "Value": "1"}])
    found = found_by(ec2.describe_managed_prefix_lists, "PrefixLists", "PrefixListId")
    assert found("prefix-list-name", "found-*") == {one, two}
    assert found("prefix-list-id", two) == {two}
    assert found("tag:listed", "1") == found("tag-key", "listed") == {one}
    assert {one, two} <= found("owner-id", "000000000000")
    assert found("owner-id", "AWS") == set()
    assert refused(found, "state", "x").startswith("InvalidParameterValue: The filter 'state'")
    tags = ec2.describe_tags(Filters=[{"Name": "resource-type", "Values": ["prefix-list"]}])["Tags"]
    assert (one, "1") in {(tag["ResourceId"], tag["Value"]) for tag in tags}
    ec2.delete_tags(Resources=[one], Tags=[{"Key": "listed"}])
    assert found("tag-key", "listed") == set()
    given = {"Filters": [{"Name": "prefix-list-name", "Values": ["found-*"]}]}
    asked = ec2.get_paginator("describe_managed_prefix_lists")
    pages = list(asked.paginate(**given, PaginationConfig={"PageSize": 1}))
    assert [len(page["PrefixLists"]) for page in pages] == [1, 1]
    ranges = ["2.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "9.0.0.0/8", "100.0.0.0/8"]
    many = listed(ec2, "many", *ranges)["PrefixListId"]
    asked = ec2.get_paginator("get_managed_prefix_list_entries")
    pages = asked.paginate(PrefixListId=many, PaginationConfig={"PageSize": 2})
    shown = [[entry["Cidr"] for entry in page["Entries"]] for page in pages]
    assert [len(page) for page in shown] == [2, 2, 1]
    assert sorted(sum(shown, [])) == sorted(ranges)


def test_a_list_that_a_rule_refers_to_is_deleted_after_it(ec2, group):
    id = listed(ec2, "referred", "10.0.0.0/8")["PrefixListId"]
    permission = tcp(80, PrefixListIds=[{"PrefixListId": id}])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    answer = ec2.get_managed_prefix_list_associations(PrefixListId=id)
    assert answer["PrefixListAssociations"] == [
        {"ResourceId": group, "ResourceOwner": "000000000000"}
    ]
    told = refused(ec2.delete_managed_prefix_list, PrefixListId=id)
    assert told.startswith("DependencyViolation: "), told
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission])
    ec2.delete_managed_prefix_list(PrefixListId=id)
    told = refused(ec2.get_managed_prefix_list_associations, PrefixListId=id)
    assert told.startswith("InvalidPrefixListID.NotFound: "), told


def test_a_prefix_list_is_made_once_for_a_token(ec2):
    one = listed(ec2, "once", ClientToken="once")
    assert listed(ec2, "once", ClientToken="once") == one
    told = refused(listed, ec2, "twice", ClientToken="once")
    assert told.startswith("IdempotentParameterMismatch: "), told


NO_LIST = {
    "IPv6": ({"AddressFamily": "IPv6"}, "UnsupportedOperation: `AddressFamily` IPv6"),
    "a strange family": ({"AddressFamily": "IPv5"}, "InvalidParameterValue: Value (IPv5)"),
    "AWS's name": ({"PrefixListName": "com.amazonaws.mine"}, "InvalidParameterValue: Value (com"),
    "a long name": ({"PrefixListName": "a" * 256}, "InvalidParameterValue: Value (a"),
    "no room": ({"MaxEntries": 0}, "InvalidParameterValue: Value (0) for parameter MaxEntries"),
    "too big": ({"MaxEntries": 1001}, "InvalidParameterValue: Value (1001)"),
    "too many": (
        {"MaxEntries": 1, "Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "11.0.0.0/8"}]},
        "PrefixListMaxEntriesExceeded: ",
    ),
    "one twice": (
        {"Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "10.1.0.0/8"}]},
        "InvalidParameterValue: Request contains duplicate Cidr 10.0.0.0/8",
    ),
    "no range": ({"Entries": [{"Cidr": "10.0.0.0"}]}, "InvalidParameterValue: CIDR block 10.0.0.0"),
    "a long description": (
        {"Entries": [{"Cidr": "10.0.0.0/8", "Description": "a" * 256}]},
        "InvalidParameterValue: The description of entry 10.0.0.0/8",
    ),
    "a dry run": ({"DryRun": True}, "DryRunOperation: "),
}


@pytest.mark.parametrize("case", NO_LIST)
def test_what_is_no_prefix_list(ec2, case):
    given, words = NO_LIST[case]
    told = refused(listed, ec2, "never", **given)
    assert told.startswith(words), told


def test_a_region_has_a_hundred_prefix_lists(shared):
    ec2 = shared.boto("ec2", region="eu-north-1")
    for number in range(100):
        listed(ec2, f"list-{number}")
    told = refused(listed, ec2, "one-more")
    assert told.startswith("PrefixListLimitExceeded: "), told


def test_aws_has_no_prefix_lists_here(ec2):
    assert ec2.describe_prefix_lists()["PrefixLists"] == []
    found = found_by(ec2.describe_prefix_lists, "PrefixLists", "PrefixListId")
    assert found("prefix-list-name", "com.amazonaws.*") == found("prefix-list-id", "*") == set()
    told = refused(ec2.describe_prefix_lists, PrefixListIds=["pl-0123456789abcdef0"])
    assert told.startswith("InvalidPrefixListID.NotFound: "), told
    told = refused(ec2.describe_managed_prefix_lists, PrefixListIds=["x"])
    assert told.startswith("InvalidPrefixListId.Malformed: "), told
