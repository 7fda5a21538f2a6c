"""Users, groups and access keys of IAM as boto3 and the AWS CLI see them."""

import datetime
import re

import pytest

from harness.iam import ACCOUNT, ROOT, arn, document, pages
from harness.refusals import refused


@pytest.fixture(scope="module")
def iam(shared):
    return shared.boto("iam")


def user(iam, name, **more):
    return iam.create_user(UserName=name, **more)["User"]


def group(iam, name, *members, **more):
    made = iam.create_group(GroupName=name, **more)["Group"]
    for member in members:
        iam.add_user_to_group(GroupName=name, UserName=member)
    return made


def names(found):
    return [one["UserName"] for one in found]


NO_USER = "NoSuchEntity: The user with name none cannot be found."
NO_GROUP = "NoSuchEntity: The group with name none cannot be found."


# -- the CLI


def test_the_life_of_a_user(shared):
    def call(operation, **named):
        return shared.aws("iam", operation, **named)

    made = call("create-user", user_name="cli", path="/team/", tags="Key=a,Value=1")["User"]
    assert made["Arn"] == arn("user", "cli", "/team/")
    call("create-group", group_name="cli-group")
    call("add-user-to-group", group_name="cli-group", user_name="cli")
    key = call("create-access-key", user_name="cli")["AccessKey"]
    assert (len(key["AccessKeyId"]), len(key["SecretAccessKey"])) == (20, 40)
    [shown] = call("list-access-keys", user_name="cli")["AccessKeyMetadata"]
    assert "SecretAccessKey" not in shown
    told = refused(shared.aws, "iam", "delete-user", user_name="cli")
    assert told == "DeleteConflict: Cannot delete entity, must delete access keys first."
    call("delete-access-key", user_name="cli", access_key_id=key["AccessKeyId"])
    call("remove-user-from-group", group_name="cli-group", user_name="cli")
    call("delete-user", user_name="cli")
    call("delete-group", group_name="cli-group")
    assert refused(shared.aws, "iam", "get-user", user_name="cli").startswith("NoSuchEntity: ")


# -- users


def test_a_user_is_shown_as_it_was_made(iam):
    made = user(iam, "whole", Path="/a/b/", Tags=[{"Key": "Team", "Value": "x"}])
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", made["UserId"])
    now = datetime.datetime.now(datetime.timezone.utc)
    assert abs(made["CreateDate"] - now) < datetime.timedelta(minutes=5)
    assert made["Tags"] == [{"Key": "Team", "Value": "x"}]
    shown = iam.get_user(UserName="whole")["User"]
    assert shown == made
    [listed] = iam.list_users(PathPrefix="/a/b/")["Users"]
    del made["Tags"]
    assert listed == made


def test_the_root_is_shown_to_itself(iam):
    shown = iam.get_user()["User"]
    assert (shown["Arn"], shown["UserId"]) == (ROOT, ACCOUNT)
    [key] = iam.list_access_keys()["AccessKeyMetadata"]
    assert key["Status"] == "Active"
    assert "`UserName` is required" in refused(iam.create_access_key)


def test_names_are_unique_without_regard_to_case_and_found_with_it(iam):
    user(iam, "Case")
    told = refused(iam.create_user, UserName="cASE")
    assert told == "EntityAlreadyExists: User with name Case already exists."
    told = refused(iam.get_user, UserName="case")
    assert told == "NoSuchEntity: The user with name case cannot be found."
    group(iam, "Case")
    told = refused(iam.create_group, GroupName="case")
    assert told == "EntityAlreadyExists: Group with name Case already exists."


def test_what_is_no_name_or_path_is_refused(iam):
    for given in ({"UserName": "a b"}, {"UserName": "a" * 65}, {"UserName": "x", "Path": "x/"}):
        assert refused(iam.create_user, **given).startswith("ValidationError: ")


