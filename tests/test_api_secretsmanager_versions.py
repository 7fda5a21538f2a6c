"""The versions of secrets: what becomes current, which stages move, what is kept, and how."""

import json
import uuid

import pytest

from harness.refusals import pages, refused
from harness.wire_calls import Service, code

TOKENS = [f"{letter}-0123456789-0123456789-0123456789" for letter in "abcdef"]
A, B, C, D, E, F = TOKENS
ABSENT = "Secrets Manager can't find the specified secret value for"


@pytest.fixture(scope="module")
def secrets(shared):
    return shared.boto("secretsmanager")


def make(secrets, name, **given):
    return secrets.create_secret(Name=name, ClientRequestToken=A, SecretString="a", **given)


def put(secrets, name, token, *stages, value=None):
    given = {"VersionStages": list(stages)} if stages else {}
    return secrets.put_secret_value(
        SecretId=name, ClientRequestToken=token, SecretString=value or token[0], **given
    )


def stages(secrets, name):
    """`{"a": {"AWSCURRENT"}}`, of the versions that are in a stage."""
    shown = secrets.describe_secret(SecretId=name).get("VersionIdsToStages", {})
    return {version[0]: set(found) for version, found in shown.items()}


def read(secrets, name, **given):
    return secrets.get_secret_value(SecretId=name, **given)["SecretString"]


def versions(secrets, name, **given):
    found = secrets.list_secret_version_ids(SecretId=name, **given)["Versions"]
    return "".join(version["VersionId"][0] for version in found)


# -- stages


def test_what_was_current_is_previous(secrets):
    make(secrets, "moves")
    assert stages(secrets, "moves") == {"a": {"AWSCURRENT"}}
    told = put(secrets, "moves", B)
    assert (told["VersionId"], told["VersionStages"]) == (B, ["AWSCURRENT"])
    put(secrets, "moves", C)
    assert stages(secrets, "moves") == {"b": {"AWSPREVIOUS"}, "c": {"AWSCURRENT"}}
    assert read(secrets, "moves") == "c"
    assert read(secrets, "moves", VersionStage="AWSPREVIOUS") == "b"
    assert read(secrets, "moves", VersionId=A) == "a"
    assert read(secrets, "moves", VersionId=B, VersionStage="AWSPREVIOUS") == "b"


def test_a_version_waits_until_it_becomes_current(secrets):
    make(secrets, "pending")
    put(secrets, "pending", B, "AWSPENDING", "mine")
    assert read(secrets, "pending") == "a"
    assert read(secrets, "pending", VersionStage="mine") == "b"
    secrets.update_secret_version_stage(
        SecretId="pending", VersionStage="AWSCURRENT", RemoveFromVersionId=A, MoveToVersionId=B
    )
    assert stages(secrets, "pending") == {
        "a": {"AWSPREVIOUS"},
        "b": {"AWSCURRENT", "AWSPENDING", "mine"},
    }
    secrets.update_secret_version_stage(
        SecretId="pending", VersionStage="AWSPENDING", RemoveFromVersionId=B
    )
    secrets.update_secret_version_stage(
        SecretId="pending", VersionStage="mine", RemoveFromVersionId=B, MoveToVersionId=A
    )
    assert stages(secrets, "pending") == {"a": {"AWSPREVIOUS", "mine"}, "b": {"AWSCURRENT"}}
    # Back again.
    secrets.update_secret_version_stage(
        SecretId="pending", VersionStage="AWSCURRENT", RemoveFromVersionId=B, MoveToVersionId=A
    )
    assert stages(secrets, "pending") == {"a": {"AWSCURRENT", "mine"}, "b": {"AWSPREVIOUS"}}


def test_the_first_version_is_current_whatever_else_it_is(secrets):
    secrets.create_secret(Name="first")
    told = refused(secrets.get_secret_value, SecretId="first")
    assert told == f"ResourceNotFoundException: {ABSENT} staging label: AWSCURRENT"
    put(secrets, "first", A, "mine")
    assert stages(secrets, "first") == {"a": {"AWSCURRENT", "mine"}}


