"""Secrets Manager's secrets as boto3 and the AWS CLI see them: named, listed, deleted, guarded."""

import datetime
import json
import re

import pytest

from harness import clients
from harness.refusals import refused

ACCOUNT = "arn:aws:secretsmanager:us-east-1:000000000000:secret"
GONE = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
MARKED = (
    "InvalidRequestException: You can't perform this operation on the secret because it was "
    "marked for deletion."
)
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def secrets(shared):
    return shared.boto("secretsmanager")


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def names(entries):
    return [entry["Name"] for entry in entries]


# -- the CLI


def test_the_life_of_a_secret(shared):
    def call(operation, *arguments, **named):
        return shared.aws("secretsmanager", operation, *arguments, **named)

    made = call(
        "create-secret",
        name="cli/life",
        description="a test",
        secret_string="first",
        tags="Key=a,Value=1",
    )
    assert re.fullmatch(f"{ACCOUNT}:cli/life-[A-Za-z0-9]{{6}}", made["ARN"])
    got = call("get-secret-value", secret_id="cli/life")
    assert (got["SecretString"], got["VersionId"]) == ("first", made["VersionId"])
    assert got["VersionStages"] == ["AWSCURRENT"]
    put = call("put-secret-value", secret_id=made["ARN"], secret_string="second")
    assert put["VersionStages"] == ["AWSCURRENT"]
    got = call("get-secret-value", secret_id="cli/life", version_stage="AWSPREVIOUS")
    assert got["SecretString"] == "first"
    shown = call("describe-secret", secret_id="cli/life")
    assert (shown["Description"], shown["Tags"]) == ("a test", [{"Key": "a", "Value": "1"}])
    assert shown["VersionIdsToStages"] == {
        made["VersionId"]: ["AWSPREVIOUS"],
        put["VersionId"]: ["AWSCURRENT"],
    }
    listed = call("list-secrets", filters="Key=name,Values=cli/")["SecretList"]
    assert names(listed) == ["cli/life"]
    call("delete-secret", secret_id="cli/life", recovery_window_in_days=7)
    with pytest.raises(clients.AwsError) as told:
        call("get-secret-value", secret_id="cli/life")
    assert f"{told.value.code}: {told.value.message}" == MARKED
    call("restore-secret", secret_id="cli/life")
    assert call("get-secret-value", secret_id="cli/life")["SecretString"] == "second"
    call("delete-secret", "--force-delete-without-recovery", secret_id="cli/life")
    with pytest.raises(clients.AwsError) as told:
        call("describe-secret", secret_id="cli/life")
    assert f"{told.value.code}: {told.value.message}" == GONE


def test_the_cli_turns_pages(shared, secrets):
    for number in range(5):
        secrets.create_secret(Name=f"turn/{number}")
    under = "Key=name,Values=turn/"
    shown = shared.aws("secretsmanager", "list-secrets", filters=under, page_size=2)
    assert names(shown["SecretList"]) == [f"turn/{number}" for number in range(5)]


# -- names


def test_a_secret_is_found_by_its_name_and_by_its_arn_whole_or_in_part(secrets):
    arn = secrets.create_secret(Name="found/db-main", SecretString="x")["ARN"]
    for name in ["found/db-main", arn, arn[:-7]]:
        assert secrets.get_secret_value(SecretId=name)["ARN"] == arn
    elsewhere = arn.replace("us-east-1", "eu-west-1")
    other = f"{arn[:-6]}zzzzzz"
    for name in ["found", "found/db-main-" + arn[-6:], other, elsewhere, arn[:-1], "arn:aws:x"]:
        assert refused(secrets.get_secret_value, SecretId=name) == GONE, name


def test_what_looks_like_a_suffix_may_be_a_name(secrets):
    arn = secrets.create_secret(Name="odd-abcdef", SecretString="x")["ARN"]
    assert secrets.describe_secret(SecretId=f"{ACCOUNT}:odd-abcdef")["ARN"] == arn
    assert secrets.describe_secret(SecretId="odd-abcdef")["ARN"] == arn


