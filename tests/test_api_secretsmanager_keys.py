"""Secrets under KMS keys of one's own: which key seals a version, and who may use it."""

import json

import pytest

from harness.iam import ACCOUNT, ROOT, allow, deny, let_user
from harness.refusals import refused
from test_api_access import make_user

ALIAS = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/"
NO_KEY = "InvalidParameterException: The operation failed because of an invalid KMS key: "
NOT_SEALED = "EncryptionFailure: Secrets Manager can't encrypt the secret value: "
NOT_OPENED = "DecryptionFailure: Secrets Manager can't decrypt the secret value: "
NOT_ALLOWED = "AccessDeniedException: Access to KMS is not allowed"
DEFAULT = "DefaultEncryptionKey"
VIA = "secretsmanager.us-east-1.amazonaws.com"
A, B, C = (letter * 36 for letter in "abc")


@pytest.fixture(scope="module")
def secrets(shared):
    return shared.boto("secretsmanager")


@pytest.fixture(scope="module")
def kms(shared):
    return shared.boto("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def read(secrets, name, **version):
    return secrets.get_secret_value(SecretId=name, **version)["SecretString"]


def put(secrets, name, token, value="x", **more):
    return secrets.put_secret_value(
        SecretId=name, ClientRequestToken=token, SecretString=value, **more
    )


def keys(secrets, name):
    """The keys that open each version, by the first letter of its id."""
    shown = secrets.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    return {version["VersionId"][0]: version["KmsKeyIds"] for version in shown}


def named(secrets, name):
    return secrets.describe_secret(SecretId=name).get("KmsKeyId")


# -- which key


def test_a_secret_is_sealed_with_the_key_that_is_named(shared, secrets, kms, key):
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key)
    for number, name in enumerate([key.split("/")[1], key, "alias/mine", f"{ALIAS}mine"]):
        secret = f"named/{number}"
        secrets.create_secret(
            Name=secret, SecretString=f"s{number}", ClientRequestToken=A, KmsKeyId=name
        )
        assert (read(secrets, secret), named(secrets, secret)) == (f"s{number}", name)
        assert keys(secrets, secret) == {"a": [key]}
    listed = secrets.list_secrets(Filters=[{"Key": "name", "Values": ["named/2"]}])["SecretList"]
    assert [one["KmsKeyId"] for one in listed] == ["alias/mine"]
    made = shared.aws(
        "secretsmanager", "create-secret", name="cli", secret_string="x", kms_key_id="alias/mine"
    )
    assert shared.aws("secretsmanager", "describe-secret", secret_id=made["ARN"])["KmsKeyId"] == (
        "alias/mine"
    )
    many = secrets.batch_get_secret_value(SecretIdList=["named/0", "named/3"])
    assert [one["SecretString"] for one in many["SecretValues"]] == ["s0", "s3"]


def test_the_services_own_key_is_one_that_kms_shows(secrets, kms):
    names = [{}, {"KmsKeyId": ""}, {"KmsKeyId": "alias/aws/secretsmanager"}]
    names.append({"KmsKeyId": f"{ALIAS}aws/secretsmanager"})
    for number, name in enumerate(names):
        secret = f"own/{number}"
        secrets.create_secret(Name=secret, SecretString="x", ClientRequestToken=A, **name)
        assert named(secrets, secret) is None
        assert (read(secrets, secret), keys(secrets, secret)) == ("x", {"a": [DEFAULT]})
    [own] = [
        one
        for one in kms.list_aliases()["Aliases"]
        if one["AliasName"] == "alias/aws/secretsmanager"
    ]
    about = kms.describe_key(KeyId=own["TargetKeyId"])["KeyMetadata"]
    assert about["KeyManager"] == "AWS"
    secrets.create_secret(Name="own/id", SecretString="x", KmsKeyId=own["TargetKeyId"])
    assert named(secrets, "own/id") is None


