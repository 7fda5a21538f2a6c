"""What Secrets Manager refuses, and in which words."""

import json

import pytest

from harness.refusals import refused

GONE = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
DIGITS = "0123456789"
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
NOBODY = POLICY.replace("111111111111", "arn:aws:iam::000000000000:user/nobody")
EVERYONE = POLICY.replace('{"AWS": "111111111111"}', '"*"')


@pytest.fixture(scope="module")
def secrets(shared):
    return shared.boto("secretsmanager")


NOT_YET = "is not supported by Longshore yet"
REFUSED = {
    "a name of nobody's": (
        "create_secret",
        {"Name": "a b"},
        "ValidationException: Invalid name. Must be a valid name containing alphanumeric",
    ),
    "a name that is taken": (
        "create_secret",
        {"Name": "refused"},
        "ResourceExistsException: The operation failed because the secret refused already exists.",
    ),
    "two values": (
        "create_secret",
        {"Name": "new", "SecretString": "x", "SecretBinary": b"x"},
        "InvalidParameterException: You can't specify both a binary secret value and a string",
    ),
    "a long value": (
        "create_secret",
        {"Name": "new", "SecretString": "ä" * 32_769},
        "InvalidParameterException: A secret value can have at most 65536 bytes.",
    ),
    "a policy for nobody there is": (
        "put_resource_policy",
        {"SecretId": "refused", "ResourcePolicy": NOBODY},
        "MalformedPolicyDocumentException: This resource policy contains an unsupported principal.",
    ),
    "replicas": (
        "create_secret",
        {"Name": "new", "AddReplicaRegions": [{"Region": "eu-west-1"}]},
        f"InvalidParameterException: `AddReplicaRegions` {NOT_YET}",
    ),
    "a partner's secret": (
        "create_secret",
        {"Name": "new", "Type": "partner"},
        f"InvalidParameterException: `Type` {NOT_YET}",
    ),
    "a tag twice": (
        "create_secret",
        {"Name": "new", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]},
        "InvalidParameterException: The tag key 'a' is given more than once.",
    ),
    "a tag of AWS's": (
        "tag_resource",
        {"SecretId": "refused", "Tags": [{"Key": "AWS:a", "Value": ""}]},
        "InvalidParameterException: The tag key 'AWS:a'",
    ),
    "a tag without a key": (
        "tag_resource",
        {"SecretId": "refused", "Tags": [{"Value": ""}]},
        "InvalidParameterException: A tag has to have a key.",
    ),
    "a window and none": (
        "delete_secret",
        {"SecretId": "refused", "RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True},
        "InvalidParameterException: You can't use ForceDeleteWithoutRecovery in conjunction with",
    ),
    "a short window": (
        "delete_secret",
        {"SecretId": "refused", "RecoveryWindowInDays": 6},
        "InvalidParameterException: The RecoveryWindowInDays value must be between 7 and 30 days",
    ),
    "a token of nobody's": (
        "list_secrets",
        {"NextToken": "x"},
        "InvalidNextTokenException: ",
    ),
    "a token of nobody's for versions": (
        "list_secret_version_ids",
        {"SecretId": "refused", "NextToken": "x"},
        "InvalidNextTokenException: ",
    ),
    "a token of nobody's for policies": (
        "list_resource_policies",
        {"SecretId": "refused", "NextToken": "x"},
        "InvalidNextTokenException: ",
    ),
    "a token of nobody's for values": (
        "batch_get_secret_value",
        {"Filters": [{"Key": "name", "Values": ["a"]}], "NextToken": "x"},
        "InvalidNextTokenException: ",
    ),
    "a filter without a key": (
        "list_secrets",
        {"Filters": [{"Values": ["a"]}]},
        "InvalidParameterException: A filter has to have a key.",
    ),
    "a filter without values": (
        "list_secrets",
        {"Filters": [{"Key": "name"}]},
        "InvalidParameterException: Invalid filter values for key: name",
    ),
    "a filter of nobody's": (
        "list_secrets",
        {"Filters": [{"Key": "colour", "Values": ["a"]}]},
        "ValidationException: 1 validation error detected: Value 'colour'",
    ),
    "neither ids nor filters": (
        "batch_get_secret_value",
        {},
        "InvalidParameterException: Either 'SecretIdList' or 'Filters' must be provided",
    ),
    "ids and filters": (
        "batch_get_secret_value",
        {"SecretIdList": ["a"], "Filters": [{"Key": "name", "Values": ["a"]}]},
        "InvalidParameterException: Either 'SecretIdList' or 'Filters' must be provided",
    ),
    "pages of ids": (
        "batch_get_secret_value",
        {"SecretIdList": ["a"], "MaxResults": 1},
        "InvalidParameterException: 'Filters' not specified.",
    ),
    "a policy of another name": (
        "put_resource_policy",
        {"SecretId": "refused", "PolicyName": "mine", "ResourcePolicy": POLICY},
        "InvalidParameterException: The resource policy mine can't be changed",
    ),
    "a policy of another name to delete": (
        "delete_resource_policy",
        {"SecretId": "refused", "PolicyName": "mine"},
        "InvalidParameterException: The resource policy mine can't be changed",
    ),
    "a policy that is not there": (
        "get_resource_policy",
        {"SecretId": "refused", "PolicyName": "mine"},
        "ResourceNotFoundException: Secrets Manager can't find the resource policy mine.",
    ),
    "a policy for everyone": (
        "put_resource_policy",
        {"SecretId": "refused", "ResourcePolicy": EVERYONE, "BlockPublicPolicy": True},
        "PublicPolicyException: ",
    ),
    "a policy that is none": (
        "validate_resource_policy",
        {"ResourcePolicy": "{"},
        "MalformedPolicyDocumentException: ",
    ),
    "too short a password": (
        "get_random_password",
        {"PasswordLength": 3},
        "InvalidParameterException: Password length is too short based on the required types.",
    ),
    "too long a password": (
        "get_random_password",
        {"PasswordLength": 4097},
        "ValidationException: 1 validation error detected: ",
    ),
    "a password of nothing": (
        "get_random_password",
        {
            "ExcludeLowercase": True,
            "ExcludeUppercase": True,
            "ExcludeNumbers": True,
            "ExcludePunctuation": True,
        },
        "InvalidParameterException: All characters have been excluded from selection.",
    ),
    "a password without numbers that has one": (
        "get_random_password",
        {"ExcludeCharacters": DIGITS},
        "InvalidParameterException: All characters of the desired type have been excluded.",
    ),
}


@pytest.fixture(scope="module")
def refusing(secrets):
    secrets.create_secret(Name="refused", SecretString="x")
    return secrets


@pytest.mark.parametrize("case", REFUSED)
def test_a_call_that_is_refused(refusing, case):
    operation, given, words = REFUSED[case]
    told = refused(getattr(refusing, operation), **given)
    assert told.startswith(words), told
    assert refused(refusing.describe_secret, SecretId="new") == GONE


def test_an_exception_has_its_class(secrets):
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.describe_secret(SecretId="never")
    with pytest.raises(secrets.exceptions.InvalidNextTokenException):
        secrets.list_secrets(NextToken="x")