def test_an_update_makes_a_version_that_is_current(secrets):
    arn = make(secrets, "updated")["ARN"]
    told = secrets.update_secret(
        SecretId="updated", ClientRequestToken=B, SecretBinary=b"\x00b", Description="new"
    )
    assert (told["ARN"], told["Name"], told["VersionId"]) == (arn, "updated", B)
    got = secrets.get_secret_value(SecretId="updated")
    assert got["SecretBinary"] == b"\x00b" and "SecretString" not in got
    assert stages(secrets, "updated") == {"a": {"AWSPREVIOUS"}, "b": {"AWSCURRENT"}}
    told = secrets.update_secret(SecretId="updated", Description="newer")
    assert "VersionId" not in told
    assert read(secrets, "updated", VersionStage="AWSPREVIOUS") == "a"


def test_versions_are_listed(secrets):
    make(secrets, "listed")
    for token in (B, C, D):
        put(secrets, "listed", token)
    assert versions(secrets, "listed") == "cd"
    assert versions(secrets, "listed", IncludeDeprecated=True) == "abcd"
    shown = secrets.list_secret_version_ids(SecretId="listed")
    [previous, current] = shown["Versions"]
    assert (shown["Name"], current["VersionStages"]) == ("listed", ["AWSCURRENT"])
    assert current["KmsKeyIds"] == ["DefaultEncryptionKey"]
    assert previous["CreatedDate"] <= current["CreatedDate"]
    found = pages(
        *(secrets.list_secret_version_ids, "Versions", "NextToken"),
        SecretId="listed",
        IncludeDeprecated=True,
        MaxResults=3,
    )
    letters = ["".join(one["VersionId"][0] for one in page) for page in found]
    assert letters == ["abc", "d"]


# -- tokens


def test_a_request_that_is_sent_again_is_done_once(secrets):
    made = make(secrets, "twice")
    again = make(secrets, "twice")
    assert (again["ARN"], again["VersionId"]) == (made["ARN"], A)
    first = put(secrets, "twice", B)
    put(secrets, "twice", C)
    again = put(secrets, "twice", B)
    assert again["VersionId"] == first["VersionId"]
    assert again["VersionStages"] == ["AWSPREVIOUS"], "it does nothing"
    assert read(secrets, "twice") == "c"
    bare = [secrets.create_secret(Name="bare", ClientRequestToken=A)["ARN"] for _ in range(2)]
    assert bare[0] == bare[1]


def test_a_token_is_of_one_value(secrets):
    arn = make(secrets, "taken")["ARN"]
    in_use = (
        f"ResourceExistsException: You can't use ClientRequestToken {A} because that value is "
        f"already in use for a version of secret {arn}."
    )
    words = "The operation failed because the secret taken already exists."
    exists = f"ResourceExistsException: {words}"
    other = {"ClientRequestToken": A, "SecretString": "other"}
    binary = {"ClientRequestToken": A, "SecretBinary": b"a"}
    for given in (other, binary):
        assert refused(secrets.put_secret_value, SecretId="taken", **given) == in_use
        assert refused(secrets.create_secret, Name="taken", **given) == exists
    same = {"ClientRequestToken": A, "SecretString": "a"}
    assert refused(secrets.update_secret, SecretId="taken", **same) == in_use
    assert refused(secrets.create_secret, Name="taken", SecretString="a") == exists
    assert read(secrets, "taken") == "a"