def test_whoever_is_not_there_is_refused(iam):
    assert refused(iam.update_user, UserName="none") == NO_USER
    assert refused(iam.delete_user, UserName="none") == NO_USER
    assert refused(iam.create_access_key, UserName="none") == NO_USER
    assert refused(iam.list_access_keys, UserName="none") == NO_USER
    assert refused(iam.list_groups_for_user, UserName="none") == NO_USER
    assert refused(iam.get_group, GroupName="none") == NO_GROUP
    assert refused(iam.update_group, GroupName="none") == NO_GROUP
    assert refused(iam.delete_group, GroupName="none") == NO_GROUP
    assert refused(iam.add_user_to_group, GroupName="none", UserName="none") == NO_GROUP
    group(iam, "somebody")
    assert refused(iam.add_user_to_group, GroupName="somebody", UserName="none") == NO_USER
    assert refused(iam.remove_user_from_group, GroupName="somebody", UserName="none") == NO_USER


def test_a_user_that_gets_another_name_keeps_what_it_has(iam):
    made = user(iam, "before", Path="/old/")
    group(iam, "movers", "before")
    key = iam.create_access_key(UserName="before")["AccessKey"]["AccessKeyId"]
    iam.put_user_policy(UserName="before", PolicyName="p", PolicyDocument=document())
    user(iam, "taken")
    told = refused(iam.update_user, UserName="before", NewUserName="Taken")
    assert told == "EntityAlreadyExists: User with name taken already exists."
    iam.update_user(UserName="before", NewUserName="after", NewPath="/new/")
    shown = iam.get_user(UserName="after")["User"]
    assert (shown["UserId"], shown["Arn"]) == (made["UserId"], arn("user", "after", "/new/"))
    [listed] = iam.list_access_keys(UserName="after")["AccessKeyMetadata"]
    assert (listed["AccessKeyId"], listed["UserName"]) == (key, "after")
    assert iam.list_user_policies(UserName="after")["PolicyNames"] == ["p"]
    assert names(iam.get_group(GroupName="movers")["Users"]) == ["after"]
    assert refused(iam.get_user, UserName="before").startswith("NoSuchEntity: ")
    iam.update_user(UserName="after", NewUserName="AFTER")
    assert iam.get_user(UserName="AFTER")["User"]["UserId"] == made["UserId"]


def test_a_user_is_deleted_last(iam):
    user(iam, "last")
    group(iam, "last-group", "last")
    iam.put_user_policy(UserName="last", PolicyName="p", PolicyDocument=document())
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.attach_user_policy(UserName="last", PolicyArn=policy)
    key = iam.create_access_key(UserName="last")["AccessKey"]["AccessKeyId"]

    def told():
        return refused(iam.delete_user, UserName="last").removeprefix("DeleteConflict: ")

    assert told() == "Cannot delete entity, must delete access keys first."
    iam.delete_access_key(UserName="last", AccessKeyId=key)
    assert told() == "Cannot delete entity, must detach all policies first."
    iam.detach_user_policy(UserName="last", PolicyArn=policy)
    assert told() == "Cannot delete entity, must delete policies first."
    iam.delete_user_policy(UserName="last", PolicyName="p")
    assert told() == "Cannot delete entity, must remove users from group first."
    told = refused(iam.delete_group, GroupName="last-group")
    assert told == "DeleteConflict: Cannot delete entity, must remove users from group first."
    iam.remove_user_from_group(GroupName="last-group", UserName="last")
    iam.delete_user(UserName="last")
    iam.delete_group(GroupName="last-group")


