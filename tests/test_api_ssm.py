"""Parameter Store as boto3 and the AWS CLI see it: parameters, their versions and their labels."""

import base64
import datetime
import json
import os

import pytest

from harness import clients
from harness.refusals import refused
from harness.waiting import wait_until

ACCOUNT = "arn:aws:ssm:us-east-1:000000000000"
ROOT = "arn:aws:iam::000000000000:root"
NOT_YET = "is not supported by Longshore yet"
NAME_RULE = (
    "ValidationException: Parameter name: can't be prefixed with \"aws\" or \"ssm\" "
    "(case-insensitive). If formed as a path, it can consist of sub-paths divided by slash "
    "symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols "
    ".-_"
)


@pytest.fixture(scope="module")
def ssm(shared):
    return shared.boto("ssm")


def put(ssm, name, value="1", **named):
    return ssm.put_parameter(**{"Name": name, "Value": value, "Type": "String", **named})


def got(ssm, name, **named):
    return ssm.get_parameter(Name=name, **named)["Parameter"]


def value(ssm, name):
    return got(ssm, name, WithDecryption=True)["Value"]


def described(ssm, **named):
    pages = ssm.get_paginator("describe_parameters").paginate(**named)
    return [one for page in pages for one in page["Parameters"]]


def names(found):
    return [one["Name"] for one in found]


def pages(call, field, **named):
    """The items of each page that a list answers, followed by its tokens."""
    found, token = [], {}
    while True:
        answer = call(**named, **token)
        found.append(answer[field])
        if "NextToken" not in answer:
            return found
        token = {"NextToken": answer["NextToken"]}


def only(key, *values, option=None):
    given = {"Key": key, "Option": option, "Values": list(values)}
    return {"ParameterFilters": [{name: it for name, it in given.items() if it}]}


# -- the CLI


def test_the_life_of_a_parameter(shared):
    def call(operation, *arguments, **named):
        return shared.aws("ssm", operation, *arguments, **named)

    named = {"name": "/cli/life"}
    made = call("put-parameter", **named, value="one", type="SecureString")
    assert made == {"Version": 1, "Tier": "Standard"}
    shown = call("get-parameter", "--with-decryption", **named)["Parameter"]
    assert (shown["Value"], shown["Type"]) == ("one", "SecureString")
    assert call("put-parameter", "--overwrite", **named, value="two")["Version"] == 2
    call("label-parameter-version", **named, labels="prod")
    shown = call("get-parameters", "--with-decryption", names="/cli/life:prod")["Parameters"]
    assert [one["Value"] for one in shown] == ["two"]
    by_path = call("get-parameters-by-path", "--recursive", path="/cli")["Parameters"]
    assert names(by_path) == ["/cli/life"]
    call("delete-parameter", **named)
    with pytest.raises(clients.AwsError) as told:
        call("get-parameter", **named)
    assert told.value.code == "ParameterNotFound"


# -- putting and getting


def test_a_parameter_is_shown_as_it_was_put(ssm):
    tags = [{"Key": "a", "Value": "1"}]
    given = {"Description": "größer", "AllowedPattern": r"\w+", "DataType": "text", "Tags": tags}
    made = put(ssm, "/whole/of-it", "one", **given)
    assert (made["Version"], made["Tier"]) == (1, "Standard")
    assert put(ssm, "/whole/of-it", "other", Overwrite=True)["Version"] == 2
    shown = got(ssm, "/whole/of-it")
    now = datetime.datetime.now(datetime.timezone.utc)
    assert abs(shown.pop("LastModifiedDate") - now) < datetime.timedelta(minutes=5)
    assert shown == {
        "Name": "/whole/of-it",
        "Type": "String",
        "Value": "other",
        "Version": 2,
        "ARN": f"{ACCOUNT}:parameter/whole/of-it",
        "DataType": "text",
    }
    [about] = described(ssm, **only("Name", "/whole/of-it"))
    assert about.pop("LastModifiedDate")
    assert about == {
        "Name": "/whole/of-it",
        "ARN": f"{ACCOUNT}:parameter/whole/of-it",
        "Type": "String",
        "LastModifiedUser": ROOT,
        "Description": "größer",
        "AllowedPattern": r"\w+",
        "Version": 2,
        "Tier": "Standard",
        "Policies": [],
        "DataType": "text",
    }