def test_who_generates_no_token_is_told(shared, secrets):
    make(secrets, "raw")
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    raw = Service(shared, "secretsmanager", headers)
    for operation, given in [
        ("CreateSecret", {"Name": "raw-2"}),
        ("PutSecretValue", {"SecretId": "raw", "SecretString": "b"}),
        ("UpdateSecret", {"SecretId": "raw", "SecretString": "b"}),
    ]:
        target = {"X-Amz-Target": f"secretsmanager.{operation}"}
        answer = raw.send(json.dumps(given), headers=target)
        assert code(answer) == (400, "InvalidRequestException")
        assert b"You must provide a ClientRequestToken value." in answer.body
    target = {"X-Amz-Target": "secretsmanager.GetSecretValue"}
    answer = raw.send('{"SecretId": "raw"}', headers=target)
    assert answer.json()["SecretString"] == "a"


# -- bounds


def test_a_version_has_twenty_stages(secrets):
    make(secrets, "staged")
    names = [f"stage-{number}" for number in range(20)]
    put(secrets, "staged", B, *names)
    told = refused(
        secrets.update_secret_version_stage,
        SecretId="staged",
        VersionStage="one-more",
        MoveToVersionId=B,
    )
    words = "A version can have at most 20 staging labels."
    assert told == f"LimitExceededException: {words}"
    secrets.update_secret_version_stage(
        SecretId="staged", VersionStage="stage-0", RemoveFromVersionId=B, MoveToVersionId=A
    )
    assert stages(secrets, "staged")["a"] == {"AWSCURRENT", "stage-0"}


def test_a_day_has_a_number_of_versions(secrets):
    make(secrets, "many")
    for _ in range(149):
        secrets.put_secret_value(SecretId="many", SecretString="x")
    told = refused(secrets.put_secret_value, SecretId="many", SecretString="x")
    assert told.startswith("LimitExceededException: A secret can have at most 150 versions;")
    first = secrets.list_secret_version_ids(SecretId="many", IncludeDeprecated=True)
    assert len(first["Versions"]) == 100
    rest = secrets.list_secret_version_ids(
        SecretId="many", IncludeDeprecated=True, NextToken=first["NextToken"]
    )
    assert len(rest["Versions"]) == 50 and "NextToken" not in rest


def test_values_are_long_and_come_back_as_they_were(secrets):
    text = "ü" * 32_768
    secrets.create_secret(Name="long", SecretString=text)
    assert read(secrets, "long") == text
    whole = bytes(range(256)) * 256
    secrets.put_secret_value(SecretId="long", SecretBinary=whole)
    assert secrets.get_secret_value(SecretId="long")["SecretBinary"] == whole


# -- refusals

UNKNOWN = "00000000-0000-0000-0000-000000000000"
REFUSED = {
    "a version of nobody's": (
        "get_secret_value",
        {"VersionId": UNKNOWN},
        f"ResourceNotFoundException: {ABSENT} VersionId: {UNKNOWN}",
    ),
    "a stage of nobody's": (
        "get_secret_value",
        {"VersionStage": "mine"},
        f"ResourceNotFoundException: {ABSENT} staging label: mine",
    ),
    "a version in another stage": (
        "get_secret_value",
        {"VersionId": A, "VersionStage": "AWSCURRENT"},
        "InvalidRequestException: You provided a VersionStage that is not associated to the "
        "provided VersionId.",
    ),
    "no value": (
        "put_secret_value",
        {},
        "InvalidRequestException: You must provide either SecretString or SecretBinary.",
    ),
    "two values": (
        "update_secret",
        {"SecretString": "x", "SecretBinary": b"x"},
        "InvalidParameterException: You can't specify both a binary secret value and a string",
    ),
    "a rotation's token": (
        "put_secret_value",
        {"SecretString": "x", "RotationToken": UNKNOWN},
        "InvalidParameterException: `RotationToken` is not supported by Longshore yet",
    ),
    "a partner's type": (
        "update_secret",
        {"Type": "partner"},
        "InvalidParameterException: `Type` is not supported by Longshore yet",
    ),
    "a stage that is somebody's": (
        "update_secret_version_stage",
        {"VersionStage": "AWSCURRENT", "MoveToVersionId": A},
        "InvalidParameterException: The parameter RemoveFromVersionId can't be empty. Staging "
        f"label AWSCURRENT is currently attached to version {B}, so you must explicitly reference "
        "that version in RemoveFromVersionId.",
    ),
    "a stage that another has": (
        "update_secret_version_stage",
        {"VersionStage": "AWSCURRENT", "RemoveFromVersionId": A, "MoveToVersionId": A},
        f"InvalidParameterException: Staging label AWSCURRENT isn't attached to version {A}",
    ),
    "a stage of nobody's to take away": (
        "update_secret_version_stage",
        {"VersionStage": "mine"},
        "InvalidParameterException: Staging label mine isn't attached to any version",
    ),
    "no current version": (
        "update_secret_version_stage",
        {"VersionStage": "AWSCURRENT", "RemoveFromVersionId": B},
        "InvalidParameterException: You can only move staging label AWSCURRENT to a different",
    ),
    "a stage for nobody": (
        "update_secret_version_stage",
        {"VersionStage": "mine", "MoveToVersionId": UNKNOWN},
        f"ResourceNotFoundException: {ABSENT} VersionId: {UNKNOWN}",
    ),
}


