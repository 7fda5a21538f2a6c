"""The life of KMS keys: made, disabled, deleted, not found, rotated."""

import datetime
import uuid

import pytest

from harness.kms import ACCOUNT, NOT_YET, decrypted, described, encrypted, pages, policy, statement
from harness.refusals import refused

NOBODY = "01234567-89ab-4cde-8f01-23456789abcd"


@pytest.fixture(scope="module")
def kms(shared):
    return shared.boto("kms")


@pytest.fixture
def key(kms):
    return kms.create_key(Description="of a test")["KeyMetadata"]["KeyId"]


@pytest.fixture
def arn(key):
    return f"{ACCOUNT}:key/{key}"


# -- keys


def test_a_key_is_shown_as_it_was_made(kms):
    made = kms.create_key(Description="größer", Tags=[{"TagKey": "a", "TagValue": "1"}])
    shown = made["KeyMetadata"]
    assert str(uuid.UUID(shown["KeyId"])) == shown["KeyId"]
    assert described(kms, shown["KeyId"]) == shown
    assert described(kms, shown["Arn"]) == shown
    created, material = shown.pop("CreationDate"), shown.pop("CurrentKeyMaterialId")
    now = datetime.datetime.now(datetime.timezone.utc)
    assert abs(created - now) < datetime.timedelta(minutes=5)
    assert len(bytes.fromhex(material)) == 32
    assert shown == {
        "AWSAccountId": "000000000000",
        "KeyId": shown["KeyId"],
        "Arn": f"{ACCOUNT}:key/{shown['KeyId']}",
        "Enabled": True,
        "Description": "größer",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }


def test_keys_are_listed_page_by_page(shared):
    kms = shared.boto("kms", region="eu-central-1")
    made = sorted(kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(5))
    found = pages(kms.list_keys, "Keys", Limit=2)
    assert [len(page) for page in found] == [2, 2, 1]
    assert [one["KeyId"] for page in found for one in page] == made
    assert found[0][0]["KeyArn"] == f"arn:aws:kms:eu-central-1:000000000000:key/{made[0]}"
    assert kms.list_keys(ResourceOwners=["SELF"])["Keys"] == sum(found, [])
    assert kms.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []
    told = refused(kms.list_keys, Marker="!")
    assert told == "InvalidMarkerException: The marker is not one that this list has given."


def test_a_description_is_said_anew(kms, key):
    kms.update_key_description(KeyId=key, Description="another")
    assert described(kms, key)["Description"] == "another"


def test_a_disabled_key_is_of_no_use_until_it_is_enabled(kms, key, arn):
    blob = encrypted(kms, key)
    kms.disable_key(KeyId=key)
    shown = described(kms, key)
    assert (shown["KeyState"], shown["Enabled"]) == ("Disabled", False)
    told = f"DisabledException: {arn} is disabled."
    assert refused(kms.decrypt, CiphertextBlob=blob) == told
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x") == told
    assert refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256") == told
    assert refused(kms.enable_key_rotation, KeyId=key) == told
    assert refused(kms.rotate_key_on_demand, KeyId=key) == told
    kms.enable_key(KeyId=arn)
    assert decrypted(kms, blob) == b"hunter2"


def test_a_key_that_is_to_be_deleted_is_of_no_use_and_can_be_kept(kms, key, arn):
    blob = encrypted(kms, key)
    kms.enable_key_rotation(KeyId=key)
    scheduled = kms.schedule_key_deletion(KeyId=key)
    in_days = scheduled["DeletionDate"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=29) < in_days <= datetime.timedelta(days=30)
    assert (scheduled["KeyId"], scheduled["PendingWindowInDays"]) == (arn, 30)
    shown = described(kms, key)
    assert (shown["KeyState"], shown["Enabled"]) == ("PendingDeletion", False)
    assert shown["DeletionDate"] == scheduled["DeletionDate"]
    told = f"KMSInvalidStateException: {arn} is pending deletion."
    for call, named in [
        (kms.decrypt, {"CiphertextBlob": blob}),
        (kms.encrypt, {"KeyId": key, "Plaintext": b"x"}),
        (kms.enable_key, {"KeyId": key}),
        (kms.disable_key, {"KeyId": key}),
        (kms.schedule_key_deletion, {"KeyId": key}),
        (kms.update_key_description, {"KeyId": key, "Description": ""}),
        (kms.create_alias, {"AliasName": "alias/late", "TargetKeyId": key}),
        (kms.tag_resource, {"KeyId": key, "Tags": []}),
        (kms.untag_resource, {"KeyId": key, "TagKeys": []}),
        (kms.enable_key_rotation, {"KeyId": key}),
        (kms.disable_key_rotation, {"KeyId": key}),
        (kms.rotate_key_on_demand, {"KeyId": key}),
    ]:
        assert refused(call, **named) == told, call
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    assert kms.cancel_key_deletion(KeyId=key)["KeyId"] == arn
    shown = described(kms, key)
    assert (shown["KeyState"], "DeletionDate" in shown) == ("Disabled", False)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True
    kms.enable_key(KeyId=key)
    assert decrypted(kms, blob) == b"hunter2"
    told = f"KMSInvalidStateException: {arn} is not pending deletion."
    assert refused(kms.cancel_key_deletion, KeyId=key) == told


