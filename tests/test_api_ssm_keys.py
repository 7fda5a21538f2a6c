"""Secure parameters under KMS keys of one's own: who may use the key."""

import pytest

from harness.iam import ACCOUNT, allow, deny, let_user
from harness.refusals import refused
from test_api_access import make_user

VIA = "ssm.us-east-1.amazonaws.com"
BECAUSE = "because no identity-based policy allows the"


@pytest.fixture(scope="module")
def ssm(shared):
    return shared.boto("ssm")


@pytest.fixture
def key(shared):
    return shared.boto("kms").create_key()["KeyMetadata"]["Arn"]


def put(ssm, name, key=None, value="hunter2", **more):
    named = {"KeyId": key} if key else {}
    ssm.put_parameter(Name=name, Value=value, Type="SecureString", **named, **more)


def read(ssm, name):
    return ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def test_who_reads_and_writes_a_secure_parameter_may_use_its_key(shared, ssm, key):
    every = allow("ssm:*")
    credentials, arn = make_user(shared, "sam", every)
    client = shared.boto("ssm", credentials=credentials)
    put(ssm, "/used/a", key)
    no_read = (
        f"AccessDeniedException: User: {arn} is not authorized to perform: kms:Decrypt on the "
        f"resource associated with this ciphertext {BECAUSE} kms:Decrypt action"
    )

    def no_write(action):
        return (
            f"AccessDeniedException: User: {arn} is not authorized to perform: {action} on "
            f"resource: {key} {BECAUSE} {action} action"
        )

    decrypted = {"WithDecryption": True}
    assert refused(read, client, "/used/a") == no_read
    assert refused(client.get_parameters, Names=["/used/a"], **decrypted) == no_read
    assert refused(client.get_parameters_by_path, Path="/used", **decrypted) == no_read
    assert refused(client.get_parameter_history, Name="/used/a", **decrypted) == no_read
    assert client.get_parameter(Name="/used/a")["Parameter"]["Value"] != "hunter2"
    assert refused(put, client, "/used/b", key) == no_write("kms:Encrypt")
    advanced = {"Tier": "Advanced"}
    assert refused(put, client, "/used/b", key, **advanced) == no_write("kms:GenerateDataKey")
    let_user(shared, "sam", every, allow("kms:Decrypt", key))
    assert read(client, "/used/a") == "hunter2"
    assert refused(put, client, "/used/b", key) == no_write("kms:Encrypt")
    let_user(shared, "sam", every, allow("kms:Encrypt", key))
    put(client, "/used/b", key)
    assert refused(put, client, "/used/c", key, **advanced) == no_write("kms:GenerateDataKey")
    let_user(shared, "sam", every, allow("kms:GenerateDataKey", key))
    put(client, "/used/c", key, **advanced)
    assert (read(ssm, "/used/b"), read(ssm, "/used/c")) == ("hunter2", "hunter2")
    # The service's own key asks nothing.
    let_user(shared, "sam", every, deny("kms:*"))
    put(client, "/used/own")
    assert read(client, "/used/own") == "hunter2"


def test_policies_see_the_service_and_the_parameter(shared, ssm, key):
    named = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/seen"
    through = {
        "StringEquals": {"kms:ViaService": VIA, "kms:EncryptionContext:PARAMETER_ARN": named},
        "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": "PARAMETER_ARN"},
    }
    credentials, _arn = make_user(
        shared, "sid", allow("ssm:*"), allow(["kms:Encrypt", "kms:Decrypt"], key, Condition=through)
    )
    client = shared.boto("ssm", credentials=credentials)
    put(client, "/seen", key)
    assert read(client, "/seen") == "hunter2"
    assert refused(put, client, "/unseen", key).startswith("AccessDeniedException: ")
    put(ssm, "/unseen", key)
    assert refused(read, client, "/unseen").startswith("AccessDeniedException: ")


def test_the_key_of_another_service_is_not_for_parameters(shared, ssm):
    shared.boto("secretsmanager").create_secret(Name="other", SecretString="x")
    told = refused(put, ssm, "/others", "alias/aws/secretsmanager")
    assert told.startswith("AccessDeniedException: ")