def test_an_alias_seals_with_the_key_that_it_is_of_then(secrets, kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/moves", TargetKeyId=key)
    secrets.create_secret(
        Name="moves", SecretString="1", ClientRequestToken=A, KmsKeyId="alias/moves"
    )
    kms.update_alias(AliasName="alias/moves", TargetKeyId=other)
    put(secrets, "moves", B, "2")
    assert keys(secrets, "moves") == {"a": [key], "b": [other]}
    assert read(secrets, "moves", VersionStage="AWSPREVIOUS") == "1"
    kms.delete_alias(AliasName="alias/moves")
    told = refused(put, secrets, "moves", C, "3")
    assert told == f"{NOT_SEALED}Alias {ALIAS}moves is not found."
    assert read(secrets, "moves") == "2"


def test_a_key_that_is_not_there_is_refused(secrets):
    secrets.create_secret(Name="keyless", SecretString="x")
    gone = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0123abcd-12ab-34cd-56ef-1234567890ab"
    for name, why in {
        gone: f"Key '{gone}' does not exist",
        gone.split("/")[1]: f"Key '{gone}' does not exist",
        "alias/nobodys": f"Alias {ALIAS}nobodys is not found.",
        "x": "Invalid keyId 'x'",
        gone.replace("us-east-1", "eu-west-1"): "Invalid arn eu-west-1",
        gone.replace(ACCOUNT, "111111111111"): (
            f"Key '{gone.replace(ACCOUNT, '111111111111')}' does not exist"
        ),
        "arn:aws:s3:::b": "Invalid arn arn:aws:s3:::b",
    }.items():
        told = refused(secrets.create_secret, Name="new", SecretString="x", KmsKeyId=name)
        assert told == NO_KEY + why
        assert refused(secrets.create_secret, Name="new", KmsKeyId=name) == NO_KEY + why
        assert refused(secrets.update_secret, SecretId="keyless", KmsKeyId=name) == NO_KEY + why
    assert (named(secrets, "keyless"), read(secrets, "keyless")) == (None, "x")


def test_a_key_of_another_service_is_not_for_secrets(shared, secrets):
    shared.boto("ssm").put_parameter(Name="/other", Value="x", Type="SecureString")
    told = refused(secrets.create_secret, Name="new", SecretString="x", KmsKeyId="alias/aws/ssm")
    assert told == NOT_ALLOWED


# -- keys that are away


def test_a_key_that_is_away_neither_seals_nor_opens(secrets, kms, key):
    secrets.create_secret(
        Name="away", SecretString="x", ClientRequestToken=A, KmsKeyId=key
    )
    for away, why in [
        (lambda: kms.disable_key(KeyId=key), f"{key} is disabled."),
        (lambda: kms.schedule_key_deletion(KeyId=key), f"{key} is pending deletion."),
    ]:
        away()
        assert refused(read, secrets, "away") == NOT_OPENED + why
        many = secrets.batch_get_secret_value(SecretIdList=["away"])
        [error] = many["Errors"]
        assert (error["ErrorCode"], error["Message"]) == tuple((NOT_OPENED + why).split(": ", 1))
        assert refused(put, secrets, "away", B) == NOT_SEALED + why
        assert refused(put, secrets, "away", A) == NOT_OPENED + why
        told = refused(secrets.create_secret, Name="new", SecretString="x", KmsKeyId=key)
        assert told == NOT_SEALED + why
        assert named(secrets, "away") == key
    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    assert read(secrets, "away") == "x"
    kms.rotate_key_on_demand(KeyId=key)
    assert read(secrets, "away") == "x"


# -- another key


def test_another_key_opens_the_staged_versions_as_well(secrets, kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    secrets.create_secret(
        Name="changed", SecretString="1", ClientRequestToken=A, KmsKeyId=key
    )
    put(secrets, "changed", B, "2")
    put(secrets, "changed", C, "3")
    before = secrets.describe_secret(SecretId="changed")
    secrets.update_secret(SecretId="changed", KmsKeyId=other)
    after = secrets.describe_secret(SecretId="changed")
    assert after["KmsKeyId"] == other
    assert after["VersionIdsToStages"] == before["VersionIdsToStages"]
    assert after["LastChangedDate"] > before["LastChangedDate"]
    assert keys(secrets, "changed") == {"a": [key], "b": [key, other], "c": [key, other]}
    kms.disable_key(KeyId=other)
    assert read(secrets, "changed") == "3"
    kms.enable_key(KeyId=other)
    kms.disable_key(KeyId=key)
    assert read(secrets, "changed") == "3"
    assert read(secrets, "changed", VersionStage="AWSPREVIOUS") == "2"
    told = refused(read, secrets, "changed", VersionId=A)
    assert told == f"{NOT_OPENED}{key} is disabled."
    put(secrets, "changed", "d" * 36, "4")
    assert keys(secrets, "changed")["d"] == [other]


def test_a_secret_leaves_the_services_own_key_and_comes_back(secrets, key):
    secrets.create_secret(Name="back", SecretString="1", ClientRequestToken=A)
    secrets.update_secret(
        SecretId="back", KmsKeyId=key, SecretString="2", ClientRequestToken=B
    )
    assert keys(secrets, "back") == {"a": [DEFAULT, key], "b": [key]}
    secrets.update_secret(SecretId="back", KmsKeyId="")
    assert named(secrets, "back") is None
    assert keys(secrets, "back") == {"a": [DEFAULT, key], "b": [key, DEFAULT]}
    # What is there already is not sealed again.
    secrets.update_secret(SecretId="back", KmsKeyId=key)
    assert keys(secrets, "back") == {"a": [DEFAULT, key], "b": [key, DEFAULT]}
    assert (read(secrets, "back"), read(secrets, "back", VersionId=A)) == ("2", "1")


def test_a_secret_whose_key_is_away_gets_another_for_its_next_value(secrets, kms, key):
    secrets.create_secret(Name="stuck", SecretString="1", ClientRequestToken=A, KmsKeyId=key)
    kms.disable_key(KeyId=key)
    secrets.update_secret(SecretId="stuck", KmsKeyId="")
    assert refused(read, secrets, "stuck") == f"{NOT_OPENED}{key} is disabled."
    put(secrets, "stuck", B, "2")
    assert (read(secrets, "stuck"), keys(secrets, "stuck")) == ("2", {"a": [key], "b": [DEFAULT]})


# -- who may use it


def test_who_reads_and_writes_a_secret_may_use_its_key(shared, secrets, key):
    every = allow("secretsmanager:*")
    credentials, _arn = make_user(shared, "kim", every)
    client = shared.boto("secretsmanager", credentials=credentials)
    secrets.create_secret(Name="used", SecretString="1", ClientRequestToken=A, KmsKeyId=key)
    created = {"Name": "used/new", "SecretString": "x", "KmsKeyId": key}
    assert refused(read, client, "used") == NOT_ALLOWED
    assert refused(put, client, "used", B) == NOT_ALLOWED
    assert refused(client.create_secret, **created) == NOT_ALLOWED
    assert refused(client.update_secret, SecretId="used", KmsKeyId=key) == NOT_ALLOWED
    [error] = client.batch_get_secret_value(SecretIdList=["used"])["Errors"]
    assert f"{error['ErrorCode']}: {error['Message']}" == NOT_ALLOWED
    # What nobody has to decrypt for is not the key's affair.
    assert named(client, "used") == key
    let_user(shared, "kim", every, allow("kms:Decrypt", key))
    assert read(client, "used") == "1"
    assert refused(put, client, "used", B) == NOT_ALLOWED
    assert refused(client.create_secret, **created) == NOT_ALLOWED
    let_user(shared, "kim", every, allow("kms:GenerateDataKey", key))
    put(client, "used", B, "2")
    assert refused(read, client, "used") == NOT_ALLOWED
    assert refused(client.create_secret, **created) == NOT_ALLOWED
    let_user(shared, "kim", every, allow(["kms:GenerateDataKey", "kms:Decrypt"], key))
    client.create_secret(**created)
    assert (read(client, "used"), read(client, "used/new")) == ("2", "x")
    # The services' own key asks nothing.
    let_user(shared, "kim", every, deny("kms:*"))
    client.create_secret(Name="used/own", SecretString="y")
    assert read(client, "used/own") == "y"


def test_policies_see_through_which_service_and_for_what(shared, secrets, kms, key):
    arn = secrets.create_secret(Name="seen", SecretString="1", KmsKeyId=key)["ARN"]
    secrets.create_secret(Name="unseen", SecretString="1", KmsKeyId=key)
    through = {
        "StringEquals": {
            "kms:ViaService": VIA,
            "kms:CallerAccount": ACCOUNT,
            "kms:EncryptionContext:SecretARN": arn,
        },
        "Bool": {"aws:ViaAWSService": "true"},
    }
    use = ["kms:GenerateDataKey", "kms:Decrypt"]
    credentials, user = make_user(
        shared, "via", allow("secretsmanager:*"), allow(use, key, Condition=through)
    )
    client = shared.boto("secretsmanager", credentials=credentials)
    assert read(client, "seen") == "1"
    put(client, "seen", B, "2")
    assert refused(read, client, "unseen") == NOT_ALLOWED
    told = refused(
        shared.boto("kms", credentials=credentials).generate_data_key,
        KeyId=key,
        KeySpec="AES_256",
        EncryptionContext={"SecretARN": arn},
    )
    assert told.startswith(f"AccessDeniedException: User: {user} is not authorized to perform:")
    # The key's own policy alone, for whom no policy allows anything of KMS.
    let_user(shared, "via", allow("secretsmanager:*"))
    assert refused(read, client, "seen") == NOT_ALLOWED
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"},
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": user},
                    "Action": "kms:Decrypt",
                    "Resource": "*",
                    "Condition": {"StringEquals": {"kms:ViaService": VIA}},
                },
            ],
        }
    )
    kms.put_key_policy(KeyId=key, Policy=policy)
    assert (read(client, "seen"), read(client, "unseen")) == ("2", "1")


