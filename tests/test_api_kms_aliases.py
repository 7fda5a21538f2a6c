"""What KMS keys have: aliases, policies and tags."""

import json

import pytest

from harness.iam import ROOT
from harness.kms import ACCOUNT, described, encrypted, pages, policy, statement
from harness.refusals import refused

LOCKED_OUT = (
    "MalformedPolicyDocumentException: The new key policy will not allow you to update the key "
    "policy in the future."
)


@pytest.fixture(scope="module")
def kms(shared):
    return shared.boto("kms")


@pytest.fixture
def key(kms):
    return kms.create_key(Description="of a test")["KeyMetadata"]["KeyId"]


# -- aliases


def test_an_alias_is_given_moved_and_taken(kms, key):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/a/moved", TargetKeyId=key)
    blob = encrypted(kms, "alias/a/moved")
    [shown] = kms.list_aliases(KeyId=key)["Aliases"]
    assert (shown["AliasName"], shown["TargetKeyId"]) == ("alias/a/moved", key)
    assert shown["AliasArn"] == f"{ACCOUNT}:alias/a/moved"
    kms.update_alias(AliasName="alias/a/moved", TargetKeyId=f"{ACCOUNT}:key/{other}")
    assert kms.list_aliases(KeyId=key)["Aliases"] == []
    [moved] = kms.list_aliases(KeyId=other)["Aliases"]
    assert moved["CreationDate"] == shown["CreationDate"]
    assert moved["LastUpdatedDate"] > shown["LastUpdatedDate"]
    for named in ("alias/a/moved", f"{ACCOUNT}:alias/a/moved"):
        assert described(kms, named)["KeyId"] == other
    told = refused(kms.decrypt, CiphertextBlob=blob, KeyId="alias/a/moved")
    assert told.startswith("IncorrectKeyException: The key ID in the request does not identify")
    kms.delete_alias(AliasName="alias/a/moved")
    gone = f"NotFoundException: Alias {ACCOUNT}:alias/a/moved is not found."
    assert refused(kms.describe_key, KeyId="alias/a/moved") == gone
    assert refused(kms.delete_alias, AliasName="alias/a/moved") == gone
    assert refused(kms.update_alias, AliasName="alias/a/moved", TargetKeyId=key) == gone
    assert described(kms, other)["KeyState"] == "Enabled"


def test_an_alias_is_had_once(kms, key):
    kms.create_alias(AliasName="alias/once", TargetKeyId=key)
    told = refused(kms.create_alias, AliasName="alias/once", TargetKeyId=key)
    assert told == (
        f"AlreadyExistsException: An alias with the name {ACCOUNT}:alias/once already exists"
    )


def test_a_key_has_so_many_aliases(kms, key):
    for number in range(50):
        kms.create_alias(AliasName=f"alias/many-{number:02}", TargetKeyId=key)
    told = refused(kms.create_alias, AliasName="alias/many-50", TargetKeyId=key)
    assert told == "LimitExceededException: A key can have at most 50 aliases."
    found = pages(kms.list_aliases, "Aliases", KeyId=key, Limit=20)
    assert [len(page) for page in found] == [20, 20, 10]
    names = [one["AliasName"] for page in found for one in page]
    assert names == [f"alias/many-{number:02}" for number in range(50)]
    assert "Value '101' at 'limit'" in refused(kms.list_aliases, Limit=101)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a", "ValidationException: Invalid identifier"),
        ("alias/", "ValidationException: Invalid identifier"),
        ("alias/aws/mine", "InvalidAliasNameException: alias/aws/mine begins with alias/aws/"),
        ("alias/a:b", "InvalidAliasNameException: alias/a:b contains invalid characters"),
        ("alias/a b", "ValidationException: 1 validation error detected: Value 'alias/a b'"),
    ],
)
def test_a_name_that_is_no_alias_is_refused(kms, key, name, told):
    assert refused(kms.create_alias, AliasName=name, TargetKeyId=key).startswith(told)
    assert refused(kms.update_alias, AliasName=name, TargetKeyId=key).startswith(told)
    assert refused(kms.delete_alias, AliasName=name).startswith(told)


def test_an_alias_is_no_name_where_a_key_is_changed(kms, key):
    kms.create_alias(AliasName="alias/not-here", TargetKeyId=key)
    told = refused(kms.disable_key, KeyId="alias/not-here")
    assert told == "NotFoundException: Invalid keyId 'alias/not-here'"


def test_keys_of_aws_are_made_where_they_are_first_used(shared):
    kms = shared.boto("kms", region="ap-south-1")
    listed = {one["AliasName"]: one for one in kms.list_aliases()["Aliases"]}
    assert "TargetKeyId" not in listed["alias/aws/ssm"]
    assert kms.list_keys()["Keys"] == []
    made = described(kms, "alias/aws/ssm")
    assert (made["KeyManager"], made["KeyState"]) == ("AWS", "Enabled")
    assert described(kms, "alias/aws/ssm") == made
    listed = {one["AliasName"]: one for one in kms.list_aliases()["Aliases"]}
    assert listed["alias/aws/ssm"]["TargetKeyId"] == made["KeyId"]
    status = kms.get_key_rotation_status(KeyId=made["KeyId"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    key = {"KeyId": made["KeyId"]}
    for call, rest in [
        (kms.disable_key, {}),
        (kms.schedule_key_deletion, {}),
        (kms.put_key_policy, {"Policy": policy(statement())}),
        (kms.disable_key_rotation, {}),
        (kms.tag_resource, {"Tags": []}),
    ]:
        told = refused(call, **key, **rest)
        assert told.startswith("AccessDeniedException: "), call


# -- policies


def test_a_policy_is_put_and_shown_as_it_was_put(kms, key):
    shown = kms.get_key_policy(KeyId=key)
    [first] = json.loads(shown["Policy"])["Statement"]
    assert (shown["PolicyName"], first["Principal"]) == ("default", {"AWS": ROOT})
    assert kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]
    text = policy(statement(), statement("kms:Decrypt", effect="Deny"))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text)
    assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == text
    made = kms.create_key(Policy=text)["KeyMetadata"]["KeyId"]
    assert kms.get_key_policy(KeyId=made)["Policy"] == text