def test_a_secret_that_is_made_again_is_another(secrets):
    before = secrets.create_secret(Name="again", SecretString="before")["ARN"]
    secrets.delete_secret(SecretId="again", ForceDeleteWithoutRecovery=True)
    after = secrets.create_secret(Name="again", SecretString="after")["ARN"]
    assert before != after
    assert refused(secrets.get_secret_value, SecretId=before) == GONE
    assert secrets.get_secret_value(SecretId=after)["SecretString"] == "after"


def test_secrets_of_another_region_are_not_seen(shared, secrets):
    arn = secrets.create_secret(Name="regional", SecretString="x")["ARN"]
    there = shared.boto("secretsmanager", region="eu-west-1")
    assert there.list_secrets()["SecretList"] == []
    assert refused(there.get_secret_value, SecretId="regional") == GONE
    assert refused(there.get_secret_value, SecretId=arn) == GONE
    there.create_secret(Name="regional", SecretString="y")
    assert secrets.get_secret_value(SecretId="regional")["SecretString"] == "x"


# -- what is shown


def test_a_secret_is_shown_as_it_was_made_and_changed(secrets):
    made = secrets.create_secret(
        Name="shown",
        Description="größer",
        KmsKeyId="alias/aws/secretsmanager",
        Tags=[{"Key": "b", "Value": ""}, {"Key": "a", "Value": "1"}],
    )
    assert "VersionId" not in made
    shown = secrets.describe_secret(SecretId="shown")
    assert shown["Description"] == "größer"
    assert shown["Tags"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
    assert abs(shown["CreatedDate"] - now()) < datetime.timedelta(minutes=5)
    assert shown["CreatedDate"] == shown["LastChangedDate"]
    absent = {"KmsKeyId", "LastAccessedDate", "DeletedDate", "RotationEnabled"}
    assert absent.isdisjoint(shown) and "VersionIdsToStages" not in shown
    secrets.update_secret(SecretId="shown", Description="")
    changed = secrets.describe_secret(SecretId="shown")
    assert "Description" not in changed
    assert changed["LastChangedDate"] > shown["LastChangedDate"]


def test_the_day_of_the_last_access_is_shown(secrets):
    secrets.create_secret(Name="read", SecretString="x")
    [version] = secrets.list_secret_version_ids(SecretId="read")["Versions"]
    assert "LastAccessedDate" not in version
    before = secrets.describe_secret(SecretId="read")
    secrets.get_secret_value(SecretId="read")
    after = secrets.describe_secret(SecretId="read")
    day = after["LastAccessedDate"]
    assert day.timestamp() % 86400 == 0
    assert now() - day < DAY + datetime.timedelta(minutes=1)
    assert after["LastChangedDate"] == before["LastChangedDate"]
    [version] = secrets.list_secret_version_ids(SecretId="read")["Versions"]
    assert version["LastAccessedDate"] == day


def test_tags_come_and_go(secrets):
    secrets.create_secret(Name="tagged", Tags=[{"Key": "a", "Value": "1"}])

    def tags():
        shown = secrets.describe_secret(SecretId="tagged").get("Tags", [])
        return {tag["Key"]: tag["Value"] for tag in shown}

    secrets.tag_resource(
        SecretId="tagged", Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}]
    )
    assert tags() == {"a": "2", "b": "3"}
    secrets.untag_resource(SecretId="tagged", TagKeys=["a", "none"])
    assert tags() == {"b": "3"}
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    told = refused(secrets.tag_resource, SecretId="tagged", Tags=many)
    assert told == "InvalidParameterException: A secret can have at most 50 tags."
    secrets.tag_resource(SecretId="tagged", Tags=many[:49])
    assert len(tags()) == 50


# -- deletion


