"""AWS KMS as boto3 and the AWS CLI see it: symmetric keys, and what is encrypted with them."""

import base64
import datetime
import json
import os
import uuid

import pytest

from harness import clients
from harness.refusals import refused

ACCOUNT = "arn:aws:kms:us-east-1:000000000000"
ROOT = "arn:aws:iam::000000000000:root"
NOBODY = "01234567-89ab-4cde-8f01-23456789abcd"
NOT_YET = "is not supported by Longshore yet"
CONTEXT = {"purpose": "a test", "of": "keys"}
BAD_CIPHERTEXT = (
    "InvalidCiphertextException: The ciphertext or its encryption context is not what was "
    "encrypted."
)
DRY_RUN = (
    "DryRunOperationException: The request would have succeeded, but the DryRun option is set."
)
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


@pytest.fixture
def arn(key):
    return f"{ACCOUNT}:key/{key}"


def described(kms, key):
    return kms.describe_key(KeyId=key)["KeyMetadata"]


def encrypted(kms, key, plaintext=b"hunter2", **named):
    return kms.encrypt(KeyId=key, Plaintext=plaintext, **named)["CiphertextBlob"]


def decrypted(kms, blob, **named):
    return kms.decrypt(CiphertextBlob=blob, **named)["Plaintext"]


def pages(call, field, **named):
    """The items of each page that a list answers, followed by its markers."""
    found, marker = [], {}
    while True:
        answer = call(**named, **marker)
        found.append(answer[field])
        assert answer["Truncated"] == ("NextMarker" in answer)
        if not answer["Truncated"]:
            return found
        marker = {"Marker": answer["NextMarker"]}


def statement(action="kms:*", principal=ROOT, effect="Allow"):
    who = {"AWS": principal}
    return {"Effect": effect, "Principal": who, "Action": action, "Resource": "*"}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


# -- the CLI


def test_the_life_of_a_key(shared, tmp_path):
    def call(operation, **named):
        return shared.aws("kms", operation, **named)

    made = call("create-key", description="by the CLI", tags="TagKey=a,TagValue=1")
    key = made["KeyMetadata"]["KeyId"]
    call("create-alias", alias_name="alias/cli", target_key_id=key)
    plain = tmp_path / "plain"
    plain.write_bytes(b"hunter2")
    sealed = call("encrypt", key_id="alias/cli", plaintext=f"fileb://{plain}")["CiphertextBlob"]
    blob = tmp_path / "blob"
    blob.write_bytes(base64.b64decode(sealed))
    opened = call("decrypt", ciphertext_blob=f"fileb://{blob}")
    assert base64.b64decode(opened["Plaintext"]) == b"hunter2"
    assert opened["KeyId"] == f"{ACCOUNT}:key/{key}"
    call("disable-key", key_id=key)
    with pytest.raises(clients.AwsError) as told:
        call("decrypt", ciphertext_blob=f"fileb://{blob}")
    assert told.value.code == "DisabledException"
    scheduled = call("schedule-key-deletion", key_id=key, pending_window_in_days="7")
    assert scheduled["KeyState"] == "PendingDeletion"


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


# -- encrypting and decrypting


def test_what_is_encrypted_is_decrypted(kms, key, arn):
    for size in (1, 16, 4096):
        plaintext = os.urandom(size)
        answer = kms.encrypt(KeyId=key, Plaintext=plaintext)
        assert (answer["KeyId"], answer["EncryptionAlgorithm"]) == (arn, "SYMMETRIC_DEFAULT")
        assert plaintext not in answer["CiphertextBlob"] or size == 1
        opened = kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])
        assert (opened["Plaintext"], opened["KeyId"]) == (plaintext, arn)
        assert opened["KeyMaterialId"] == described(kms, key)["CurrentKeyMaterialId"]
    assert encrypted(kms, key) != encrypted(kms, key)
    told = refused(kms.encrypt, KeyId=key, Plaintext=bytes(4097))
    assert told == (
        "ValidationException: 1 validation error detected: Value at 'plaintext' failed to satisfy "
        "constraint: Member must have length less than or equal to 4096"
    )