def test_a_parameter_is_found_by_its_name_and_its_arn(ssm):
    for name in ("plain", "/rooted", "/with/levels"):
        put(ssm, name, name)
        arn = got(ssm, name)["ARN"]
        assert arn == f"{ACCOUNT}:parameter/{name.removeprefix('/')}"
        assert got(ssm, arn)["Name"] == name
        assert got(ssm, f" {name} ")["Value"] == name
        assert got(ssm, f"{arn}:1")["Selector"] == ":1"
    told = refused(put, ssm, "rooted")
    assert told.startswith("ParameterAlreadyExists: The parameter /rooted already exists, and has")
    told = refused(put, ssm, "/plain")
    assert told.startswith("ParameterAlreadyExists: The parameter plain already exists, and has")


def test_a_parameter_is_overwritten_only_when_it_is_said(ssm):
    put(ssm, "/said", "1")
    told = refused(put, ssm, "/said", "2")
    assert told == (
        "ParameterAlreadyExists: The parameter already exists. To overwrite this value, set the "
        "overwrite option in the request to true."
    )
    assert value(ssm, "/said") == "1"
    assert ssm.put_parameter(Name="/said", Value="2", Overwrite=True)["Version"] == 2
    assert (value(ssm, "/said"), value(ssm, "/said:1")) == ("2", "1")
    told = refused(put, ssm, "/said", "3", Overwrite=True, Tags=[{"Key": "a", "Value": ""}])
    assert told.startswith("ValidationException: Invalid request: tags and overwrite can't be")


def test_a_type_is_said_once(ssm):
    told = refused(ssm.put_parameter, Name="/typed", Value="1")
    assert told == (
        "ValidationException: A parameter type is required when you create a parameter."
    )
    put(ssm, "/typed", "a,b", Type="StringList")
    told = refused(put, ssm, "/typed", "1", Overwrite=True)
    assert told.startswith("HierarchyTypeMismatchException: Parameter Store doesn't support")
    ssm.put_parameter(Name="/typed", Value="c", Overwrite=True)
    assert got(ssm, "/typed")["Type"] == "StringList"
    put(ssm, "typed-apart", "1")
    put(ssm, "typed-apart", "1", Type="SecureString", Overwrite=True)
    assert got(ssm, "typed-apart")["Type"] == "SecureString"


LONG = 1011 - len(f"{ACCOUNT}:parameter/")
REFUSED_NAMES = {
    "spaces": ("a b", NAME_RULE),
    "letters of others": ("größe", NAME_RULE),
    "no level": ("/a//b", NAME_RULE),
    "an open end": ("/a/", NAME_RULE),
    "aws": ("AWS-mine", NAME_RULE),
    "ssm": ("/ssm/mine", NAME_RULE),
    "a selector": ("/a:1", NAME_RULE),
    "reserved": (
        "/aws/mine",
        "AccessDeniedException: No access to reserved parameter name: /aws/mine.",
    ),
    "half a path": (
        "a/b",
        "ValidationException: Parameter name must be a fully qualified name.",
    ),
    "too deep": (
        "/a" * 16,
        "HierarchyLevelLimitExceededException: A parameter name hierarchy can have a maximum of "
        "15 levels.",
    ),
    "too long": (
        "a" * (LONG + 1),
        "ValidationException: Parameter name: its ARN has 1012 characters and can have at most "
        "1011.",
    ),
}


@pytest.mark.parametrize("case", REFUSED_NAMES)
def test_a_name_that_is_none_is_refused(ssm, case):
    name, told = REFUSED_NAMES[case]
    assert refused(put, ssm, name) == told