@pytest.fixture(scope="module")
def refusing(secrets):
    make(secrets, "refused")
    put(secrets, "refused", B)
    return secrets


@pytest.mark.parametrize("case", REFUSED)
def test_a_call_that_is_refused(refusing, case):
    operation, given, words = REFUSED[case]
    told = refused(getattr(refusing, operation), SecretId="refused", **given)
    assert told.startswith(words), told
    assert stages(refusing, "refused") == {"a": {"AWSPREVIOUS"}, "b": {"AWSCURRENT"}}


REPLICA = "arn:aws:secretsmanager:us-east-1:111111111111:secret:replica-AbCdEf"
NOT_IMPLEMENTED = {
    "replicate_secret_to_regions": {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
    "remove_regions_from_replication": {"RemoveReplicaRegions": ["eu-west-1"]},
    "stop_replication_to_replica": {},
    "associate_cross_account_replica": {"CrossAccountReplicaARN": REPLICA},
    "disassociate_cross_account_replica": {"CrossAccountReplicaARN": REPLICA},
}


@pytest.mark.parametrize("operation", NOT_IMPLEMENTED)
def test_what_is_not_implemented_is_named(secrets, operation):
    told = refused(getattr(secrets, operation), SecretId="refused", **NOT_IMPLEMENTED[operation])
    assert told.startswith("NotImplemented: operation `"), told
    assert operation.replace("_", "") in told.lower()


# -- what is kept


def test_no_value_is_on_the_disk_or_in_the_log(running):
    secrets = running.boto("secretsmanager")
    canaries = [f"canary-{uuid.uuid4().hex}" for _ in range(4)]
    text, binary, updated, refused_one = canaries
    secrets.create_secret(Name="safe", SecretString=text)
    secrets.put_secret_value(SecretId="safe", SecretBinary=binary.encode())
    secrets.update_secret(SecretId="safe", SecretString=updated)
    given = {"SecretId": "safe", "SecretString": refused_one, "SecretBinary": b"x"}
    told = refused(secrets.put_secret_value, **given)
    assert refused_one not in told
    told = refused(secrets.put_secret_value, SecretId="safe", SecretString=refused_one * 2000)
    assert refused_one not in told
    assert read(secrets, "safe") == updated
    assert secrets.batch_get_secret_value(SecretIdList=["safe"])["SecretValues"] != []
    running.down()
    printed = running.printed()
    files = [path for path in running.data_dir.rglob("*") if path.is_file()]
    assert any("state" in path.name or path.suffix in (".db", ".sqlite") for path in files), files
    for canary in canaries:
        assert canary not in printed
        for path in files:
            assert canary.encode() not in path.read_bytes(), path