def test_users_and_groups_are_listed_in_pages(iam):
    made = [f"page-{number}" for number in range(5)]
    for name in made:
        user(iam, name, Path="/page/")
        group(iam, name, Path="/page/")
    found = pages(iam.list_users, "Users", PathPrefix="/page/", MaxItems=2)
    assert [names(page) for page in found] == [made[:2], made[2:4], made[4:]]
    found = pages(iam.list_groups, "Groups", PathPrefix="/page/", MaxItems=3)
    assert [[one["GroupName"] for one in page] for page in found] == [made[:3], made[3:]]
    group(iam, "page-all", *made)
    found = pages(iam.get_group, "Users", GroupName="page-all", MaxItems=4)
    assert [names(page) for page in found] == [made[:4], made[4:]]
    told = refused(iam.list_users, Marker="x")
    assert told == "ValidationError: The marker is not one of this list."
    assert refused(iam.list_users, MaxItems=1001).startswith("ValidationError: ")


def test_what_no_user_has_is_listed_as_nothing(iam):
    user(iam, "bare")
    for call, field in (
        (iam.list_mfa_devices, "MFADevices"),
        (iam.list_signing_certificates, "Certificates"),
        (iam.list_ssh_public_keys, "SSHPublicKeys"),
        (iam.list_service_specific_credentials, "ServiceSpecificCredentials"),
    ):
        answer = call(UserName="bare")
        assert answer[field] == []
        assert answer.get("IsTruncated", False) is False
        assert refused(call, UserName="none") == NO_USER
        assert call()[field] == []
    git = {"UserName": "bare", "ServiceName": "codecommit.amazonaws.com"}
    assert iam.list_service_specific_credentials(**git)["ServiceSpecificCredentials"] == []
    other = {"UserName": "bare", "ServiceName": "ecs.amazonaws.com"}
    assert refused(iam.list_service_specific_credentials, **other).startswith(
        "NotSupportedService: The service ecs.amazonaws.com does not support"
    )
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"] == []
    told = "NoSuchEntity: Login Profile for User bare cannot be found."
    assert refused(iam.get_login_profile, UserName="bare") == told
    assert refused(iam.delete_login_profile, UserName="bare") == told
    assert refused(iam.get_login_profile, UserName="none") == NO_USER
    assert refused(iam.create_login_profile, UserName="bare", Password="x").startswith(
        "NotImplemented: operation `CreateLoginProfile`"
    )


# -- groups


def test_a_group_that_gets_another_name_keeps_its_users(iam):
    user(iam, "member")
    made = group(iam, "one-name", "member")
    assert re.fullmatch(r"AGPA[A-Z2-7]{17}", made["GroupId"])
    group(iam, "other-name")
    told = refused(iam.update_group, GroupName="one-name", NewGroupName="OTHER-name")
    assert told == "EntityAlreadyExists: Group with name other-name already exists."
    iam.update_group(GroupName="one-name", NewGroupName="new-name", NewPath="/p/")
    [shown] = iam.list_groups_for_user(UserName="member")["Groups"]
    assert shown["Arn"] == arn("group", "new-name", "/p/")
    assert shown["GroupId"] == made["GroupId"]
    iam.update_group(GroupName="new-name", NewGroupName="NEW-name")
    assert names(iam.get_group(GroupName="NEW-name")["Users"]) == ["member"]


def test_a_user_is_in_ten_groups_at_most(iam):
    user(iam, "joiner")
    made = [f"join-{number:02}" for number in range(11)]
    for name in made[:10]:
        group(iam, name, "joiner")
    iam.add_user_to_group(GroupName=made[0], UserName="joiner")
    group(iam, made[10])
    told = refused(iam.add_user_to_group, GroupName=made[10], UserName="joiner")
    assert told == "LimitExceeded: Cannot exceed quota for GroupsPerUser: 10"
    told = refused(iam.remove_user_from_group, GroupName=made[10], UserName="joiner")
    assert told.startswith("NoSuchEntity: ")
    found = pages(iam.list_groups_for_user, "Groups", UserName="joiner", MaxItems=6)
    assert [[one["GroupName"] for one in page] for page in found] == [made[:6], made[6:10]]


# -- keys