def test_a_ciphertext_opens_with_its_context_only(kms, key):
    blob = encrypted(kms, key, EncryptionContext=CONTEXT)
    turned = dict(reversed(CONTEXT.items()))
    assert decrypted(kms, blob, EncryptionContext=turned) == b"hunter2"
    for other in [{}, {**CONTEXT, "more": ""}, {**CONTEXT, "of": "others"}, {"of": "keys"}]:
        told = refused(kms.decrypt, CiphertextBlob=blob, EncryptionContext=other)
        assert told == BAD_CIPHERTEXT, other


def test_a_ciphertext_that_was_changed_does_not_open(kms, key):
    blob = encrypted(kms, key)
    header = 21
    for index in [0, *range(header, len(blob))]:
        changed = bytearray(blob)
        changed[index] ^= 1
        assert refused(kms.decrypt, CiphertextBlob=bytes(changed)) == BAD_CIPHERTEXT, index
    for other in (b"x", blob[:-1], blob + b"x", bytes(6144)):
        assert refused(kms.decrypt, CiphertextBlob=other) == BAD_CIPHERTEXT
    # Another generation, and then another key.
    for index, told in [(4, BAD_CIPHERTEXT), (20, "AccessDeniedException: The ciphertext refers")]:
        changed = bytearray(blob)
        changed[index] ^= 1
        assert refused(kms.decrypt, CiphertextBlob=bytes(changed)).startswith(told)


def test_the_key_that_is_named_has_to_be_the_one(kms, key):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = encrypted(kms, key)
    assert decrypted(kms, blob, KeyId=f"{ACCOUNT}:key/{key}") == b"hunter2"
    told = refused(kms.decrypt, CiphertextBlob=blob, KeyId=other)
    assert told == (
        "IncorrectKeyException: The key ID in the request does not identify a CMK that can "
        "perform this operation."
    )
    told = refused(kms.re_encrypt, CiphertextBlob=blob, SourceKeyId=other, DestinationKeyId=key)
    assert told.startswith("IncorrectKeyException")


def test_a_ciphertext_goes_to_another_key(kms, key, arn):
    other = kms.create_key()["KeyMetadata"]
    blob = encrypted(kms, key, EncryptionContext=CONTEXT)
    answer = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=other["KeyId"],
        DestinationEncryptionContext={"now": "another"},
    )
    assert (answer["SourceKeyId"], answer["KeyId"]) == (arn, other["Arn"])
    assert answer["DestinationKeyMaterialId"] == other["CurrentKeyMaterialId"]
    opened = kms.decrypt(
        CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"now": "another"}
    )
    assert (opened["Plaintext"], opened["KeyId"]) == (b"hunter2", other["Arn"])
    told = refused(kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=key)
    assert told == BAD_CIPHERTEXT
    kms.disable_key(KeyId=other["KeyId"])
    named = {"SourceEncryptionContext": CONTEXT, "DestinationKeyId": other["KeyId"]}
    told = refused(kms.re_encrypt, CiphertextBlob=blob, **named)
    assert told == f"DisabledException: {other['Arn']} is disabled."