def test_who_may_not_use_both_keys_gives_older_values_no_other(shared, secrets, kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    every, use = allow("secretsmanager:*"), ["kms:GenerateDataKey", "kms:Decrypt"]
    credentials, _arn = make_user(shared, "two", every, allow([*use, "kms:Encrypt"], other))
    client = shared.boto("secretsmanager", credentials=credentials)
    for name in ("two/a", "two/b", "two/c"):
        secrets.create_secret(Name=name, SecretString="1", ClientRequestToken=A, KmsKeyId=key)
    # Not the one before it.
    client.update_secret(SecretId="two/a", KmsKeyId=other)
    assert (named(secrets, "two/a"), keys(secrets, "two/a")) == (other, {"a": [key]})
    # Not `Encrypt` of the new one.
    let_user(shared, "two", every, allow(use, [key, other]))
    client.update_secret(SecretId="two/b", KmsKeyId=other)
    assert (named(secrets, "two/b"), keys(secrets, "two/b")) == (other, {"a": [key]})
    let_user(shared, "two", every, allow(use, [key, other]), allow("kms:Encrypt", other))
    client.update_secret(SecretId="two/c", KmsKeyId=other)
    assert keys(secrets, "two/c") == {"a": [key, other]}
    # Either opens it.
    for one in (key, other):
        let_user(shared, "two", every, allow("kms:Decrypt", one))
        assert read(client, "two/c") == "1"
    let_user(shared, "two", every, allow("kms:Decrypt", other))
    assert refused(read, client, "two/a") == NOT_ALLOWED