OTHERS = "arn:aws:iam::111111111111:root"
REFUSED_POLICIES = {
    "no JSON": ("x", "MalformedPolicyDocumentException: Syntax errors in policy."),
    "no principal": (
        policy({"Effect": "Allow", "Action": "kms:*", "Resource": "*"}),
        "MalformedPolicyDocumentException: Missing required field Principal",
    ),
    "nobody": (
        policy(statement(), statement(principal="arn:aws:iam::000000000000:user/nobody")),
        "MalformedPolicyDocumentException: Policy contains a statement with one or more invalid "
        "principals.",
    ),
    "too little": (policy(statement("kms:Encrypt")), LOCKED_OUT),
    "others": (policy(statement(principal=OTHERS)), LOCKED_OUT),
    "a denial": (policy(statement(), statement("kms:Put*", effect="Deny")), LOCKED_OUT),
    "too long": (
        policy(statement(), {**statement(), "Sid": "x" * 32768}),
        "LimitExceededException: The key policy exceeds the maximum size of 32768 bytes.",
    ),
}


@pytest.mark.parametrize("case", REFUSED_POLICIES)
def test_a_policy_that_is_none_is_refused(kms, key, case):
    text, told = REFUSED_POLICIES[case]
    before = kms.get_key_policy(KeyId=key)["Policy"]
    assert refused(kms.put_key_policy, KeyId=key, Policy=text) == told
    assert refused(kms.create_key, Policy=text) == told
    assert kms.get_key_policy(KeyId=key)["Policy"] == before


def test_the_lockout_check_can_be_bypassed(kms):
    text = policy(statement(principal=OTHERS))
    made = kms.create_key(Policy=text, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["KeyId"]
    told = refused(kms.get_key_policy, KeyId=made)
    assert told.startswith("AccessDeniedException: "), told
    nonsense = {"Policy": "x", "BypassPolicyLockoutSafetyCheck": True}
    assert refused(kms.create_key, **nonsense).startswith("MalformedPolicy")


def test_a_key_has_one_policy(kms, key):
    named = {"KeyId": key, "PolicyName": "other"}
    told = "NotFoundException: No such policy exists: other. A key has one policy, default."
    assert refused(kms.get_key_policy, **named) == told
    assert refused(kms.put_key_policy, **named, Policy=policy(statement())) == told
    told = refused(kms.put_key_policy, KeyId=key, PolicyName="AWS_RAM", Policy="{}")
    assert told == (
        "ValidationException: The AWS_RAM policy can only be managed by the RAM service."
    )


# -- tags


def test_tags_are_added_replaced_and_taken(kms, key):
    def tags():
        listed = kms.list_resource_tags(KeyId=key)["Tags"]
        return {tag["TagKey"]: tag["TagValue"] for tag in listed}

    assert tags() == {}
    kms.tag_resource(KeyId=key, Tags=[tag("a", "1"), tag("b", "")])
    kms.tag_resource(KeyId=key, Tags=[tag("a", "2")])
    assert tags() == {"a": "2", "b": ""}
    kms.untag_resource(KeyId=key, TagKeys=["b", "never"])
    assert tags() == {"a": "2"}


def tag(key, value=""):
    return {"TagKey": key, "TagValue": value}


def test_tags_are_listed_page_by_page(kms, key):
    kms.tag_resource(KeyId=key, Tags=[tag(f"t{number:02}") for number in range(50)])
    found = pages(kms.list_resource_tags, "Tags", KeyId=key, Limit=20)
    assert [len(page) for page in found] == [20, 20, 10]
    assert [one["TagKey"] for page in found for one in page] == [
        f"t{number:02}" for number in range(50)
    ]
    told = refused(kms.tag_resource, KeyId=key, Tags=[tag("t50")])
    assert told == "LimitExceededException: A key can have at most 50 tags."
    assert "Value '51' at 'limit'" in refused(kms.list_resource_tags, KeyId=key, Limit=51)


def test_tags_that_are_none_are_refused(kms, key):
    reserved = refused(kms.tag_resource, KeyId=key, Tags=[tag("AWS:a")])
    assert reserved.startswith("TagException: The tag key AWS:a begins with 'aws:'")
    assert refused(kms.create_key, Tags=[tag("aws:a")]).startswith("TagException: ")
    assert refused(kms.untag_resource, KeyId=key, TagKeys=["aws:a"]).startswith("TagException: ")
    told = refused(kms.tag_resource, KeyId=key, Tags=[tag("a"), tag("a")])
    assert told.startswith("TagException: The tag key a is given more than once.")
