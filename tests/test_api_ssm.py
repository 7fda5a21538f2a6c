"""Parameter Store as boto3 and the AWS CLI see it: parameters put, got, deleted and tagged."""

import datetime

import pytest

from harness import clients
from harness.iam import ROOT
from harness.refusals import refused
from harness.ssm import ACCOUNT, NOT_YET, described, got, names, only, put, value

NAME_RULE = (
    "ValidationException: Parameter name: can't be prefixed with \"aws\" or \"ssm\" "
    "(case-insensitive). If formed as a path, it can consist of sub-paths divided by slash "
    "symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols "
    ".-_"
)


@pytest.fixture(scope="module")
def ssm(shared):
    return shared.boto("ssm")


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
    "a secret": (
        "/aws/reference/secretsmanager/there",
        "ValidationException: A secret by the name of a parameter, "
        "`/aws/reference/secretsmanager/`, is not supported by Longshore yet: read it from Secrets "
        "Manager.",
    ),
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
