"""Parameters that are more than plain ones: secure strings, advanced ones, ones that expire."""

import base64
import datetime
import json
import os

import pytest

from harness.refusals import refused
from harness.ssm import NOT_YET, described, got, only, pages, put, value
from harness.waiting import wait_until


@pytest.fixture(scope="module")
def ssm(shared):
    return shared.boto("ssm")


# -- secure strings


def test_a_secure_value_is_shown_only_when_it_is_asked_for(ssm):
    put(ssm, "/secure", "hunter2", Type="SecureString")
    shown = got(ssm, "/secure")
    assert "hunter2" not in shown["Value"] and base64.b64decode(shown["Value"])
    assert got(ssm, "/secure", WithDecryption=True)["Value"] == "hunter2"
    [about] = described(ssm, **only("Name", "/secure"))
    assert about["KeyId"] == "alias/aws/ssm"
    asked = {"Path": "/", "Recursive": True, "WithDecryption": True, "MaxResults": 10}
    found = sum(pages(ssm.get_parameters_by_path, "Parameters", **asked), [])
    assert [one["Value"] for one in found if one["Name"] == "/secure"] == ["hunter2"]
    [version] = ssm.get_parameter_history(Name="/secure", WithDecryption=True)["Parameters"]
    assert (version["Value"], version["KeyId"]) == ("hunter2", "alias/aws/ssm")
    [version] = ssm.get_parameter_history(Name="/secure")["Parameters"]
    assert "hunter2" not in version["Value"]


def test_a_key_of_ones_own_can_seal(shared, ssm):
    kms = shared.boto("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/of-ssm", TargetKeyId=key["KeyId"])
    for number, named in enumerate([key["KeyId"], key["Arn"], "alias/of-ssm"]):
        put(ssm, f"/own/{number}", "hunter2", Type="SecureString", KeyId=named)
        [about] = described(ssm, **only("Name", f"/own/{number}"))
        assert (about["KeyId"], value(ssm, f"/own/{number}")) == (named, "hunter2")
    kms.disable_key(KeyId=key["KeyId"])
    told = f"InvalidKeyId: {key['Arn']} is disabled."
    secure = {"Type": "SecureString", "KeyId": key["KeyId"]}
    assert refused(put, ssm, "/own/late", **secure) == told
    decrypted = {"WithDecryption": True}
    assert refused(ssm.get_parameter, Name="/own/0", **decrypted) == told
    assert refused(ssm.get_parameters, Names=["/own/0"], **decrypted) == told
    assert refused(ssm.get_parameters_by_path, Path="/own", **decrypted) == told
    assert refused(ssm.get_parameter_history, Name="/own/0", **decrypted) == told
    assert got(ssm, "/own/0")["Name"] == "/own/0"
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    told = f"InvalidKeyId: {key['Arn']} is pending deletion."
    assert refused(ssm.get_parameter, Name="/own/0", **decrypted) == told
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    assert value(ssm, "/own/0") == "hunter2"


def test_a_key_that_is_not_there_seals_nothing(ssm):
    told = refused(put, ssm, "/keyless", Type="SecureString", KeyId="alias/nobodys")
    alias = "arn:aws:kms:us-east-1:000000000000:alias/nobodys"
    assert told == f"InvalidKeyId: Alias {alias} is not found."