@pytest.mark.parametrize(
    ("asked", "size"),
    [({"KeySpec": "AES_128"}, 16), ({"KeySpec": "AES_256"}, 32), ({"NumberOfBytes": 1024}, 1024)],
)
def test_a_data_key_is_given_plain_and_encrypted(kms, key, arn, asked, size):
    made = kms.generate_data_key(KeyId=key, EncryptionContext=CONTEXT, **asked)
    assert (len(made["Plaintext"]), made["KeyId"]) == (size, arn)
    opened = decrypted(kms, made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened == made["Plaintext"]
    assert refused(kms.decrypt, CiphertextBlob=made["CiphertextBlob"]) == BAD_CIPHERTEXT
    hidden = kms.generate_data_key_without_plaintext(KeyId=key, **asked)
    assert "Plaintext" not in hidden
    assert len(decrypted(kms, hidden["CiphertextBlob"])) == size


@pytest.mark.parametrize("asked", [{}, {"KeySpec": "AES_128", "NumberOfBytes": 16}])
def test_a_data_key_has_one_size(kms, key, asked):
    told = "ValidationException: Please specify either number of bytes or key spec."
    assert refused(kms.generate_data_key, KeyId=key, **asked) == told
    assert refused(kms.generate_data_key_without_plaintext, KeyId=key, **asked) == told


def test_random_bytes_are_of_the_length_asked_for(kms):
    for size in (1, 1024):
        assert len(kms.generate_random(NumberOfBytes=size)["Plaintext"]) == size
    assert kms.generate_random(NumberOfBytes=32) != kms.generate_random(NumberOfBytes=32)
    assert "at 'numberOfBytes'" in refused(kms.generate_random)
    assert "less than or equal to 1024" in refused(kms.generate_random, NumberOfBytes=1025)
    told = refused(kms.generate_random, NumberOfBytes=1, CustomKeyStoreId="cks-1")
    assert told == f"UnsupportedOperationException: `CustomKeyStoreId` {NOT_YET}"


def test_a_dry_run_does_all_but_the_work(kms, key, arn):
    blob = encrypted(kms, key)
    dry = {"DryRun": True}
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", **dry) == DRY_RUN
    assert refused(kms.decrypt, CiphertextBlob=blob, **dry) == DRY_RUN
    assert refused(kms.decrypt, CiphertextBlob=b"x", **dry) == BAD_CIPHERTEXT
    assert refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256", **dry) == DRY_RUN
    hidden = kms.generate_data_key_without_plaintext
    assert refused(hidden, KeyId=key, KeySpec="AES_256", **dry) == DRY_RUN
    assert refused(kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=key, **dry) == DRY_RUN
    without = {"DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    assert refused(kms.decrypt, KeyId=key, **dry, **without) == DRY_RUN
    assert "at 'keyId'" in refused(kms.decrypt, **dry, **without)
    assert "at 'ciphertextBlob'" in refused(kms.decrypt, KeyId=key)
    told = refused(kms.decrypt, CiphertextBlob=blob, **without)
    assert told == (
        "ValidationException: DryRunModifiers can be given only when DryRun is true."
    )
    kms.disable_key(KeyId=key)
    told = f"DisabledException: {arn} is disabled."
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", **dry) == told


def test_what_is_not_honoured_is_refused_by_name(kms, key):
    blob = encrypted(kms, key)
    told = f"UnsupportedOperationException: `GrantTokens` {NOT_YET}"
    tokens = {"GrantTokens": ["token"]}
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", **tokens) == told
    assert refused(kms.decrypt, CiphertextBlob=blob, **tokens) == told
    assert refused(kms.describe_key, KeyId=key, **tokens) == told
    told = f"UnsupportedOperationException: `Recipient` {NOT_YET}"
    recipient = {"Recipient": {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}
    assert refused(kms.decrypt, CiphertextBlob=blob, **recipient) == told
    assert refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256", **recipient) == told
    assert refused(kms.generate_random, NumberOfBytes=1, **recipient) == told
    told = (
        "InvalidKeyUsageException: The key's spec is SYMMETRIC_DEFAULT: it does not encrypt with "
        "RSAES_OAEP_SHA_256."
    )
    algorithm = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", **algorithm) == told
    assert refused(kms.decrypt, CiphertextBlob=blob, **algorithm) == told


@pytest.mark.parametrize("name", ["create_grant", "sign", "get_public_key", "generate_mac"])
def test_other_operations_are_refused_by_name(kms, key, name):
    given = {
        "create_grant": {"GranteePrincipal": ROOT, "Operations": ["Decrypt"]},
        "sign": {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
        "get_public_key": {},
        "generate_mac": {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"},
    }
    told = refused(getattr(kms, name), KeyId=key, **given[name])
    assert told.startswith("NotImplemented: ")


def test_no_plaintext_is_kept(running):
    kms = running.boto("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    canary = b"canary-5d2c9f7e1a-canary"
    blob = encrypted(kms, key, canary)
    assert decrypted(kms, blob) == canary
    forms = [canary, base64.b64encode(canary)]
    for top, _, names in os.walk(running.data_dir):
        for name in names:
            path = os.path.join(top, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
                assert not any(form in content for form in forms), path


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