def test_a_deletion_is_scheduled_and_cancelled(secrets):
    secrets.create_secret(Name="doomed", SecretString="x")
    told = secrets.delete_secret(SecretId="doomed")
    assert abs(told["DeletionDate"] - now() - 30 * DAY) < datetime.timedelta(minutes=5)
    shown = secrets.describe_secret(SecretId="doomed")
    assert shown["DeletedDate"] == told["DeletionDate"]
    [listed] = secrets.list_secrets(
        IncludePlannedDeletion=True, Filters=[{"Key": "name", "Values": ["doomed"]}]
    )["SecretList"]
    assert abs(listed["DeletedDate"] - now()) < datetime.timedelta(minutes=5)
    secrets.restore_secret(SecretId="doomed")
    assert "DeletedDate" not in secrets.describe_secret(SecretId="doomed")
    assert secrets.get_secret_value(SecretId="doomed")["SecretString"] == "x"
    assert secrets.restore_secret(SecretId="doomed")["Name"] == "doomed"


POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "111111111111"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        },
    }
)
EVERYONE = POLICY.replace('{"AWS": "111111111111"}', '"*"')
LOCKED = EVERYONE.replace("Allow", "Deny").replace("GetSecretValue", "*")
NOT_WHILE_DELETED = {
    "get_secret_value": {},
    "put_secret_value": {"SecretString": "y"},
    "update_secret": {"Description": "y"},
    "update_secret_version_stage": {"VersionStage": "AWSPENDING"},
    "tag_resource": {"Tags": []},
    "untag_resource": {"TagKeys": []},
    "put_resource_policy": {"ResourcePolicy": POLICY},
    "get_resource_policy": {},
    "delete_resource_policy": {},
    "list_resource_policies": {},
    "validate_resource_policy": {"ResourcePolicy": POLICY},
}


@pytest.fixture(scope="module")
def scheduled(secrets):
    secrets.create_secret(Name="scheduled", SecretString="x")
    secrets.delete_secret(SecretId="scheduled", RecoveryWindowInDays=7)
    return secrets


@pytest.mark.parametrize("operation", NOT_WHILE_DELETED)
def test_a_secret_that_is_scheduled_for_deletion_is_left_alone(scheduled, operation):
    given = NOT_WHILE_DELETED[operation]
    assert refused(getattr(scheduled, operation), SecretId="scheduled", **given) == MARKED
    told = refused(getattr(scheduled, operation), SecretId="never", **given)
    assert told == GONE


def test_what_is_scheduled_for_deletion_keeps_its_name(scheduled):
    assert refused(scheduled.delete_secret, SecretId="scheduled") == (
        "InvalidRequestException: You can't perform this operation on the secret because it was "
        "already scheduled for deletion."
    )
    assert refused(scheduled.create_secret, Name="scheduled") == (
        "InvalidRequestException: You can't create this secret because a secret with this name is "
        "already scheduled for deletion."
    )
    assert len(scheduled.list_secret_version_ids(SecretId="scheduled")["Versions"]) == 1


def test_what_is_not_there_can_be_deleted_by_force(secrets):
    told = secrets.delete_secret(SecretId="never", ForceDeleteWithoutRecovery=True)
    assert (told["Name"], told["ARN"]) == ("never", f"{ACCOUNT}:never")
    assert abs(told["DeletionDate"] - now()) < datetime.timedelta(minutes=5)
    secrets.create_secret(Name="forced")
    secrets.delete_secret(SecretId="forced")
    secrets.delete_secret(SecretId="forced", ForceDeleteWithoutRecovery=True)
    assert refused(secrets.describe_secret, SecretId="forced") == GONE


def test_secrets_outlive_a_restart(running):
    secrets = running.boto("secretsmanager")
    secrets.create_secret(Name="kept", SecretString="größer", Tags=[{"Key": "a", "Value": "1"}])
    secrets.get_secret_value(SecretId="kept")
    before = secrets.describe_secret(SecretId="kept")
    running.down()
    running.up()
    secrets = running.boto("secretsmanager")
    after = secrets.describe_secret(SecretId="kept")
    before.pop("ResponseMetadata"), after.pop("ResponseMetadata")
    assert after == before
    assert secrets.get_secret_value(SecretId="kept")["SecretString"] == "größer"