def test_a_user_has_two_keys_at_most(iam):
    user(iam, "keys")
    first = iam.create_access_key(UserName="keys")["AccessKey"]
    second = iam.create_access_key(UserName="keys")["AccessKey"]
    assert first["SecretAccessKey"] != second["SecretAccessKey"]
    for key in (first, second):
        assert re.fullmatch(r"AKIA[A-Z2-7]{16}", key["AccessKeyId"])
        assert re.fullmatch(r"[A-Za-z0-9+/]{40}", key["SecretAccessKey"])
        assert (key["UserName"], key["Status"]) == ("keys", "Active")
    told = refused(iam.create_access_key, UserName="keys")
    assert told == "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2"
    iam.update_access_key(
        UserName="keys", AccessKeyId=first["AccessKeyId"], Status="Inactive"
    )
    listed = sum(pages(iam.list_access_keys, "AccessKeyMetadata", UserName="keys", MaxItems=1), [])
    assert {key["AccessKeyId"]: key["Status"] for key in listed} == {
        first["AccessKeyId"]: "Inactive",
        second["AccessKeyId"]: "Active",
    }
    told = refused(
        iam.update_access_key, UserName="keys", AccessKeyId=first["AccessKeyId"], Status="Expired"
    )
    assert told == "InvalidInput: The status of an access key is Active or Inactive."


def test_a_key_belongs_to_its_user(iam):
    user(iam, "owner")
    user(iam, "other")
    key = iam.create_access_key(UserName="owner")["AccessKey"]["AccessKeyId"]
    told = f"NoSuchEntity: The Access Key with id {key} cannot be found."
    assert refused(iam.delete_access_key, UserName="other", AccessKeyId=key) == told
    given = {"UserName": "other", "AccessKeyId": key, "Status": "Inactive"}
    assert refused(iam.update_access_key, **given) == told
    iam.delete_access_key(UserName="owner", AccessKeyId=key)
    assert refused(iam.delete_access_key, UserName="owner", AccessKeyId=key) == told


# -- tags


def test_tags_of_a_user(iam):
    user(iam, "tagged", Tags=[{"Key": "Team", "Value": "a"}])
    iam.tag_user(UserName="tagged", Tags=[{"Key": "team", "Value": "b"}])
    iam.tag_user(UserName="tagged", Tags=[{"Key": f"k{n:02}", "Value": ""} for n in range(49)])
    found = pages(iam.list_user_tags, "Tags", UserName="tagged", MaxItems=20)
    assert [len(page) for page in found] == [20, 20, 10]
    assert found[2][-1] == {"Key": "team", "Value": "b"}
    told = refused(iam.tag_user, UserName="tagged", Tags=[{"Key": "more", "Value": ""}])
    assert told.startswith("LimitExceeded: The number of tags has reached the maximum limit")
    iam.untag_user(UserName="tagged", TagKeys=["TEAM", "none"])
    assert len(iam.list_user_tags(UserName="tagged")["Tags"]) == 49
    twice = [{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}]
    told = refused(iam.tag_user, UserName="tagged", Tags=twice)
    assert told.startswith("InvalidInput: Duplicate tag keys found.")
    reserved = [{"Key": "aws:x", "Value": ""}]
    assert refused(iam.create_user, UserName="x", Tags=reserved).startswith("InvalidInput: ")
    assert refused(iam.tag_user, UserName="none", Tags=[]) == NO_USER
    assert refused(iam.untag_user, UserName="none", TagKeys=[]) == NO_USER
    assert refused(iam.list_user_tags, UserName="none") == NO_USER


# -- the account


def test_an_account_has_one_alias(iam):
    assert iam.list_account_aliases()["AccountAliases"] == []
    iam.create_account_alias(AccountAlias="first")
    told = refused(iam.create_account_alias, AccountAlias="first")
    assert told == "EntityAlreadyExists: The account alias first already exists."
    iam.create_account_alias(AccountAlias="second")
    assert iam.list_account_aliases()["AccountAliases"] == ["second"]
    told = refused(iam.delete_account_alias, AccountAlias="first")
    assert told == "NoSuchEntity: The account alias first cannot be found."
    iam.delete_account_alias(AccountAlias="second")
    assert iam.list_account_aliases()["AccountAliases"] == []
    assert refused(iam.create_account_alias, AccountAlias="NOT-ONE").startswith("ValidationError: ")