def test_names_at_the_limits_are_taken(ssm):
    put(ssm, "/l" * 15)
    put(ssm, "l" * LONG)
    assert value(ssm, "l" * LONG) == "1"


REFUSED_PUTS = {
    "nothing": ({"Value": ""}, "ValidationException: 1 validation error detected: Value at"),
    "a nested one": ({"Value": "{{ssm:a}}"}, "ValidationException: Parameter value can't nest"),
    "an image": (
        {"DataType": "aws:ec2:image"},
        f"ValidationException: `DataType` `aws:ec2:image` {NOT_YET}",
    ),
    "a key of a plain one": (
        {"KeyId": "alias/a"},
        "ValidationException: KeyId is required for SecureString type parameter only.",
    ),
    "a pattern that it does not match": (
        {"AllowedPattern": r"^\d$", "Value": "canary"},
        r"ParameterPatternMismatchException: Parameter value, cannot be validated against "
        r"allowedPattern: ^\d$",
    ),
    "a pattern that is none": (
        {"AllowedPattern": "("},
        "InvalidAllowedPatternException: The allowed pattern ( is not a regular expression",
    ),
    "a reserved tag": (
        {"Tags": [{"Key": "aws:a", "Value": ""}]},
        "ValidationException: The tag key aws:a begins with 'aws:'",
    ),
    "too many tags": (
        {"Tags": [{"Key": f"t{number}", "Value": ""} for number in range(51)]},
        "TooManyTagsError: A parameter can have at most 50 tags.",
    ),
}


@pytest.mark.parametrize("case", REFUSED_PUTS)
def test_what_cannot_be_put_is_refused(ssm, case):
    changes, told = REFUSED_PUTS[case]
    answer = refused(put, ssm, "/refused", **changes)
    assert answer.startswith(told)
    assert "canary" not in answer
    assert refused(ssm.get_parameter, Name="/refused").startswith("ParameterNotFound: ")


def test_a_pattern_holds_for_later_values(ssm):
    put(ssm, "/patterned", "1", AllowedPattern=r"\d+")
    told = refused(ssm.put_parameter, Name="/patterned", Value="x", Overwrite=True)
    assert told.startswith("ParameterPatternMismatchException: ")
    ssm.put_parameter(Name="/patterned", Value="x", Overwrite=True, AllowedPattern="")
    assert value(ssm, "/patterned") == "x"


def test_several_are_got_in_the_order_of_their_names(ssm):
    for name in ("/several/b", "/several/a", "/several/c"):
        put(ssm, name, name)
    put(ssm, "/several/a", "2", Overwrite=True)
    arn = f"{ACCOUNT}:parameter/several/b"
    asked = ["/several/c", "/several/none", arn, "/several/a:1", "/several/a:9", "/several/a:x"]
    answer = ssm.get_parameters(Names=asked)
    assert names(answer["Parameters"]) == ["/several/a", "/several/b", "/several/c"]
    assert answer["Parameters"][0]["Value"] == "/several/a"
    assert answer["InvalidParameters"] == ["/several/none", "/several/a:9", "/several/a:x"]
    assert "at 'names'" in refused(ssm.get_parameters, Names=[f"/n{n}" for n in range(11)])