# -- policies


def test_the_life_of_a_policy(secrets):
    arn = secrets.create_secret(Name="guarded", SecretString="x")["ARN"]
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId="guarded")
    assert secrets.list_resource_policies(SecretId="guarded")["ResourcePolicies"] == []
    put = secrets.put_resource_policy(
        SecretId="guarded", ResourcePolicy=POLICY, BlockPublicPolicy=True
    )
    assert (put["ARN"], put["PolicyName"]) == (arn, "default")
    got = secrets.get_resource_policy(SecretId="guarded", PolicyName="default")
    assert got["ResourcePolicy"] == POLICY
    shown = secrets.list_resource_policies(SecretId="guarded", MaxResults=1)
    assert shown["ResourcePolicies"] == [{"PolicyName": "default"}]
    secrets.put_resource_policy(SecretId="guarded", ResourcePolicy=EVERYONE)
    assert secrets.get_resource_policy(SecretId="guarded")["ResourcePolicy"] == EVERYONE
    for _ in range(2):
        gone = secrets.delete_resource_policy(SecretId="guarded")
        assert (gone["ARN"], gone["PolicyName"]) == (arn, "default")
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId="guarded")


def test_a_policy_is_validated(secrets):
    secrets.create_secret(Name="validated")

    def failed(policy):
        told = secrets.validate_resource_policy(SecretId="validated", ResourcePolicy=policy)
        checks = [one["CheckName"] for one in told["ValidationErrors"]]
        assert told["PolicyValidationPassed"] == (checks == [])
        return checks

    assert failed(POLICY) == []
    assert failed(EVERYONE) == ["BroadAccess"]
    assert failed(LOCKED) == ["CallerLockout"]
    assert secrets.validate_resource_policy(ResourcePolicy=POLICY)["PolicyValidationPassed"]
    told = refused(secrets.put_resource_policy, SecretId="validated", ResourcePolicy="{}")
    assert told == "MalformedPolicyDocumentException: Syntax errors in policy."


# -- passwords

LOWER, UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS, OTHERS = "0123456789", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
PASSWORDS = {
    "as it comes": ({}, 32, [LOWER, UPPER, DIGITS, OTHERS]),
    "a short one": ({"PasswordLength": 4}, 4, [LOWER, UPPER, DIGITS, OTHERS]),
    "the longest": ({"PasswordLength": 4096}, 4096, [LOWER, UPPER, DIGITS, OTHERS]),
    "letters": ({"ExcludeNumbers": True, "ExcludePunctuation": True}, 32, [LOWER, UPPER]),
    "small ones": (
        {"ExcludeNumbers": True, "ExcludePunctuation": True, "ExcludeUppercase": True},
        32,
        [LOWER],
    ),
    "great ones": (
        {"ExcludeNumbers": True, "ExcludePunctuation": True, "ExcludeLowercase": True},
        32,
        [UPPER],
    ),
    "without some": ({"ExcludeCharacters": "abc123"}, 32, [LOWER[3:], UPPER, "0456789", OTHERS]),
    "a space": (
        {"ExcludeCharacters": LOWER[1:] + UPPER + DIGITS + OTHERS, "IncludeSpace": True}
        | {"RequireEachIncludedType": False, "PasswordLength": 500},
        500,
        ["a", " "],
    ),
}


@pytest.mark.parametrize("case", PASSWORDS)
def test_a_password_follows_its_rules(secrets, case):
    given, length, types = PASSWORDS[case]
    password = secrets.get_random_password(**given)["RandomPassword"]
    assert len(password) == length
    assert set(password) <= set("".join(types))
    assert all(set(password) & set(letters) for letters in types)
    assert length == 4 or password != secrets.get_random_password(**given)["RandomPassword"]