def test_a_secure_value_is_nowhere_in_the_clear(running):
    ssm = running.boto("ssm")
    canary = "canary-8a41c07f93-canary"
    put(ssm, "/canary", canary, Type="SecureString")
    assert value(ssm, "/canary") == canary
    put(ssm, "/canary", canary, Overwrite=True, Type="SecureString", Tier="Advanced")
    # What is refused is not told or logged either.
    nested = f"{{{{{canary}}}}}"
    told = refused(put, ssm, "/canary/2", nested, Type="SecureString")
    told += refused(put, ssm, "/canary/2", canary, Type="SecureString", AllowedPattern="x")
    told += refused(put, ssm, "/canary/2", canary * 400, Type="SecureString")
    assert canary not in told and canary not in running.printed()
    forms = [canary.encode(), base64.b64encode(canary.encode())]
    for top, _, files in os.walk(running.data_dir):
        for name in files:
            path = os.path.join(top, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
                assert not any(form in content for form in forms), path


# -- tiers and policies


def test_a_tier_has_its_limits(ssm):
    assert put(ssm, "/tier/standard", "x" * 4096)["Tier"] == "Standard"
    told = refused(put, ssm, "/tier/large", "x" * 4097)
    assert told.startswith("ValidationException: Standard tier parameters support a maximum")
    assert put(ssm, "/tier/large", "x" * 8192, Tier="Advanced")["Tier"] == "Advanced"
    told = refused(put, ssm, "/tier/huge", "x" * 8193, Tier="Advanced")
    assert told.startswith("ValidationException: Advanced tier parameters support a maximum")
    intelligent = {"Tier": "Intelligent-Tiering"}
    assert put(ssm, "/tier/small", "x", **intelligent)["Tier"] == "Standard"
    again = put(ssm, "/tier/small", "x" * 4097, Overwrite=True, **intelligent)
    assert again["Tier"] == "Advanced"
    told = refused(put, ssm, "/tier/small", "x", Overwrite=True, Tier="Standard")
    assert told.startswith("ValidationException: This parameter uses the advanced-parameter tier")
    assert put(ssm, "/tier/small", "x", Overwrite=True)["Tier"] == "Advanced"


def expiration(at, **changes):
    text = at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return {
        "Type": "Expiration",
        "Version": "1.0",
        "Attributes": {"Timestamp": text},
        **changes,
    }


def soon(**after):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**after)


def test_a_parameter_expires(ssm):
    advanced = {"Tier": "Advanced"}
    put(ssm, "/expires", Policies=json.dumps([expiration(soon(seconds=3))]), **advanced)
    [about] = described(ssm, **only("Name", "/expires"))
    [policy] = about["Policies"]
    assert (policy["PolicyType"], policy["PolicyStatus"]) == ("Expiration", "Pending")
    assert json.loads(policy["PolicyText"])["Type"] == "Expiration"
    gone = only("Name", "/expires")
    wait_until(lambda: described(ssm, **gone) == [], 30, "the parameter is gone")
    assert refused(ssm.get_parameter, Name="/expires").startswith("ParameterNotFound: ")


def test_an_expiration_stays_until_it_is_taken_away(ssm):
    text = json.dumps([expiration(soon(days=1))])
    assert put(ssm, "/stays", Policies=text, Tier="Intelligent-Tiering")["Tier"] == "Advanced"
    put(ssm, "/stays", "2", Overwrite=True)
    [about] = described(ssm, **only("Name", "/stays"))
    assert len(about["Policies"]) == 1
    put(ssm, "/stays", "3", Overwrite=True, Policies="[{}]")
    [about] = described(ssm, **only("Name", "/stays"))
    assert about["Policies"] == []


REFUSED_POLICIES = {
    "no JSON": ("x", "InvalidPolicyAttributeException"),
    "the past": ([expiration(soon(days=-1))], "InvalidPolicyAttributeException"),
    "another version": ([expiration(soon(days=1), Version="2")], "InvalidPolicyAttributeException"),
    "two": ([expiration(soon(days=1))] * 2, "IncompatiblePolicyException"),
    "eleven": ([{}] * 11, "PoliciesLimitExceededException"),
    "another type": ([expiration(soon(days=1), Type="Other")], "InvalidPolicyTypeException"),
}


@pytest.mark.parametrize("case", REFUSED_POLICIES)
def test_policies_that_are_none_are_refused(ssm, case):
    given, code = REFUSED_POLICIES[case]
    text = given if isinstance(given, str) else json.dumps(given)
    told = refused(put, ssm, "/policed", Policies=text, Tier="Advanced")
    assert told.partition(":")[0] == code


@pytest.mark.parametrize("kind", ["ExpirationNotification", "NoChangeNotification"])
def test_notifications_are_refused_by_name(ssm, kind):
    text = json.dumps([{"Type": kind, "Version": "1.0", "Attributes": {"Unit": "Days"}}])
    told = refused(put, ssm, "/policed", Policies=text, Tier="Advanced")
    assert told == f"InvalidPolicyTypeException: `{kind}` {NOT_YET}"


def test_a_standard_parameter_has_no_policies(ssm):
    text = json.dumps([expiration(soon(days=1))])
    told = refused(put, ssm, "/policed", Policies=text)
    assert told.startswith("ValidationException: Standard tier parameters can't have policies.")