MISSING = {
    "a parameter": ("/none", "ParameterNotFound: Parameter /none not found."),
    "an ARN": (
        f"{ACCOUNT}:parameter/none",
        f"ParameterNotFound: Parameter {ACCOUNT}:parameter/none not found.",
    ),
    "of another region": (
        "arn:aws:ssm:eu-west-1:000000000000:parameter/there",
        "ParameterNotFound: Parameter arn:aws:ssm:eu-west-1:000000000000:parameter/there not "
        "found.",
    ),
    "a version": (
        "/there:7",
        "ParameterVersionNotFound: Systems Manager could not find version 7 of /there. Verify the "
        "version and try again.",
    ),
    "a label": (
        "/there:prod",
        "ParameterVersionNotFound: Systems Manager could not find label prod for parameter "
        "/there. Verify the label and try again.",
    ),
    "a name that is none": ("a b", NAME_RULE),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_is_not_there_is_not_found(ssm, case):
    put(ssm, "/there", Overwrite=True)
    named, told = MISSING[case]
    assert refused(ssm.get_parameter, Name=named) == told


def test_parameters_of_another_region_are_not_seen(shared, ssm):
    put(ssm, "/regional")
    there = shared.boto("ssm", region="us-west-2")
    assert described(there) == []
    assert refused(there.get_parameter, Name="/regional").startswith("ParameterNotFound: ")


def test_parameters_outlive_a_restart(running):
    ssm = running.boto("ssm")
    put(ssm, "/kept", "hunter2", Type="SecureString", Tags=[{"Key": "a", "Value": "1"}])
    ssm.label_parameter_version(Name="/kept", Labels=["prod"])
    running.down()
    running.up()
    ssm = running.boto("ssm")
    assert value(ssm, "/kept:prod") == "hunter2"


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


# -- versions and labels


def test_a_history_is_told_page_by_page(ssm):
    for number in range(1, 6):
        put(ssm, "/history", str(number), Overwrite=True, Description=f"the {number}.")
    ssm.label_parameter_version(Name="/history", ParameterVersion=2, Labels=["b", "a"])
    found = pages(ssm.get_parameter_history, "Parameters", Name="/history", MaxResults=2)
    assert [len(page) for page in found] == [2, 2, 1]
    listed = sum(found, [])
    assert [one["Version"] for one in listed] == [1, 2, 3, 4, 5]
    assert [one["Value"] for one in listed] == ["1", "2", "3", "4", "5"]
    assert [one["Labels"] for one in listed] == [[], ["a", "b"], [], [], []]
    assert {one["LastModifiedUser"] for one in listed} == {ROOT}
    assert listed[2]["Description"] == "the 3."
    told = refused(ssm.get_parameter_history, Name="/history", NextToken="!")
    assert told == "InvalidNextToken: The next token is not one that this list has given."
    told = refused(ssm.get_parameter_history, Name="/none")
    assert told == "ParameterNotFound: Parameter /none not found."


def test_the_oldest_version_goes_unless_it_has_a_label(ssm):
    put(ssm, "/hundred")
    for number in range(2, 102):
        made = ssm.put_parameter(Name="/hundred", Value=str(number), Overwrite=True)
        assert made["Version"] == number
    found = pages(ssm.get_parameter_history, "Parameters", Name="/hundred")
    assert [one["Version"] for one in sum(found, [])] == list(range(2, 102))
    ssm.label_parameter_version(Name="/hundred", ParameterVersion=2, Labels=["old"])
    told = refused(ssm.put_parameter, Name="/hundred", Value="x", Overwrite=True)
    assert told == (
        "ParameterMaxVersionLimitExceeded: You attempted to create a new version of /hundred by "
        "calling the PutParameter API with the overwrite flag. Version 2, the oldest version, "
        "can't be deleted because it has a label associated with it. Move the label to another "
        "version of the parameter, and try again."
    )
    ssm.label_parameter_version(Name="/hundred", Labels=["old"])
    assert ssm.put_parameter(Name="/hundred", Value="x", Overwrite=True)["Version"] == 102


def test_a_label_names_a_version_and_moves(ssm):
    for number in ("1", "2", "3"):
        put(ssm, "/labelled", number, Overwrite=True)
    answer = ssm.label_parameter_version(Name="/labelled", Labels=["prod", "live"])
    assert (answer["ParameterVersion"], answer["InvalidLabels"]) == (3, [])
    shown = got(ssm, "/labelled:prod")
    assert (shown["Value"], shown["Selector"]) == ("3", ":prod")
    ssm.label_parameter_version(Name="/labelled", ParameterVersion=1, Labels=["prod"])
    assert (value(ssm, "/labelled:prod"), value(ssm, "/labelled:live")) == ("1", "3")
    unfit = ["1st", "aws-x", "SSMx", "a b"]
    answer = ssm.label_parameter_version(Name="/labelled", Labels=[*unfit, "fit"])
    assert sorted(answer["InvalidLabels"]) == sorted(unfit)
    assert value(ssm, "/labelled:fit") == "3"
    answer = ssm.unlabel_parameter_version(
        Name="/labelled", ParameterVersion=3, Labels=["fit", "prod"]
    )
    assert (answer["RemovedLabels"], answer["InvalidLabels"]) == (["fit"], ["prod"])
    assert refused(ssm.get_parameter, Name="/labelled:fit").startswith("ParameterVersionNotFound")


def test_a_version_has_so_many_labels(ssm):
    put(ssm, "/ten")
    ten = [f"l{number}" for number in range(10)]
    ssm.label_parameter_version(Name="/ten", Labels=ten)
    told = refused(ssm.label_parameter_version, Name="/ten", Labels=["more"])
    assert told == (
        "ParameterVersionLabelLimitExceeded: A parameter version can have a maximum of 10 labels. "
        "Move one or more labels to another version and try again."
    )
    ssm.label_parameter_version(Name="/ten", Labels=ten[:2])
    assert "at 'labels'" in refused(ssm.label_parameter_version, Name="/ten", Labels=["x"] * 11)


@pytest.mark.parametrize("name", ["label_parameter_version", "unlabel_parameter_version"])
def test_only_a_version_has_labels(ssm, name):
    put(ssm, "/unlabelled", Overwrite=True)
    call = getattr(ssm, name)
    told = refused(call, Name="/none", ParameterVersion=1, Labels=["a"])
    assert told == "ParameterNotFound: Parameter /none not found."
    told = refused(call, Name="/unlabelled", ParameterVersion=99, Labels=["a"])
    assert told.startswith("ParameterVersionNotFound: Systems Manager could not find version 99")


# -- paths and filters


def test_a_path_leads_to_what_is_under_it(shared):
    apart = shared.boto("ssm", region="eu-west-1")
    for name in ("/a/b", "/a/c", "/a/b/d", "/ab", "/ab/c", "plain"):
        put(apart, name)

    def under(path, **named):
        asked = {"Path": path, **named}
        return names(sum(pages(apart.get_parameters_by_path, "Parameters", **asked), []))

    assert under("/a") == under("/a/") == ["/a/b", "/a/c"]
    assert under("/a", Recursive=True) == ["/a/b", "/a/b/d", "/a/c"]
    assert under("/", Recursive=True) == ["/a/b", "/a/b/d", "/a/c", "/ab", "/ab/c", "plain"]
    assert under("/") == ["/ab", "plain"]
    assert under("/none") == []
    told = refused(apart.get_parameters_by_path, Path="a")
    assert told.startswith("ValidationException: The parameter doesn't meet the parameter name")


def test_a_path_is_gone_through_page_by_page(shared):
    apart = shared.boto("ssm", region="eu-west-2")
    for number in range(25):
        put(apart, f"/pages/{number:02}")
    found = pages(apart.get_parameters_by_path, "Parameters", Path="/pages")
    assert [len(page) for page in found] == [10, 10, 5]
    assert names(sum(found, [])) == [f"/pages/{number:02}" for number in range(25)]
    told = refused(apart.get_parameters_by_path, Path="/pages", NextToken="!")
    assert told == "InvalidNextToken: The next token is not one that this list has given."
    told = refused(apart.get_parameters_by_path, Path="/pages", MaxResults=11)
    assert "Value '11' at 'maxResults'" in told
    found = pages(apart.describe_parameters, "Parameters", MaxResults=10)
    assert [len(page) for page in found] == [10, 10, 5]
    told = refused(apart.describe_parameters, NextToken="!")
    assert told == "InvalidNextToken: The next token is not one that this list has given."


def test_a_path_is_filtered(shared):
    apart = shared.boto("ssm", region="eu-west-3")
    put(apart, "/f/a", "1")
    put(apart, "/f/a", "2", Overwrite=True)
    put(apart, "/f/b", "1,2", Type="StringList")
    put(apart, "/f/c", "1", Type="SecureString")
    apart.label_parameter_version(Name="/f/a", ParameterVersion=1, Labels=["prod"])

    def found(*filtered, **named):
        asked = only(*filtered, **named)
        return apart.get_parameters_by_path(Path="/f", **asked)["Parameters"]

    assert names(found("Type", "String", "StringList")) == ["/f/a", "/f/b"]
    assert names(found("Type", "String", option="BeginsWith")) == ["/f/a", "/f/b"]
    assert names(found("KeyId", "alias/aws/ssm")) == ["/f/c"]
    [labelled] = found("Label", "prod")
    assert (labelled["Name"], labelled["Value"], labelled["Version"]) == ("/f/a", "1", 1)
    assert found("Label", "none") == []


def test_parameters_are_filtered(shared):
    apart = shared.boto("ssm", region="eu-north-1")
    put(apart, "/app/db", "1", Tags=[{"Key": "team", "Value": "red"}])
    put(apart, "/app/web/port", "1", Tags=[{"Key": "team", "Value": "blue"}])
    put(apart, "app", "1,2", Type="StringList")
    put(apart, "other", "1", Type="SecureString", Tier="Advanced")

    def found(*filtered, **named):
        return names(described(apart, **only(*filtered, **named)))

    assert found("Name", "/app/db") == found("Name", "app/db") == ["/app/db"]
    assert found("Name", "app", option="BeginsWith") == ["/app/db", "/app/web/port", "app"]
    assert found("Name", "web", option="Contains") == ["/app/web/port"]
    assert found("Name", "app", "other") == ["app", "other"]
    assert found("Type", "StringList", "SecureString") == ["app", "other"]
    assert found("KeyId", "alias/aws/", option="BeginsWith") == ["other"]
    assert found("Path", "/app") == ["/app/db"]
    assert found("Path", "/app", option="Recursive") == ["/app/db", "/app/web/port"]
    assert found("Tier", "Advanced") == ["other"]
    assert found("DataType", "text") == ["/app/db", "/app/web/port", "app", "other"]
    assert found("tag:team", "red") == ["/app/db"]
    assert found("tag:team", "b", option="BeginsWith") == ["/app/web/port"]
    assert found("tag:team") == ["/app/db", "/app/web/port"]
    both = only("Path", "/app", option="Recursive")["ParameterFilters"]
    both += only("tag:team", "blue")["ParameterFilters"]
    assert names(described(apart, ParameterFilters=both)) == ["/app/web/port"]
    old = [{"Key": "Name", "Values": ["app"]}, {"Key": "Type", "Values": ["StringList"]}]
    assert names(described(apart, Filters=old)) == ["app"]
    told = refused(apart.describe_parameters, Filters=old, ParameterFilters=both)
    assert told.startswith("ValidationException: You can use either Filters or ParameterFilters")


REFUSED_FILTERS = {
    "a label": (
        only("Label", "a"),
        "InvalidFilterKey: The following filter key is not valid: Label.",
    ),
    "no values": (
        only("Name"),
        "InvalidFilterValue: The following filter values are missing : null for filter key Name.",
    ),
    "a type": (
        only("Type", "Text"),
        "InvalidFilterValue: The following filter value is not valid: Text. Valid values include: "
        "[String, StringList, SecureString].",
    ),
    "a tier": (
        only("Tier", "Best"),
        "InvalidFilterValue: The following filter value is not valid: Best.",
    ),
    "an option": (
        only("Type", "String", option="Contains"),
        "InvalidFilterOption: The following filter option is not valid: Contains. Valid options "
        "include: [Equals, BeginsWith].",
    ),
    "an option of a path": (
        only("Path", "/a", option="Equals"),
        "InvalidFilterOption: The following filter option is not valid: Equals. Valid options "
        "include: [Recursive, OneLevel].",
    ),
    "a path": (only("Path", "a"), "ValidationException: The parameter doesn't meet"),
    "a key": (only("Colour", "red"), "ValidationException: 1 validation error detected: "),
    "two of a key": (
        {"ParameterFilters": 2 * only("Name", "a")["ParameterFilters"]},
        "InvalidFilterKey: The following filter is duplicated in the request: Name.",
    ),
    "others' parameters": ({"Shared": True}, f"ValidationException: `Shared` {NOT_YET}"),
}


@pytest.mark.parametrize("case", REFUSED_FILTERS)
def test_what_is_no_filter_is_refused(ssm, case):
    given, told = REFUSED_FILTERS[case]
    assert refused(ssm.describe_parameters, **given).startswith(told)


@pytest.mark.parametrize("key", ["Name", "Path", "Tier", "DataType", "tag:a"])
def test_a_path_takes_few_filters(ssm, key):
    told = refused(ssm.get_parameters_by_path, Path="/", **only(key, "/a"))
    assert told == (
        f"InvalidFilterKey: The following filter key is not valid: {key}. Valid filter keys "
        "include: [Type, KeyId, Label]."
    )
    told = refused(ssm.get_parameters_by_path, Path="/", **only("Label", "a", option="BeginsWith"))
    assert told.startswith("InvalidFilterOption: ")


# -- deleting


def test_parameters_are_deleted_with_all_of_their_versions(ssm):
    for name in ("/gone/a", "/gone/b", "/gone/c"):
        put(ssm, name)
    put(ssm, "/gone/a", Overwrite=True)
    ssm.delete_parameter(Name="/gone/a")
    told = refused(ssm.delete_parameter, Name="/gone/a")
    assert told == "ParameterNotFound: Parameter /gone/a not found."
    answer = ssm.delete_parameters(Names=["/gone/c", "/gone/a", "/gone/b", "/gone/c"])
    assert answer["DeletedParameters"] == ["/gone/b", "/gone/c"]
    assert answer["InvalidParameters"] == ["/gone/a"]
    assert put(ssm, "/gone/a")["Version"] == 1


# -- tags


def test_tags_are_added_replaced_and_taken(ssm):
    put(ssm, "/tagged", Tags=[{"Key": "a", "Value": "1"}])
    named = {"ResourceType": "Parameter", "ResourceId": "/tagged"}

    def tags():
        listed = ssm.list_tags_for_resource(**named)["TagList"]
        return {tag["Key"]: tag["Value"] for tag in listed}

    more = [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}]
    ssm.add_tags_to_resource(**named, Tags=more)
    assert tags() == {"a": "2", "b": ""}
    ssm.remove_tags_from_resource(**named, TagKeys=["a", "never"])
    assert tags() == {"b": ""}
    put(ssm, "/tagged", Overwrite=True)
    assert tags() == {"b": ""}
    many = [{"Key": f"t{number}", "Value": ""} for number in range(50)]
    told = refused(ssm.add_tags_to_resource, **named, Tags=many)
    assert told == "TooManyTagsError: A parameter can have at most 50 tags."


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("Parameter", "InvalidResourceId: The resource ID /none is not valid."),
        ("Document", f"InvalidResourceType: `ResourceType` `Document` {NOT_YET}"),
    ],
)
def test_only_parameters_have_tags(ssm, kind, told):
    named = {"ResourceType": kind, "ResourceId": "/none"}
    assert refused(ssm.list_tags_for_resource, **named).startswith(told)
    assert refused(ssm.add_tags_to_resource, **named, Tags=[]).startswith(told)
    assert refused(ssm.remove_tags_from_resource, **named, TagKeys=[]).startswith(told)


def test_sharing_is_refused_by_name(ssm):
    named = {"ResourceArn": f"{ACCOUNT}:parameter/a"}
    told = refused(ssm.put_resource_policy, **named, Policy="{}")
    assert told.startswith("NotImplemented: ")
    assert refused(ssm.get_resource_policies, **named).startswith("NotImplemented: ")