@pytest.mark.parametrize("days", [6, 31])
def test_a_deletion_waits_for_7_to_30_days(kms, key, days):
    told = refused(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=days)
    assert told == (
        "ValidationException: PendingWindowInDays must be between 7 and 30, inclusive."
    )


KINDS = {
    "KeyUsage": "SIGN_VERIFY",
    "KeySpec": "RSA_2048",
    "CustomerMasterKeySpec": "ECC_NIST_P256",
    "Origin": "EXTERNAL",
}


@pytest.mark.parametrize("name", KINDS)
def test_other_kinds_of_keys_are_refused_by_name(kms, name):
    told = refused(kms.create_key, **{name: KINDS[name]})
    assert told == f"UnsupportedOperationException: `{name}` `{KINDS[name]}` {NOT_YET}"


@pytest.mark.parametrize(
    ("name", "value"),
    [("CustomKeyStoreId", "cks-1"), ("MultiRegion", True), ("XksKeyId", "x")],
)
def test_other_places_of_keys_are_refused_by_name(kms, name, value):
    told = refused(kms.create_key, **{name: value})
    assert told == f"UnsupportedOperationException: `{name}` {NOT_YET}"


def test_what_says_the_same_is_taken(kms):
    kms.create_key(KeySpec="SYMMETRIC_DEFAULT", KeyUsage="ENCRYPT_DECRYPT", Origin="AWS_KMS")
    kms.create_key(CustomerMasterKeySpec="SYMMETRIC_DEFAULT", MultiRegion=False)
    both = {"KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT"}
    assert refused(kms.create_key, **both).startswith(
        "ValidationException: You cannot specify KeySpec and CustomerMasterKeySpec"
    )