def test_the_summary_counts(iam):
    before = iam.get_account_summary()["SummaryMap"]
    user(iam, "counted")
    iam.create_policy(PolicyName="counted", PolicyDocument=document())
    after = iam.get_account_summary()["SummaryMap"]
    changed = {name: count - before[name] for name, count in after.items()}
    assert {name: by for name, by in changed.items() if by} == {
        "Users": 1,
        "Policies": 1,
        "PolicyVersionsInUse": 1,
    }
    assert after["UserPolicySizeQuota"] == 2048
    assert after["AttachedPoliciesPerRoleQuota"] == 10


def test_a_user_has_a_boundary(iam):
    own = iam.create_policy(PolicyName="bounds", PolicyDocument=document())["Policy"]["Arn"]
    made = user(iam, "bounded", PermissionsBoundary=own)
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": own}
    assert made["PermissionsBoundary"] == shown
    told = refused(iam.delete_policy, PolicyArn=own)
    assert told == "DeleteConflict: Cannot delete a policy attached to entities."
    other = "arn:aws:iam::aws:policy/PowerUserAccess"
    iam.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=other)
    found = iam.get_user(UserName="bounded")["User"]["PermissionsBoundary"]
    assert found["PermissionsBoundaryArn"] == other
    iam.delete_user_permissions_boundary(UserName="bounded")
    assert "PermissionsBoundary" not in iam.get_user(UserName="bounded")["User"]
    told = refused(iam.delete_user_permissions_boundary, UserName="bounded")
    assert told == "NoSuchEntity: The user with name bounded has no permissions boundary."
    iam.delete_policy(PolicyArn=own)
    put = iam.put_user_permissions_boundary
    told = refused(put, UserName="bounded", PermissionsBoundary=own)
    assert told == f"NoSuchEntity: Scope ARN: {own} does not exist or is not attachable."
    told = refused(put, UserName="bounded", PermissionsBoundary="x" * 20)
    assert told == f"InvalidInput: ARN {'x' * 20} is not valid."
    of_service = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
    told = refused(iam.create_user, UserName="x", PermissionsBoundary=of_service)
    assert told.startswith("PolicyNotAttachable: ")
    assert refused(put, UserName="none", PermissionsBoundary=other) == NO_USER


def test_a_key_speaks_for_its_user(shared, iam):
    made = user(iam, "speaker")
    key = iam.create_access_key(UserName="speaker")["AccessKey"]
    credentials = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }
    own = shared.boto("iam", credentials=credentials)
    assert refused(own.get_user).startswith("AccessDenied: ")
    policy = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    iam.attach_user_policy(UserName="speaker", PolicyArn=policy)
    assert own.get_user()["User"]["UserId"] == made["UserId"]
    [shown] = own.list_access_keys()["AccessKeyMetadata"]
    assert shown["AccessKeyId"] == key["AccessKeyId"]
    told = "NoSuchEntity: Login Profile for User speaker cannot be found."
    assert refused(own.get_login_profile) == told
    assert refused(own.create_access_key).startswith("AccessDenied: ")
    iam.update_user(UserName="speaker", NewUserName="renamed")
    assert own.get_user()["User"]["UserName"] == "renamed"
    named = {"UserName": "renamed", "AccessKeyId": key["AccessKeyId"]}
    iam.update_access_key(**named, Status="Inactive")
    assert refused(own.get_user).startswith("InvalidClientTokenId: ")
    iam.update_access_key(**named, Status="Active")
    assert own.get_user()["User"]["UserName"] == "renamed"
    iam.delete_access_key(**named)
    assert refused(own.get_user).startswith("InvalidClientTokenId: ")