UNKNOWN = {
    "nobody's id": (NOBODY, f"NotFoundException: Key '{ACCOUNT}:key/{NOBODY}' does not exist"),
    "nobody's ARN": (
        f"{ACCOUNT}:key/{NOBODY}",
        f"NotFoundException: Key '{ACCOUNT}:key/{NOBODY}' does not exist",
    ),
    "no id": ("x", "NotFoundException: Invalid keyId 'x'"),
    "another region": (
        f"arn:aws:kms:eu-west-1:000000000000:key/{NOBODY}",
        "NotFoundException: Invalid arn eu-west-1",
    ),
    "another service": ("arn:aws:s3:::x", "InvalidArnException: Invalid arn arn:aws:s3:::x"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_key_that_is_not_there_is_not_found(kms, case):
    named, told = UNKNOWN[case]
    key = {"KeyId": named}
    for call, rest in [
        (kms.describe_key, {}),
        (kms.encrypt, {"Plaintext": b"x"}),
        (kms.enable_key, {}),
        (kms.disable_key, {}),
        (kms.schedule_key_deletion, {}),
        (kms.cancel_key_deletion, {}),
        (kms.update_key_description, {"Description": ""}),
        (kms.get_key_policy, {}),
        (kms.put_key_policy, {"Policy": policy(statement())}),
        (kms.list_key_policies, {}),
        (kms.enable_key_rotation, {}),
        (kms.disable_key_rotation, {}),
        (kms.get_key_rotation_status, {}),
        (kms.rotate_key_on_demand, {}),
        (kms.list_key_rotations, {}),
        (kms.tag_resource, {"Tags": []}),
        (kms.untag_resource, {"TagKeys": []}),
        (kms.list_resource_tags, {}),
        (kms.list_aliases, {}),
        (kms.generate_data_key_without_plaintext, {"KeySpec": "AES_128"}),
    ]:
        assert refused(call, **key, **rest) == told, call
    assert refused(kms.create_alias, AliasName="alias/none", TargetKeyId=named) == told


def test_another_accounts_keys_are_for_whom_their_policies_let_in(kms):
    arn = f"arn:aws:kms:us-east-1:111111111111:key/{NOBODY}"
    told = refused(kms.describe_key, KeyId=arn)
    assert told == (
        "AccessDeniedException: User: arn:aws:iam::000000000000:root is not authorized to perform: "
        f"kms:DescribeKey on resource: {arn} because no resource-based policy allows the "
        "kms:DescribeKey action"
    )


def test_keys_of_another_region_are_not_seen(shared, kms, key):
    there = shared.boto("kms", region="eu-west-1")
    elsewhere = f"arn:aws:kms:eu-west-1:000000000000:key/{key}"
    told = refused(there.describe_key, KeyId=key)
    assert told == f"NotFoundException: Key '{elsewhere}' does not exist"
    told = refused(there.decrypt, CiphertextBlob=encrypted(kms, key))
    assert told.startswith("AccessDeniedException: The ciphertext refers to a customer master key")


def test_keys_outlive_a_restart(running):
    kms = running.boto("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/kept", TargetKeyId=key)
    blob = encrypted(kms, "alias/kept")
    running.down()
    running.up()
    kms = running.boto("kms")
    assert decrypted(kms, blob) == b"hunter2"
    assert decrypted(kms, encrypted(kms, "alias/kept"), KeyId=key) == b"hunter2"


# -- rotation


def test_older_material_still_decrypts(kms, key):
    first = encrypted(kms, key)
    before = described(kms, key)["CurrentKeyMaterialId"]
    assert kms.rotate_key_on_demand(KeyId=key)["KeyId"] == f"{ACCOUNT}:key/{key}"
    after = described(kms, key)["CurrentKeyMaterialId"]
    assert after != before
    second = encrypted(kms, key)
    for blob, material in [(first, before), (second, after)]:
        opened = kms.decrypt(CiphertextBlob=blob)
        assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"hunter2", material)
    moved = kms.re_encrypt(CiphertextBlob=first, DestinationKeyId=key)
    assert moved["SourceKeyMaterialId"] == before
    assert moved["DestinationKeyMaterialId"] == after


def test_rotations_are_listed_page_by_page_and_have_an_end(kms, key):
    materials = [described(kms, key)["CurrentKeyMaterialId"]]
    for _ in range(25):
        kms.rotate_key_on_demand(KeyId=key)
        materials.append(described(kms, key)["CurrentKeyMaterialId"])
    assert len(set(materials)) == 26
    told = refused(kms.rotate_key_on_demand, KeyId=key)
    assert told.startswith("LimitExceededException: ")
    found = pages(kms.list_key_rotations, "Rotations", KeyId=key, Limit=10)
    assert [len(page) for page in found] == [10, 10, 5]
    listed = sum(found, [])
    assert [one["KeyMaterialId"] for one in listed] == materials[1:]
    assert {one["RotationType"] for one in listed} == {"ON_DEMAND"}
    assert [one["KeyMaterialState"] for one in listed] == 24 * ["NON_CURRENT"] + ["CURRENT"]
    whole = kms.list_key_rotations(KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert [one["KeyMaterialId"] for one in whole] == materials
    assert "RotationDate" not in whole[0]


def test_a_key_is_rotated_by_a_schedule(kms, key, arn):
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=key)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyId"], status["RotationPeriodInDays"]) == (arn, 365)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)
    in_days = status["NextRotationDate"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=89) < in_days <= datetime.timedelta(days=90)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert kms.get_key_rotation_status(KeyId=key)["NextRotationDate"] == status["NextRotationDate"]
    kms.disable_key_rotation(KeyId=key)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], "NextRotationDate" in status) == (False, False)
    told = refused(kms.enable_key_rotation, KeyId=key, RotationPeriodInDays=2561)
    assert "Value '2561' at 'rotationPeriodInDays'" in told
